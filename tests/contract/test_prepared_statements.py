"""Every `Statement` of the tree is one PostgreSQL can prepare: the types of its values can be inferred."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from kernel import Application, Statement
from kernel.discovery import discover
from kernel.testing.applications import Applications

_PARTS = ("kernel.", "plugins.", "contrib.")


@pytest.fixture(scope="module")
def application(applications: Applications) -> Iterator[Application]:
    app = applications.make(
        [one.name for one in discover().found.values() if one.directory.parent.name == "plugins"], {}
    )
    yield app
    applications.discard(app)


def _statements() -> Iterator[tuple[str, Statement]]:
    for module in [each for name, each in sys.modules.items() if name.startswith(_PARTS)]:
        for name, value in vars(module).items():
            if isinstance(value, Statement):
                yield f"{module.__name__}.{name}", value


def _refused(application: Application, statement: Statement) -> str:
    connection: Any = application.db.connection()
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"PREPARE tried AS {statement.numbered}")
        except Exception as ex:  # noqa: BLE001 - told with the statement's name
            return str(ex)
        cursor.execute("DEALLOCATE tried")
    return ""


def test_every_statement_can_be_prepared(application: Application) -> None:
    found = dict(_statements())

    refused = {name: told for name, each in found.items() if (told := _refused(application, each))}

    assert len(found) > 20
    assert refused == {}
