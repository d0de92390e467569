"""Rotation and revocation of the keys that sign access tokens."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import jwt
import pytest

from kernel.auth import AuthSettings, CredentialsRefused
from kernel.auth.changes import Changes
from kernel.auth.models import SigningKey
from kernel.auth.signing_keys import SigningKeys
from kernel.errors import NotFound
from kernel.storage import DatabaseSettings, count_statements, uuid7
from kernel.storage.listener import Listener
from tests.kernel.auth.conftest import SECRET


def kid_of(token):
    return jwt.get_unverified_header(token)["kid"]


def sign_in(auth, user):
    return auth.open_session(user, "Firefox", "198.51.100.7").access_token


def test_a_rotated_key_verifies_what_it_signed_and_signs_no_more(auth, user, bearer):
    before = sign_in(auth, user)

    new = auth.signing_keys.rotate()

    after = sign_in(auth, user)
    assert kid_of(after) == new != kid_of(before)
    assert auth.principal_for(bearer(before)).id == auth.principal_for(bearer(after)).id == user


def test_a_retired_key_ends_with_the_last_token_it_can_have_signed(auth, user, clock):
    clock.freeze()
    kid = kid_of(sign_in(auth, user))
    auth.signing_keys.rotate()

    assert auth.signing_keys.verifying(kid) is not None
    clock.advance(timedelta(seconds=900 + 60))

    assert auth.signing_keys.verifying(kid) is None
    assert auth.signing_keys.purge() == 1


def test_a_revoked_key_takes_its_tokens_with_it_and_leaves_the_sessions(auth, user, bearer):
    tokens = auth.open_session(user, "Firefox", "198.51.100.7")
    auth.principal_for(bearer(tokens.access_token))

    auth.signing_keys.revoke(kid_of(tokens.access_token))

    with pytest.raises(CredentialsRefused):
        auth.principal_for(bearer(tokens.access_token))
    assert auth.principal_for(bearer(auth.refresh(tokens.refresh_token).access_token)).id == user


@pytest.mark.parametrize("kid", ["0190aaaa-0000-7000-8000-000000000000", "0190aaaa", ""])
def test_revoking_an_unknown_key_says_so(auth, kid):
    with pytest.raises(NotFound):
        auth.signing_keys.revoke(kid)


def test_a_key_is_replaced_when_it_is_old_enough(auth, user, clock):
    old = kid_of(sign_in(auth, user))

    clock.advance(timedelta(days=30))

    assert kid_of(sign_in(auth, user)) != old


def test_twenty_first_sign_ins_agree_on_one_key(make_auth, together):
    auths = [make_auth(), make_auth()]

    kids = together(20, lambda: auths[0].signing_keys.signing().kid)

    assert {*kids} == {auths[1].signing_keys.signing().kid}
    assert sorted(key.state for key in SigningKey.select()) == ["active", "next"]


def test_a_key_made_in_a_transaction_that_fails_signs_nothing_later(auth, user, db, bearer):
    with db.atomic() as transaction:
        lost = kid_of(sign_in(auth, user))
        transaction.rollback()

    token = sign_in(auth, user)

    assert kid_of(token) != lost
    assert auth.principal_for(bearer(token)).id == user


def test_another_process_accepts_a_new_key_at_once(make_auth, user, bearer):
    here, there = make_auth(), make_auth()
    there.principal_for(bearer(sign_in(here, user)))

    here.signing_keys.rotate()

    assert there.principal_for(bearer(sign_in(here, user))).id == user


def test_a_key_is_known_before_it_signs(auth, user):
    auth.signing_keys.signing()
    known = {str(key.id) for key in SigningKey.select()}

    kid = auth.signing_keys.rotate()

    assert kid in known
    assert kid_of(sign_in(auth, user)) == kid


@pytest.fixture
def alone(db, clock, url):
    """Keys of a process that hears of no change; `alone.at` is what its monotonic clock says."""
    at = SimpleNamespace(at=100.0)
    changes = Changes(db, Listener(DatabaseSettings(url=url)))
    keys = SigningKeys(AuthSettings(), db, clock, changes, secret=SECRET, monotonic=lambda: at.at)
    at.keys = keys
    return at


def test_made_up_key_ids_do_not_cost_a_query_each(alone):
    alone.keys.signing()

    with count_statements() as counted:
        found = {alone.keys.verifying(f"made-up-{n}") for n in range(50)}

    assert found == {None}
    assert counted.count <= 1


def test_a_key_of_another_process_is_found_while_the_clock_stands_still(auth, alone, clock):
    clock.freeze()
    alone.keys.verifying("made-up")
    kid = auth.signing_keys.rotate()
    SigningKey.update(id=(new := uuid7())).where(SigningKey.id == kid).execute()

    alone.at += 2

    assert alone.keys.verifying(str(new)) is not None


def test_keys_are_read_anew_when_the_clock_was_set_back(auth, alone, clock, db):
    """As a table that was restored: what was remembered in the future is not believed until then."""
    clock.freeze()
    before = clock.now()
    first = alone.keys.signing().kid
    db.execute_sql("CREATE TEMP TABLE kept AS TABLE kernel_signing_key")
    clock.advance(timedelta(days=31))
    later = alone.keys.signing().kid
    db.execute_sql("TRUNCATE kernel_signing_key; INSERT INTO kernel_signing_key SELECT * FROM kept")
    db.execute_sql("DROP TABLE kept")

    clock.set(before)

    assert later != first
    assert alone.keys.signing().kid == first


def test_told_that_the_table_was_changed_every_process_reads_it_anew(make_auth, user, bearer, settle):
    here, there = make_auth(), make_auth()
    gone = kid_of(sign_in(here, user))
    there.principal_for(bearer(sign_in(there, user)))
    SigningKey.update(id=uuid7()).where(SigningKey.id == gone).execute()

    here.signing_keys.forget()
    settle(there)

    assert {here.signing_keys.verifying(gone), there.signing_keys.verifying(gone)} == {None}
    assert there.principal_for(bearer(sign_in(here, user))).id == user


def test_the_table_holds_nothing_that_signs(auth, user):
    sign_in(auth, user)

    row, secret = SigningKey.get(SigningKey.state == "active"), auth.signing_keys.signing().secret

    assert secret.hex() not in str(row.__data__)
    assert bytes.fromhex(row.salt) != secret
