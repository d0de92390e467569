"""What every plugin must hold to, and what its settings must hold."""

from __future__ import annotations

import pytest

from kernel.errors import PluginError
from kernel.testing import PluginContract

KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
PRODUCTION = {"environment": "production", "secret_key": "k" * 64, "test_clock": False}
WHOLE = {"private_key": KEY, "subject": "mailto:ops@agora.example"}


class TestWebpush(PluginContract):
    plugin = "webpush"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"private_key": "no key"}, "webpush.private_key is no key of P-256 in base64url"),
        ({"private_key": KEY[:-4]}, "webpush.private_key is no key of P-256 in base64url"),
        ({"private_key": "A" * 43}, "webpush.private_key is no key of P-256 in base64url"),
        ({"subject": "ops@agora.example"}, "does not begin with mailto: or https://"),
    ],
)
def test_settings_that_cannot_work_stop_the_start_in_one_line(make_app, settings, told):
    with pytest.raises(PluginError) as refused:
        make_app("webpush", webpush=settings)

    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"private_key": ""},
            "webpush.private_key is empty: make one with `manage.py webpush keys`",
        ),
        ({"subject": ""}, "webpush.subject is empty: write `mailto:`"),
        ({"allow_private": True}, "webpush.allow_private is for tests: production refuses it"),
    ],
)
def test_production_wants_a_key_and_somebody_to_turn_to(make_app, changes, told):
    with pytest.raises(PluginError) as refused:
        make_app("webpush", kernel=PRODUCTION, http={"rate_limits": True}, webpush={**WHOLE, **changes})

    assert told in str(refused.value)
