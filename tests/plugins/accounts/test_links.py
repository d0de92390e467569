"""Where the links in messages lead."""

from __future__ import annotations

import pytest

from kernel import ConfigurationError
from plugins.accounts.services.links import check_origin
from plugins.accounts.settings import AccountsSettings

PLUGINS = ("accounts",)
PAGES = {
    f"{purpose}_url": "https://shop.example/p"
    for purpose in ("verify_email", "reset_password", "change_email")
}


def test_production_needs_an_origin_or_pages_of_its_own():
    check_origin("development", "", AccountsSettings())
    check_origin("production", "https://shop.example", AccountsSettings())
    check_origin("production", "", AccountsSettings(**PAGES))
    with pytest.raises(ConfigurationError, match=r"kernel\.public_url is empty"):
        check_origin("production", "", AccountsSettings())


@pytest.mark.settings(kernel={"public_url": "https://shop.example/"})
def test_links_start_with_the_public_url(member, mail):
    member()

    assert "https://shop.example/v1/auth/pages/verify-email?token=" in mail("ada@example.com")[-1]["text"]


@pytest.mark.settings(accounts={"verify_email_url": "https://app.shop.example/#/verify/{token}"})
def test_a_client_has_pages_of_its_own(member, mail, client):
    member()

    token = mail("ada@example.com")[-1]["text"].partition("https://app.shop.example/#/verify/")[2].split()[0]
    assert client.post("/v1/auth/verify-email", {"token": token}).status == 200
