"""The development mailbox: a page, its JSON, and no trace of it in production."""

from __future__ import annotations

import re

import pytest

from kernel import ConfigurationError
from kernel.errors import PluginError
from kernel.testing import Client
from plugins.notifications.api import Address
from plugins.notifications.models import MailboxMessage

PLUGINS = ("letters",)
ADA = Address(email="Ada@Example.com", phone="+14155550123", name="Ada")
PRODUCTION = {"environment": "production", "test_clock": False}
LIMITED = {"rate_limits": True}


def test_the_page_shows_mail_and_text_messages_with_links_that_can_be_followed(post, work, client):
    post(ADA, text="Follow https://stoa.example/verify?token=abc now <b>")
    post(ADA, "code", code="493021")
    work()

    page = client.get("/_mailbox")

    assert page.headers["content-type"].startswith("text/html")
    assert "493021 is your code." in page.text
    assert 'href="https://stoa.example/verify?token=abc"' in page.text
    assert "now &lt;b&gt;" in page.text
    assert '<html lang="en">' in page.text
    assert 'name="viewport"' in page.text


def test_a_link_without_an_origin_can_be_followed_too(post, work, client):
    post(ADA, text='Follow\n/v1/auth/pages/verify-email?token=a"b&c\nnow')
    work()

    page = client.get("/_mailbox").text

    assert '<a href="/v1/auth/pages/verify-email?token=a&#34;b&amp;c" rel="noopener"' in page


def test_the_page_runs_no_script_but_its_own(post, work, client):
    post(ADA, text="</pre><script>alert(1)</script>")
    work()

    page = client.get("/_mailbox")

    policy = page.headers["content-security-policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]+)'", policy)
    assert nonce
    assert "default-src 'none'" in policy
    assert "<script>" not in page.text
    assert f'<script nonce="{nonce[1]}">' in page.text


def test_html_is_shown_in_a_frame_that_runs_nothing(post, work, client, mailbox):
    post(ADA)
    work()
    [mail] = mailbox("ada@example.com")

    page = client.get("/_mailbox").text
    framed = client.get(f"/_mailbox/{mail['id']}/html")

    assert f'data-src="/_mailbox/{mail["id"]}/html"' in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert framed.headers["content-security-policy"].startswith("sandbox allow-popups")
    assert "script" not in framed.headers["content-security-policy"]
    assert framed.headers["x-frame-options"] == "SAMEORIGIN"
    assert '<base target="_blank">' in framed.text


def test_one_recipients_messages_are_found_however_the_address_is_spelt(post, work, client, mailbox):
    post(ADA)
    post(Address(email="bob@example.com"))
    work()

    assert [mail["to"] for mail in mailbox("ADA@example.COM ")] == ["Ada@Example.com"]
    assert "bob@example.com" not in client.get("/_mailbox", query={"to": "ada@example.com"}).text
    assert len(mailbox("")) == 2
    assert mailbox("nobody@example.com") == []


def test_it_can_be_emptied(post, work, client, mailbox):
    post(ADA)
    work()

    client.delete("/_mailbox.json")

    assert mailbox("") == []
    assert "Nothing has been sent" in client.get("/_mailbox").text


@pytest.mark.settings(notifications={"mailbox_size": 3})
def test_it_keeps_the_latest(post, work, mailbox):
    for number in range(5):
        post(ADA, title=f"Letter {number}")
    work()

    assert [mail["subject"] for mail in mailbox("")] == ["Letter 2", "Letter 3", "Letter 4"]
    assert MailboxMessage.select().count() == 3


def test_production_has_no_mailbox_and_says_that_no_provider_is_there(make_app):
    application = make_app("letters", kernel=PRODUCTION, http=LIMITED)
    client = Client(application).unchecked()

    statuses = [client.get(path).status for path in ("/_mailbox", "/_mailbox.json")]
    checks = dict(application.hooks.implementations("health"))["notifications"](app=application)

    assert statuses == [404, 404]
    [providers, backlog] = checks
    assert (providers.ok, providers.detail) == (False, "none for email, sms")
    assert backlog.ok


def test_production_refuses_to_be_sent_to_the_mailbox(make_app):
    with pytest.raises((ConfigurationError, PluginError), match="refused in production"):
        make_app("letters", kernel=PRODUCTION, http=LIMITED, notifications={"email_providers": ["mailbox"]})


def test_in_production_mail_without_a_provider_waits_and_is_late(make_app, clock):
    application = make_app("letters", notifications={"email_providers": ["first"]})

    checks = dict(application.hooks.implementations("health"))["notifications"](app=application)

    assert [check.ok for check in checks] == [True, True]
