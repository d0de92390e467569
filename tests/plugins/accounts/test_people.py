"""Profiles, cards, privacy, search, export, deletion."""

from __future__ import annotations

from uuid import UUID

import pytest

from kernel.storage import count_statements
from plugins.accounts import api
from tests.plugins.accounts.conftest import PASSWORD

PLUGINS = ("accounts",)
PROFILE = "/v1/auth/profile"


def test_a_profile_is_changed_field_by_field(member, types):
    ada = member()

    ada.client.patch(PROFILE, {"bio": "Mathematician", "preferences": {"theme": "dark"}})
    changed = ada.client.patch(PROFILE, {"preferences": {"language": "pt-BR", "timezone": "Europe/London"}})

    assert changed.json["bio"] == "Mathematician"
    assert changed.json["preferences"] == {"theme": "dark", "language": "pt-BR", "timezone": "Europe/London"}
    assert ada.client.get("/v1/users/me").json == changed.json
    assert types().count("user.profile_updated") == 2


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"preferences": {"theme": "purple"}}, "/preferences/theme"),
        ({"preferences": {"timezone": "Mars/Olympus"}}, "/preferences/timezone"),
        ({"preferences": {"colour": "red"}}, "/preferences/colour"),
        ({"privacy": {"photo": "friends"}}, "/privacy/photo"),
        ({"avatar_url": "javascript:alert(1)"}, "/avatar_url"),
        ({"avatar_url": "http://example.com/a.png"}, "/avatar_url"),
        ({"avatar_url": "//evil.example/a.png"}, "/avatar_url"),
        ({"email": "x@example.com"}, "/email"),
        ({"name": None}, "/name"),
    ],
)
def test_what_a_profile_cannot_hold_is_named(member, change, pointer):
    answer = member().client.patch(PROFILE, change)

    assert answer.status == 422
    assert list(answer.faults) == [pointer]


def test_two_editors_of_one_profile_do_not_overwrite_each_other(member):
    ada = member()
    tag = ada.client.get(PROFILE).headers["etag"]
    editor = ada.client.with_headers(if_match=tag)

    first = editor.patch(PROFILE, {"bio": "one"})
    second = editor.patch(PROFILE, {"bio": "two"})

    assert [first.status, second.status] == [200, 412]
    assert ada.client.get(PROFILE).json["bio"] == "one"


def test_an_unchanged_profile_is_not_sent_again(member):
    ada = member()
    tag = ada.client.get(PROFILE).headers["etag"]

    assert ada.client.with_headers(if_none_match=tag).get(PROFILE).status == 304


def test_a_card_shows_no_address(member, client):
    ada = member()

    card = client.get(f"/v1/users/{ada.id}").json

    assert card["name"] == "Ada Lindqvist"
    assert not {"email", "phone", "roles"} & card.keys()


def test_privacy_settings_hide_what_they_name(member, client):
    ada = member()
    ada.client.patch(
        PROFILE,
        {
            "bio": "Secret",
            "avatar_url": "https://example.com/a.png",
            "privacy": {"bio": "nobody", "photo": "nobody"},
        },
    )

    stranger = client.get(f"/v1/users/{ada.id}").json
    herself = ada.client.get(f"/v1/users/{ada.id}").json

    assert (stranger["bio"], stranger["avatar_url"]) == ("", "")
    assert (herself["bio"], herself["avatar_url"]) == ("Secret", "https://example.com/a.png")


def test_contacts_level_shows_nothing_where_no_plugin_knows_contacts(member):
    ada, ben = member(), member("ben@example.com", "Ben")
    ada.client.patch(PROFILE, {"bio": "For friends", "privacy": {"bio": "contacts", "last_seen": "nobody"}})

    assert ben.client.get(f"/v1/users/{ada.id}").json["bio"] == ""
    ids = [UUID(ada.id), UUID(ben.id)]
    assert api.allowed("last_seen", ids, UUID(ben.id)) == {UUID(ben.id)}


def test_people_are_found_by_beginnings_of_words_of_the_name(member):
    ada = member(name="Ada Lindqvist")
    member("adam@example.com", "Adam Øster")
    member("zoe@example.com", "Zoë Adamsson")
    member("carl@example.com", "Carl Okafor")

    def names(q):
        return [one["name"] for one in ada.client.get("/v1/users", query={"q": q}).json["items"]]

    assert names("ada") == ["Ada Lindqvist", "Adam Øster", "Zoë Adamsson"]
    assert names("ADAM øst") == ["Adam Øster"]
    assert names("lind ada") == ["Ada Lindqvist"]
    assert names("'; DROP TABLE accounts_user; --") == []
    assert names("%") == []
    assert names("& | ! ( :*") == []


def test_a_list_of_people_is_paged_without_repeats(member):
    ada = member()
    for number in range(7):
        member(f"user{number}@example.com", "Same Name")

    found = [one["id"] for one in ada.client.every("/v1/users", limit=3)]

    assert len(found) == len(set(found)) == 8


def test_other_filters_and_addresses_are_for_operators(member, client):
    ada = member()

    for query in ({"email": "ada@example.com"}, {"status": "active"}, {"role": "admin"}):
        assert ada.client.get("/v1/users", query=query).status == 403
    assert ada.client.get("/v1/users").json["items"][0]["email"] is None
    assert client.get("/v1/users").status == 401


