"""The pages that links in messages lead to."""

from __future__ import annotations

import html
import re

PLUGINS = ("accounts",)
FORM = {"content-type": "application/x-www-form-urlencoded"}


def page_of(mail, to):
    return re.search(r"/v1/auth/pages/\S+", mail(to)[-1]["text"]).group()


def test_opening_the_link_changes_nothing_and_the_button_verifies(member, client, mail):
    ada = member()
    page = page_of(mail, ada.email)

    shown = client.get(page)
    token = re.search(r'name="token" value="([^"]+)"', shown.text)[1]
    before = ada.client.get("/v1/auth/profile").json["email_verified"]
    pressed = client.post(page.partition("?")[0], body=f"token={token}", headers=FORM)

    assert shown.headers["content-type"].startswith("text/html")
    assert before is False
    assert "verified" in pressed.text
    assert ada.client.get("/v1/auth/profile").json["email_verified"] is True
    again = client.post(page.partition("?")[0], body=f"token={token}", headers=FORM)
    assert "does not work" in again.text
    assert "<button" not in again.text


def test_a_password_is_reset_in_the_browser(member, client, mail):
    ada = member()
    client.post("/v1/auth/forgot-password", {"email": ada.email})
    page = page_of(mail, ada.email)
    token = page.partition("token=")[2]

    weak = client.post(
        "/v1/auth/pages/reset-password", body=f"token={token}&password=password123", headers=FORM
    )
    done = client.post(
        "/v1/auth/pages/reset-password", body=f"token={token}&password=amber-lantern-42", headers=FORM
    )

    assert "first ones tried" in weak.text
    assert "<button" in weak.text
    assert "The password is set" in done.text
    assert client.post("/v1/auth/login", {"email": ada.email, "password": "amber-lantern-42"}).status == 200


def test_a_page_shows_what_it_is_given_as_text(client):
    hostile = '"><script>alert(1)</script>'

    answer = client.get("/v1/auth/pages/verify-email", query={"token": hostile})

    assert hostile not in answer.text
    assert html.escape(hostile).replace("&quot;", "&#34;") in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_form_that_is_none_is_refused(client):
    page = "/v1/auth/pages/verify-email"

    assert client.post(page, body=b"\xff\xfe", headers=FORM).status == 400
    assert client.post(page, body="&".join(f"a{n}=1" for n in range(50)), headers=FORM).status == 400
    assert client.post(page, body=b"token=" + b"x" * 9000, headers=FORM).status == 413
    assert client.post(page, body=b"{}", headers={"content-type": "application/json"}).status == 415
    assert "does not work" in client.post(page, body=b"", headers=FORM).text
