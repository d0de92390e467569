"""What every plugin must hold to, and what its settings must hold."""

from __future__ import annotations

import pytest

from kernel.errors import PluginError
from kernel.testing import PluginContract


class TestSmtp(PluginContract):
    plugin = "smtp"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "smtp: startup: smtp.host is empty: set it, or leave the plugin out"),
        ({"host": "localhost", "username": "stoa"}, "smtp.username and smtp.password go together"),
        ({"host": "localhost", "ca_file": "/nowhere.pem"}, "there is no file /nowhere.pem"),
    ],
)
def test_settings_that_cannot_work_stop_the_start_in_one_line(make_app, settings, told):
    with pytest.raises(PluginError) as refused:
        make_app("smtp", smtp=settings)

    assert told in str(refused.value)


def test_production_keeps_a_password_from_an_open_line(make_app):
    open_line = {"host": "localhost", "security": "none", "username": "stoa", "password": "secret"}

    with pytest.raises(PluginError, match=r"smtp\.security is"):
        make_app(
            "smtp",
            smtp=open_line,
            kernel={"environment": "production", "test_clock": False},
            http={"rate_limits": True},
        )
