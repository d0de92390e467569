"""What every plugin must hold to, and what its settings must hold."""

from __future__ import annotations

import pytest

from contrib.clerk.configuration import check
from contrib.clerk.settings import ClerkSettings
from kernel.errors import ConfigurationError, PluginError
from kernel.testing import Client, PluginContract

GOOD = {"issuer": "https://clerk.example.com", "secret_key": "sk_test_1"}


class TestClerk(PluginContract):
    plugin = "clerk"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"issuer": ""}, "clerk.issuer is empty"),
        ({"issuer": "https://clerk.example.com/"}, "clerk.issuer ends with a slash"),
        ({"issuer": "http://clerk.example.com"}, "clerk.issuer: `http://clerk.example.com` is not https"),
        ({"api_url": "http://api.example"}, "clerk.api_url: `http://api.example` is not https"),
        ({"secret_key": ""}, "clerk.secret_key is empty"),
        ({"secret_key": "sk\n"}, "clerk.secret_key holds characters no key has"),
        ({"webhook_secrets": ["nonsense"]}, "clerk.webhook_secrets"),
        ({"webhook_secrets": ["whsec_AAAA"]}, "clerk.webhook_secrets"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(settings, told):
    with pytest.raises(ConfigurationError, match="clerk") as refused:
        check(ClerkSettings(**{**GOOD, **settings}), production=False)

    assert told in str(refused.value)


def test_in_production_the_origins_are_named():
    with pytest.raises(ConfigurationError, match="authorized_parties is empty"):
        check(ClerkSettings(**GOOD), production=True)


def test_without_settings_the_start_ends_in_one_line(make_app):
    with pytest.raises(PluginError, match=r"clerk\.issuer is empty"):
        make_app("clerk")


def test_without_a_secret_the_webhook_is_closed(make_app):
    application = make_app("clerk", clerk=GOOD)

    answer = Client(application).post(
        "/v1/clerk/webhooks", body="{}", headers={"content-type": "application/json"}
    )

    assert answer.status == 404
