"""What other plugins may ask of accounts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import Invalid, NotFound, Unauthorized
from plugins.accounts import api
from plugins.accounts.addresses import email_key, folded, normal_email, normal_phone
from plugins.accounts.provider_tokens import TokenProviders
from plugins.accounts.services import erasure, profiles

PLUGINS = ("accounts",)


def ada():
    return api.create_user(name="Ada", email="ada@example.com", verified=True)


def test_people_exist_until_they_are_deleted(app):
    user_id = ada()
    before = api.exists(user_id)

    erasure.delete(user_id)

    assert before is True
    assert api.exists(user_id) is False
    assert api.exists(uuid4()) is False


def test_only_active_people_pass(app):
    user_id = ada()
    api.require_active(user_id)

    app.auth.set_status(user_id, "suspended")
    with pytest.raises(Unauthorized):
        api.require_active(user_id)
    app.auth.set_status(user_id, "active")
    profiles.deactivate(user_id)
    with pytest.raises(NotFound):
        api.require_active(user_id)
    with pytest.raises(NotFound):
        api.require_active(uuid4())


def test_people_are_found_by_any_spelling_of_their_address(app):
    user_id = ada()

    assert api.user_by_email("ADA@Example.COM") == user_id
    assert api.user_by_email("nobody@example.com") is None
    assert api.user_by_email("no address") is None


def test_a_provider_that_learns_of_people_by_webhooks_opens_accounts(app):
    identity = api.ExternalIdentity(
        "https://clerk.example", "user_1", "eve@example.com", email_verified=True, name="Eve"
    )

    first, again = api.external_user("clerk", identity), api.external_user("clerk", identity)

    assert first == again == api.user_by_email("eve@example.com")


def test_an_identity_that_was_taken_back_comes_in_by_a_new_sign_in_only(app, clock):
    identity = api.ExternalIdentity("https://clerk.example", "user_1", name="Eve")
    first = api.external_user("clerk", identity)
    erasure.delete(first)
    before, after = clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1)

    for authenticated_at in (None, before):
        with pytest.raises(api.TokenRefused):
            api.external_user("clerk", identity, authenticated_at)

    assert api.external_user("clerk", identity, after) != first


def test_two_providers_of_tokens_do_not_share_an_issuer():
    class Provider:
        def __init__(self, name):
            self.name, self.issuer = name, "https://issuer.example"

    with pytest.raises(ValueError, match="rename one"):
        TokenProviders([Provider("a"), Provider("b")])


def test_unknown_people_have_no_card(app):
    user_id = ada()

    assert api.user_cards([user_id, uuid4()]).keys() == {user_id}
    with pytest.raises(NotFound):
        api.user_card(uuid4())
    assert api.user_cards([]) == {}


def test_what_is_no_address_opens_no_account(app):
    with pytest.raises(Invalid):
        api.create_user(name="Ada", email="no address")


def test_an_account_needs_no_way_in(app):
    user_id = api.create_user(name="Imported")

    assert isinstance(user_id, UUID)
    assert api.user_card(user_id).verified is False


@pytest.mark.parametrize(
    ("written", "stored", "key"),
    [
        ("Ada@EXAMPLE.com", "Ada@example.com", "ada@example.com"),
        ("ada@bücher.example", "ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("\uff41da@example.com", "ada@example.com", "ada@example.com"),
        ("Stra\u00dfe@example.com", "Stra\u00dfe@example.com", "strasse@example.com"),
        ("ada+shop@example.com", "ada+shop@example.com", "ada+shop@example.com"),
    ],
)
def test_one_spelling_for_each_address(app, written, stored, key):
    assert normal_email(written) == (stored, key)


@pytest.mark.parametrize(
    "written", ["+1 415 555 2671", "(415) 555-2671", "011 1 415-555-2671", "tel:+1-415-555-2671"]
)
def test_one_form_for_each_number(app, written):
    assert normal_phone(written) == "+14155552671"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_folding_a_name_twice_changes_nothing(name):
    assert folded(folded(name)) == folded(name)


def test_keys_of_keys_are_keys(app):
    @settings(max_examples=200, deadline=None)
    @given(st.text(min_size=1, max_size=30))
    def check(local):
        key = email_key(f"{local}@example.com")
        assert key is None or email_key(key) == key

    check()
