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
        ({}, "smtp: startup: smtp.host is empty: set it, or leave the server out"),
        ({"host": "localhost", "username": "stoa"}, "smtp.username and password go together"),
        ({"host": "localhost", "ca_file": "/nowhere.pem"}, "there is no file /nowhere.pem"),
        ({"host": "localhost", "others": {"backup": {}}}, "smtp.others.backup.host is empty"),
        ({"host": "localhost", "others": {"backup": "b"}}, "smtp.others.backup is no table"),
        ({"host": "localhost", "others": {"B": {"host": "b"}}}, "smtp.others.B is no table"),
        (
            {"host": "localhost", "others": {"b": {"host": "b", "pots": 1}}},
            "smtp.others.b.pots is no setting",
        ),
        (
            {"host": "localhost", "others": {"b": {"host": "b", "port": "high"}}},
            "smtp.others.b.port is to be of type int",
        ),
        (
            {"host": "localhost", "others": {"b": {"host": "b", "security": "some"}}},
            "smtp.others.b.security is to be one of starttls, tls, none",
        ),
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
