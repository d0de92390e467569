"""What every plugin must hold to, and what its settings must hold."""

from __future__ import annotations

import json

import pytest

from kernel.errors import PluginError
from kernel.testing import PluginContract
from tests.contrib.fcm.samples import CREDENTIALS


class TestFcm(PluginContract):
    plugin = "fcm"


def key(**changes):
    return json.dumps({**CREDENTIALS, **changes})


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "fcm: startup: fcm.credentials is empty: set it, or leave the plugin out"),
        ({"credentials": "/run/secrets/fcm.json"}, "fcm.credentials is no JSON: write credentials = { file"),
        ({"credentials": '{"type": "authorized_user"}'}, "is not the key of a service account"),
        ({"credentials": key(private_key="?")}, "fcm.credentials hold no usable key"),
        ({"credentials": key(project_id="../x")}, "fcm.project: `../x` is no project's id"),
        ({"credentials": key(), "url": "fcm.googleapis.com"}, "fcm.url: `fcm.googleapis.com` does not"),
        ({"credentials": key(), "token_url": "ftp://x"}, "fcm.token_url: `ftp://x` does not"),
    ],
)
def test_settings_that_cannot_work_stop_the_start_in_one_line(make_app, settings, told):
    with pytest.raises(PluginError) as refused:
        make_app("fcm", fcm=settings)

    assert told in str(refused.value)
    assert "PRIVATE KEY" not in str(refused.value)
