"""What every plugin must hold to, and what its settings must hold."""

from __future__ import annotations

import pytest

from contrib.firebase.configuration import check
from contrib.firebase.settings import FirebaseSettings
from kernel.errors import ConfigurationError, PluginError
from kernel.testing import PluginContract


class TestFirebase(PluginContract):
    plugin = "firebase"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "firebase.project_id is empty"),
        ({"project_id": "123456789"}, "firebase.project_id: `123456789` is no project id"),
        ({"project_id": "stoa/../x"}, "is no project id"),
        ({"project_id": "stoa-1234", "certificates_url": "http://evil.example"}, "is not https"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(settings, told):
    with pytest.raises(ConfigurationError, match="firebase") as refused:
        check(FirebaseSettings(**settings), production=False)

    assert told in str(refused.value)


def test_certificates_on_loopback_are_for_development_only():
    settings = FirebaseSettings(project_id="stoa-1234", certificates_url="http://127.0.0.1:9/x")

    check(settings, production=False)
    with pytest.raises(ConfigurationError, match="is not https"):
        check(settings, production=True)


def test_without_a_project_the_start_ends_in_one_line(make_app):
    with pytest.raises(PluginError, match=r"firebase\.project_id is empty"):
        make_app("firebase")
