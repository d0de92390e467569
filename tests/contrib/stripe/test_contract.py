"""What every plugin must hold to, and what its settings must hold."""

from __future__ import annotations

import pytest

from kernel.errors import PluginError
from kernel.testing import PluginContract


class TestStripe(PluginContract):
    plugin = "stripe"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "stripe.secret_key is empty"),
        ({"secret_key": "pk_test_1"}, "does not begin with sk_ or rk_"),
        ({"secret_key": "sk_test_1", "url": "api.stripe.com"}, "does not begin with https://"),
    ],
)
def test_settings_that_cannot_work_stop_the_start_in_one_line(make_app, settings, told):
    with pytest.raises(PluginError) as refused:
        make_app("stripe", stripe=settings)

    assert told in str(refused.value)
