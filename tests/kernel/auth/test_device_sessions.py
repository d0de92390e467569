"""Sessions per device: listed, revoked, kept, stepped up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.auth import CredentialsRefused, StepUpRequired
from kernel.auth.models import Session
from kernel.errors import NotFound
from kernel.storage import Database, DatabaseSettings, count_statements, uuid7


def test_each_device_has_a_session_the_latest_used_first(auth, user, clock):
    clock.freeze()
    phone = auth.open_session(user, "Pixel 9", "203.0.113.4")
    clock.advance(timedelta(minutes=1))
    laptop = auth.open_session(user, "Firefox on Linux", "2001:db8::7")

    listed = auth.sessions(user)

    assert [session.id for session in listed] == [laptop.session_id, phone.session_id]
    assert [(session.device, session.ip) for session in listed] == [
        ("Firefox on Linux", "2001:db8::7"),
        ("Pixel 9", "203.0.113.4"),
    ]


def test_a_refresh_moves_the_device_to_where_it_is_now(auth, user):
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")

    auth.refresh(tokens.refresh_token, "Pixel 9 Pro", "203.0.113.99")

    [session] = auth.sessions(user)
    assert (session.device, session.ip) == ("Pixel 9 Pro", "203.0.113.99")


def test_a_session_that_lapsed_was_not_ended_by_anybody(auth, user, clock):
    lapsed, ended = (auth.open_session(user, "Pixel 9", "203.0.113.4").session_id for _ in range(2))
    other = uuid7()
    gone = auth.open_session(other, "Pixel 9", "203.0.113.4").session_id

    auth.revoke_session(ended)
    auth.set_status(other, "banned")
    clock.advance(timedelta(days=8))

    assert auth.sessions(user) == []
    assert auth.unrevoked_sessions({lapsed, ended, gone, uuid7()}) == {lapsed}
    assert auth.unrevoked_sessions(set()) == set()


def test_a_revoked_session_is_refused_in_the_next_request(auth, user, bearer):
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")
    auth.principal_for(bearer(tokens.access_token))

    assert auth.revoke_session(tokens.session_id) is True

    with pytest.raises(CredentialsRefused):
        auth.principal_for(bearer(tokens.access_token))
    with pytest.raises(CredentialsRefused):
        auth.refresh(tokens.refresh_token)
    assert auth.revoke_session(tokens.session_id) is False


def test_nobody_ends_the_session_of_another(auth, user):
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")

    assert auth.revoke_session(tokens.session_id, uuid7()) is False

    assert len(auth.sessions(user)) == 1
    assert auth.revoke_session(tokens.session_id, user) is True


def test_signing_out_everywhere_can_keep_this_device(auth, user, bearer):
    kept, *others = [auth.open_session(user, f"device {n}", "203.0.113.4") for n in range(4)]

    assert auth.revoke_all(user, keep=kept.session_id) == 3

    assert auth.principal_for(bearer(kept.access_token)).id == user
    for tokens in others:
        with pytest.raises(CredentialsRefused):
            auth.principal_for(bearer(tokens.access_token))


def test_a_sign_in_begun_before_a_password_change_is_not_completed_after_it(auth, user):
    epoch = auth.epoch(user)  # the old password is being verified

    auth.revoke_all(user)  # and is changed meanwhile

    with pytest.raises(CredentialsRefused):
        auth.open_session(user, "thief", "203.0.113.66", epoch=epoch)
    assert auth.sessions(user) == []
    auth.open_session(user, "owner", "203.0.113.4", epoch=auth.epoch(user))


def test_a_revocation_that_is_rolled_back_revokes_nothing(auth, user, bearer, db):
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")

    with db.atomic() as transaction:
        auth.revoke_all(user)
        transaction.rollback()

    assert auth.principal_for(bearer(tokens.access_token)).id == user


def test_what_a_transaction_saw_is_not_remembered_after_it(auth, user, bearer, db):
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")
    auth.principal_for(bearer(tokens.access_token))

    with db.atomic() as transaction:
        auth.grant(user, "inspector")
        assert auth.principal_of(user).can("shops:close")
        transaction.rollback()

    assert not auth.principal_of(user).can("shops:close")
    assert not auth.principal_for(bearer(tokens.access_token)).can("shops:close")


def test_a_second_factor_is_recent_for_a_while(auth, user, bearer, clock):
    clock.freeze()
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")
    before = auth.principal_for(bearer(tokens.access_token))
    with pytest.raises(StepUpRequired):
        auth.require_step_up(before)

    assert auth.step_up(tokens.session_id) is True

    principal = auth.principal_for(bearer(tokens.access_token))
    auth.require_step_up(principal)
    clock.advance(timedelta(seconds=300))
    assert not auth.has_recent_mfa(principal)


def test_signing_in_with_a_second_factor_is_a_step_up(auth, user, bearer):
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4", mfa=True)

    assert auth.has_recent_mfa(auth.principal_for(bearer(tokens.access_token)))


def test_a_revoked_session_cannot_step_up(auth, user):
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")
    auth.revoke_session(tokens.session_id)

    assert auth.step_up(tokens.session_id) is False


def test_last_use_is_written_now_and_then_not_at_each_request(auth, user, bearer, clock):
    clock.freeze()
    tokens = [auth.open_session(user, f"device {n}", "203.0.113.4") for n in range(20)]
    clock.advance(timedelta(seconds=50))
    for one in tokens:
        auth.principal_for(bearer(one.access_token))
    clock.advance(timedelta(seconds=40))

    with count_statements() as counted:
        for _ in range(100):
            for one in tokens:
                auth.principal_for(bearer(one.access_token))

    writes = [sql for sql in counted.statements if "UPDATE" in sql.upper() and "last_used_at" in sql]
    assert len(writes) == 1
    assert {session.last_used_at for session in auth.sessions(user)} == {clock.now()}


def test_a_flush_passes_over_a_row_another_process_holds(auth, user, bearer, url, clock):
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")
    clock.advance(timedelta(seconds=10))
    auth.principal_for(bearer(tokens.access_token))
    other = Database(DatabaseSettings(url=url), clock)
    with other.atomic():
        other.rows("SELECT id FROM kernel_session FOR UPDATE")

        auth.stop()

    other.stop()
    assert Session.get().last_used_at < clock.now() - timedelta(seconds=5)


def test_an_account_never_seen_has_no_status(auth):
    with pytest.raises(NotFound):
        auth.status(uuid7())
