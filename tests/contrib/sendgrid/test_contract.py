"""What every plugin must hold to, and what its settings must hold."""

from __future__ import annotations

import pytest

from kernel.errors import PluginError
from kernel.testing import Client, PluginContract


class TestSendgrid(PluginContract):
    plugin = "sendgrid"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "sendgrid: startup: sendgrid.api_key is empty: set it, or leave the plugin out"),
        ({"api_key": "SG.x", "url": "api.sendgrid.com"}, "does not begin with https://"),
        ({"api_key": "SG.x", "webhook_key": "nonsense"}, "sendgrid.webhook_key is no verification key"),
        ({"api_key": "SG.x\n"}, "sendgrid.api_key holds characters no key has"),
    ],
)
def test_settings_that_cannot_work_stop_the_start_in_one_line(make_app, settings, told):
    with pytest.raises(PluginError) as refused:
        make_app("sendgrid", sendgrid=settings)

    assert told in str(refused.value)


def test_without_a_key_the_webhook_is_closed(make_app):
    application = make_app("sendgrid", sendgrid={"api_key": "SG.sample"})

    answer = Client(application).post(
        "/v1/sendgrid/events", body="[]", headers={"content-type": "application/json"}
    )

    assert answer.status == 404
