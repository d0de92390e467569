"""What every plugin must hold to, and what its settings must hold."""

from __future__ import annotations

import pytest

from kernel.errors import PluginError
from kernel.testing import PluginContract

WHOLE = {"account_sid": "AC" + "0" * 32, "secret": "secret", "sender": "+14155550100"}


class TestTwilio(PluginContract):
    plugin = "twilio"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"secret": ""}, "twilio: startup: twilio.secret is empty: set it, or leave the plugin out"),
        ({"account_sid": "../x"}, "twilio.account_sid is no account's SID"),
        ({"url": "api.twilio.com"}, "does not begin with https://"),
    ],
)
def test_settings_that_cannot_work_stop_the_start_in_one_line(make_app, changes, told):
    with pytest.raises(PluginError) as refused:
        make_app("twilio", twilio={**WHOLE, **changes})

    assert told in str(refused.value)
