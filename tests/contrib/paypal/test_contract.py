"""What every plugin must hold to, and what its settings must hold."""

from __future__ import annotations

import pytest

from kernel.errors import PluginError
from kernel.testing import PluginContract


class TestPaypal(PluginContract):
    plugin = "paypal"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "paypal.client_id is empty"),
        ({"client_id": "a", "client_secret": "b"}, "paypal.return_url is empty"),
        (
            {"client_id": "a", "client_secret": "b", "return_url": "https://x.example", "url": "paypal.com"},
            "does not begin with https://",
        ),
    ],
)
def test_settings_that_cannot_work_stop_the_start_in_one_line(make_app, settings, told):
    with pytest.raises(PluginError) as refused:
        make_app("paypal", paypal=settings)

    assert told in str(refused.value)
