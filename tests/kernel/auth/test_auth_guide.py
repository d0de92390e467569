"""The code in the plugin author's guide runs, in its order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from peewee import TextField

import kernel
from kernel.application import Application, activate, app
from kernel.storage import Model

GUIDE = Path(kernel.__file__).parents[1] / "docs" / "plugins" / "auth.md"


class Shop(Model):
    name = TextField()

    class Meta:
        table_name = "test_shop"


@pytest.fixture
def application(auth, clock):
    application = Application()
    application.auth, application.clock = auth, clock
    before = activate(application)
    yield application
    activate(before)


def test_the_guide_runs(application, user, db):
    db.create_tables([Shop])
    shop = Shop.create(name="Herbs")
    names = {"app": app, "user_id": user, "shop_id": shop.id, "Shop": Shop, "PROVIDER": {}}

    for block in re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL):
        exec(compile(block, str(GUIDE), "exec"), names)

    assert list(names["mine"]) == []
    assert len(names["register_permissions"](None)) == 3
    db.drop_tables([Shop])


def test_the_hook_of_the_guide_recognises_its_tokens(application, auth, user, clock):
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    names = {"PROVIDER": {"ext-1": {"user_id": user, "issued_at": clock.now()}}}

    exec(next(block for block in blocks if "def authenticate" in block), names)

    assert names["authenticate"](app, {"authorization": "Bearer ext-1"}).id == user
    assert names["authenticate"](app, {"authorization": "Bearer other"}) is None
    assert names["authenticate"](app, {}) is None
