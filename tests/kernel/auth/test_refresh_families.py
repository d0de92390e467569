"""Refresh tokens: single use, races, honest retries, and the end of a family."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta
from threading import Thread

import pytest

from kernel.auth import CredentialsRefused, RefreshTokenRaced, RefreshTokenReused, Tokens
from kernel.auth.models import RefreshToken
from kernel.errors import StoaError
from kernel.storage import Database, DatabaseSettings, uuid7


@pytest.fixture
def tokens(auth, user):
    return auth.open_session(user, "Pixel 9", "203.0.113.4")


def lives(auth, user, session_id):
    return session_id in {session.id for session in auth.sessions(user)}


def waiting_for_a_lock(db):
    sql = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return len(db.rows(sql))


def test_a_refresh_gives_new_tokens_of_the_same_session(auth, user, tokens, bearer):
    renewed = auth.refresh(tokens.refresh_token)

    assert renewed.session_id == tokens.session_id
    assert renewed.refresh_token != tokens.refresh_token
    assert renewed.access_token != tokens.access_token
    assert auth.principal_for(bearer(renewed.access_token)).id == user


def test_a_token_used_again_ends_its_session(auth, user, tokens, bearer):
    renewed = auth.refresh(tokens.refresh_token)

    with pytest.raises(RefreshTokenReused):
        auth.refresh(tokens.refresh_token)

    assert not lives(auth, user, tokens.session_id)
    with pytest.raises(CredentialsRefused):
        auth.refresh(renewed.refresh_token)
    with pytest.raises(CredentialsRefused):
        auth.principal_for(bearer(renewed.access_token))


def test_a_reuse_leaves_the_other_devices_alone(auth, user, tokens):
    other = auth.open_session(user, "Firefox", "203.0.113.5")
    auth.refresh(tokens.refresh_token)

    with pytest.raises(RefreshTokenReused):
        auth.refresh(tokens.refresh_token)

    assert lives(auth, user, other.session_id)
    auth.refresh(other.refresh_token)


def test_an_old_ancestor_ends_the_session_too(auth, user, tokens):
    latest = tokens
    for _ in range(5):
        latest = auth.refresh(latest.refresh_token)

    with pytest.raises(RefreshTokenReused):
        auth.refresh(tokens.refresh_token)

    assert not lives(auth, user, tokens.session_id)


def test_of_twenty_refreshes_at_once_one_wins(auth, user, tokens, together):
    outcomes = together(20, lambda: auth.refresh(tokens.refresh_token))

    winners = [outcome for outcome in outcomes if isinstance(outcome, Tokens)]
    assert len(winners) == 1
    losers = [outcome for outcome in outcomes if not isinstance(outcome, Tokens)]
    assert {type(loser) for loser in losers} <= {RefreshTokenRaced, RefreshTokenReused, CredentialsRefused}
    replayed = any(isinstance(loser, RefreshTokenReused) for loser in losers)
    assert lives(auth, user, tokens.session_id) is not replayed


def test_losers_of_a_race_leave_the_session_alive(auth, user, tokens, db, url):
    """All twenty see the token unspent: the row is locked until each of them waits for it."""
    outcomes = []

    def refresh():
        try:
            outcomes.append(auth.refresh(tokens.refresh_token))
        except CredentialsRefused as ex:
            outcomes.append(ex)
        finally:
            db.release()

    threads = [Thread(target=refresh) for _ in range(20)]
    holder = Database(DatabaseSettings(url=url))
    db.warm(21)
    with holder.atomic():
        holder.rows("SELECT id FROM kernel_refresh_token FOR UPDATE")
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 10
        while waiting_for_a_lock(db) < 20:
            assert time.monotonic() < deadline
    for thread in threads:
        thread.join()
    holder.stop()

    winners = [outcome for outcome in outcomes if isinstance(outcome, Tokens)]
    assert len(winners) == 1
    assert [type(outcome) for outcome in outcomes].count(RefreshTokenRaced) == 19
    assert lives(auth, user, tokens.session_id)
    auth.refresh(winners[0].refresh_token)


def test_a_retry_with_its_key_gets_the_same_successor(auth, user, tokens, bearer):
    first = auth.refresh(tokens.refresh_token, retry_key="try-1")

    again = auth.refresh(tokens.refresh_token, retry_key="try-1")

    assert again.refresh_token == first.refresh_token
    assert auth.principal_for(bearer(again.access_token)).id == user
    auth.refresh(again.refresh_token)


def test_twenty_retries_with_one_key_get_one_successor(auth, user, tokens, together):
    outcomes = together(20, lambda: auth.refresh(tokens.refresh_token, retry_key="try-1"))

    assert len({outcome.refresh_token for outcome in outcomes}) == 1
    assert RefreshToken.select().count() == 2
    assert lives(auth, user, tokens.session_id)


@pytest.mark.parametrize("key", [None, "", "another"])
def test_a_thief_without_the_key_ends_the_session(auth, user, tokens, key):
    auth.refresh(tokens.refresh_token, retry_key="try-1")

    with pytest.raises(RefreshTokenReused):
        auth.refresh(tokens.refresh_token, retry_key=key)

    assert not lives(auth, user, tokens.session_id)


def test_a_retry_after_the_successor_was_used_is_a_reuse(auth, user, tokens):
    first = auth.refresh(tokens.refresh_token, retry_key="try-1")
    auth.refresh(first.refresh_token)

    with pytest.raises(RefreshTokenReused):
        auth.refresh(tokens.refresh_token, retry_key="try-1")

    assert not lives(auth, user, tokens.session_id)


def test_a_retry_after_the_window_is_a_reuse(auth, tokens, clock):
    clock.freeze()
    auth.refresh(tokens.refresh_token, retry_key="try-1")
    clock.advance(timedelta(seconds=60))

    with pytest.raises(RefreshTokenReused):
        auth.refresh(tokens.refresh_token, retry_key="try-1")


def test_a_refresh_inside_a_transaction_is_refused_loudly(auth, tokens, db):
    with db.atomic(), pytest.raises(StoaError, match="inside a transaction"):
        auth.refresh(tokens.refresh_token)


def test_an_unused_token_dies_after_seven_days(auth, tokens, clock):
    clock.advance(timedelta(days=7))

    with pytest.raises(CredentialsRefused):
        auth.refresh(tokens.refresh_token)


def test_a_session_ends_however_often_it_is_refreshed(auth, user, tokens, clock):
    for _ in range(14):
        clock.advance(timedelta(days=6))
        tokens = auth.refresh(tokens.refresh_token)

    clock.advance(timedelta(days=6))

    with pytest.raises(CredentialsRefused):
        auth.refresh(tokens.refresh_token)
    assert auth.sessions(user) == []


def test_the_last_access_token_ends_with_the_session(make_auth, clock):
    auth = make_auth(session_ttl=1000)
    clock.freeze()
    tokens = auth.open_session(uuid7(), "Pixel 9", "203.0.113.4")
    clock.advance(timedelta(seconds=700))

    assert auth.refresh(tokens.refresh_token).expires_in == 300


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "é" * 100, "a" * 100_000])
def test_an_unknown_token_is_refused(auth, token):
    with pytest.raises(CredentialsRefused):
        auth.refresh(token)


def test_the_database_holds_no_token(auth, tokens, db):
    renewed = auth.refresh(tokens.refresh_token, retry_key="try-1")

    stored = str(db.rows("SELECT * FROM kernel_refresh_token"))

    for secret in (tokens.refresh_token, renewed.refresh_token, "try-1"):
        assert secret not in stored


def test_purging_keeps_what_lives(auth, user, tokens, clock):
    auth.refresh(tokens.refresh_token)
    auth.codes.issue("verify", "ada@example.org", timedelta(minutes=10))
    assert auth.purge() == 0

    clock.advance(timedelta(days=38))

    assert auth.purge() == 4  # two tokens, a session, a code
    assert auth.sessions(user) == []


UNDER_GEVENT = """
from gevent import monkey; monkey.patch_all()
import collections, sys, gevent
from kernel.auth import Auth, AuthSettings, CredentialsRefused
from kernel.cache import Limiter
from kernel.cache.limiter import MemoryBuckets
from kernel.clock import SystemClock
from kernel.storage import Database, DatabaseSettings, uuid7
from kernel.storage.listener import Listener

url, secret = sys.argv[1:]
clock, settings = SystemClock(), DatabaseSettings(url=url)
db, listener = Database(settings, clock).activate(), Listener(settings)
auth = Auth(AuthSettings(argon2_memory=64), db=db, clock=clock, listener=listener,
            limiter=Limiter(MemoryBuckets(100), clock), secret=secret)
listener.start()
auth.start()
tokens = auth.open_session(uuid7(), "Pixel 9", "203.0.113.4")

def refresh():
    try:
        auth.refresh(tokens.refresh_token)
        return "won"
    except CredentialsRefused as ex:
        return ex.type
    finally:
        db.release()

outcomes = [gevent.spawn(refresh) for _ in range(20)]
gevent.joinall(outcomes, raise_error=True)
for outcome, count in sorted(collections.Counter(one.value for one in outcomes).items()):
    print(outcome, count)
listener.stop()
"""


def test_of_twenty_refreshes_in_greenlets_one_wins(auth, url, secret):
    done = subprocess.run(
        [sys.executable, "-c", UNDER_GEVENT, url, secret],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "won 1\n" in done.stdout
    assert "refresh-token-raced" in done.stdout or "refresh-token-reused" in done.stdout