def test_an_operator_finds_people_by_address_role_and_status(member, client, app):
    ada, ben = member(), member("ben@example.com", "Ben")
    admin = client.as_user(UUID(ada.id), "admin", mfa=True)
    admin.post(f"/v1/users/{ben.id}/suspend", {"reason": "spam"})

    def found(**query):
        return [(one["email"], one["status"]) for one in admin.get("/v1/users", query=query).json["items"]]

    assert found(email="BEN@example.com") == [("ben@example.com", "suspended")]
    assert found(role="admin") == [("ada@example.com", "active")]
    assert found(status="suspended") == [("ben@example.com", "suspended")]
    assert found(status="active") == [("ada@example.com", "active")]


def test_a_list_takes_the_same_statements_for_few_and_many(member, client):
    admin = client.as_user(UUID(member().id), "admin")

    def statements():
        with count_statements() as count:
            listed = admin.get("/v1/users", query={"limit": 50}).json["items"]
        return len(listed), sum(
            "kernel_session" not in sql for sql in count.statements
        )  # that one is remembered

    few, for_few = statements()
    for number in range(20):
        member(f"user{number}@example.com", f"User {number}")
    many, for_many = statements()

    assert (few, many) == (1, 21)
    assert for_few == for_many


def test_a_deactivated_account_is_hidden_until_its_owner_returns(member, client, types):
    ada, ben = member(), member("ben@example.com", "Ben")

    assert ada.client.post("/v1/users/me/deactivate").status == 204

    assert ada.client.get(PROFILE).status == 401
    assert client.get(f"/v1/users/{ada.id}").status == 404
    assert [one["name"] for one in ben.client.get("/v1/users").json["items"]] == ["Ben"]
    assert client.post("/v1/auth/login", {"email": ada.email, "password": PASSWORD}).status == 200
    assert client.get(f"/v1/users/{ada.id}").status == 200
    assert types().count("user.status_changed") == 2


def test_a_banned_person_has_no_card_until_the_ban_is_lifted(member, client, app):
    ada, moderator = member(), client.as_admin()

    moderator.post(f"/v1/users/{ada.id}/ban", {"reason": "Fraud"})
    while_banned = client.get(f"/v1/users/{ada.id}").status, api.user_cards([UUID(ada.id)])[UUID(ada.id)]
    moderator.post(f"/v1/users/{ada.id}/reactivate", {"reason": "A mistake"})

    assert while_banned[0] == client.get(f"/v1/users/{UUID(int=1)}").status == 404
    assert (while_banned[1].deleted, while_banned[1].member_since) == (True, None)
    assert client.get(f"/v1/users/{ada.id}").status == 200
    assert not api.user_cards([UUID(ada.id)])[UUID(ada.id)].deleted


def test_an_export_holds_what_is_stored_and_no_secret(member):
    ada = member(device_name="Laptop")
    ada.client.patch(PROFILE, {"bio": "Mathematician"})

    exported = ada.client.get("/v1/users/me/export").json["plugins"]["accounts"]

    assert exported["profile"]["email"] == "ada@example.com"
    assert exported["profile"]["bio"] == "Mathematician"
    assert [one["name"] for one in exported["devices"]] == ["Laptop"]
    assert "argon2" not in str(exported)


def test_deleting_an_account_leaves_nothing_of_the_person(member, client, app, types):
    ada = member(name="Ada Lindqvist")
    ada.client.patch(PROFILE, {"bio": "Mathematician", "given_name": "Ada"})
    ada.client.post("/v1/auth/step-up", {"password": PASSWORD})

    assert ada.client.delete("/v1/users/me").status == 204

    assert ada.client.get(PROFILE).status == 401
    assert client.post("/v1/auth/login", {"email": ada.email, "password": PASSWORD}).status == 401
    assert client.get(f"/v1/users/{ada.id}").status == 404
    rest = str(
        app.db.rows("SELECT u::text FROM accounts_user u UNION ALL SELECT d::text FROM accounts_device d")
    )
    assert not any(word in rest for word in ("ada", "Lindqvist", "Mathematician", "argon2"))
    assert types()[-1] == "user.deleted"
    assert api.user_cards([UUID(ada.id)])[UUID(ada.id)].name == "Deleted user"


def test_the_address_of_a_deleted_account_is_free_again(member):
    ada = member()
    ada.client.post("/v1/auth/step-up", {"password": PASSWORD})
    ada.client.delete("/v1/users/me")

    assert member().id != ada.id


def test_an_operator_deletes_an_account_after_stepping_up(member, client):
    ada = member()

    assert client.as_user(None, "admin").delete(f"/v1/users/{ada.id}").status == 403
    assert client.as_admin().delete(f"/v1/users/{ada.id}").status == 204
    assert client.as_admin().delete(f"/v1/users/{ada.id}").status == 404
    assert member("ben@example.com").client.delete(f"/v1/users/{ada.id}").status == 403


def test_cards_of_many_cost_one_statement(member, app):
    ids = [UUID(member(f"user{number}@example.com", f"User {number}").id) for number in range(5)]

    with count_statements() as count:
        cards = api.user_cards(ids)

    assert set(cards) == set(ids)
    assert count.count == 1
