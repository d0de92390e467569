"""What every plugin must hold to, and what its settings must hold."""

from __future__ import annotations

import pytest

from kernel.errors import PluginError
from kernel.testing import PluginContract


class TestRazorpay(PluginContract):
    plugin = "razorpay"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "razorpay.key_id and key_secret are needed"),
        ({"key_id": "live_1", "key_secret": "x"}, "does not begin with rzp_"),
        ({"key_id": "rzp_test_1", "key_secret": "x", "url": "ftp://x"}, "does not begin with https://"),
    ],
)
def test_settings_that_cannot_work_stop_the_start_in_one_line(make_app, settings, told):
    with pytest.raises(PluginError) as refused:
        make_app("razorpay", razorpay=settings)

    assert told in str(refused.value)
