"""Demo data, and the command that makes an administrator."""

from __future__ import annotations

from click.testing import CliRunner

from plugins.accounts import demo
from plugins.accounts.commands import createadmin
from tests.plugins.accounts.conftest import PASSWORD

PLUGINS = ("accounts",)


def load(app):
    seen = []
    demo.load(app, lambda done, total: seen.append((done, total)))
    return seen


def test_forty_people_can_sign_in(client, app):
    assert load(app)[-1] == (40, 40)

    admin = client.post("/v1/auth/login", {"email": demo.ADMIN_EMAIL, "password": demo.PASSWORD})
    user = client.post("/v1/auth/login", {"email": "user39@demo.stoa", "password": demo.PASSWORD})

    assert admin.json["user"]["roles"] == [{"role": "admin", "scope": None}]
    assert user.json["user"]["email_verified"] is True
    listed = (
        client.with_token(admin.json["access_token"]).get("/v1/users", query={"limit": 100}).json["items"]
    )
    assert len(listed) == 40


def test_the_people_are_the_same_everywhere_and_loading_twice_changes_nothing(app):
    load(app)
    once = app.db.rows("SELECT id, email FROM accounts_user ORDER BY id")

    load(app)

    assert app.db.rows("SELECT id, email FROM accounts_user ORDER BY id") == once
    assert once[0] == (demo.user_id(0), demo.ADMIN_EMAIL)
    assert str(demo.user_id(0)).startswith("01941f29-7c00-7")


def test_an_administrator_is_made_of_a_new_or_an_existing_account(member, client):
    ada = member()

    promoted = CliRunner().invoke(createadmin, ["--email", "ADA@example.com"])
    made = CliRunner().invoke(createadmin, ["--email", "root@example.com", "--password", "amber-lantern-42"])
    again = CliRunner().invoke(createadmin, ["--email", "root@example.com"])

    assert [one.output for one in (promoted, made, again)] == [
        "ADA@example.com is now an administrator.\n",
        "root@example.com is now an administrator.\n",
        "root@example.com is already an administrator.\n",
    ]
    assert ada.client.get("/v1/users", query={"status": "active"}).status == 200
    assert (
        client.post("/v1/auth/login", {"email": "root@example.com", "password": "amber-lantern-42"}).status
        == 200
    )


def test_an_administrator_needs_an_address_and_a_password_that_hold(app):
    for options in (
        ["--email", "no address", "--password", PASSWORD],
        ["--email", "a@example.com", "--password", "short"],
    ):
        answer = CliRunner().invoke(createadmin, options)

        assert answer.exit_code == 1
        assert answer.output.startswith("Error: ")
