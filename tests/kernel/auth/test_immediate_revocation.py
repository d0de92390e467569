"""A revocation counts at once here, within a second elsewhere, and is never forgotten."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest

from kernel.auth import Change, CredentialsRefused
from kernel.storage import DatabaseSettings, count_statements
from kernel.storage.listener import Listener

ANOTHER_PROCESS = """
import sys
from kernel.auth import Auth, AuthSettings, CredentialsRefused
from kernel.cache import Limiter
from kernel.cache.limiter import MemoryBuckets
from kernel.clock import SystemClock
from kernel.storage import Database, DatabaseSettings
from kernel.storage.listener import Listener

url, secret = sys.argv[1:]
clock, settings = SystemClock(), DatabaseSettings(url=url)
db, listener = Database(settings, clock).activate(), Listener(settings)
auth = Auth(AuthSettings(argon2_memory=64), db=db, clock=clock, listener=listener,
            limiter=Limiter(MemoryBuckets(100), clock), secret=secret)
listener.start()
assert listener.wait_connected()
print("ready", flush=True)
for line in sys.stdin:
    try:
        auth.principal_for({"authorization": f"Bearer {line.strip()}"})
        print("accepted", flush=True)
    except CredentialsRefused as ex:
        print("refused", flush=True)
"""


class Peer:
    """A second process that recognises callers on the same database."""

    def __init__(self, url, secret):
        self.process = subprocess.Popen(
            [sys.executable, "-c", ANOTHER_PROCESS, url, secret],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert self.process.stdout.readline() == "ready\n"

    def asks(self, token):
        self.process.stdin.write(token + "\n")
        return self.process.stdout.readline().strip()

    def comes_to_refuse(self, token):
        """Ask until it is refused; how soon that is, is measured by benchmarks/revocation.py."""
        deadline = time.monotonic() + 30
        while (answer := self.asks(token)) == "accepted" and time.monotonic() < deadline:
            continue
        return answer == "refused"

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=10)


@pytest.fixture
def peer(url, secret, auth):
    peer = Peer(url, secret)
    yield peer
    peer.close()


@pytest.mark.parametrize(
    "revoke",
    [
        lambda auth, user, tokens: auth.revoke_session(tokens.session_id),
        lambda auth, user, tokens: auth.revoke_all(user),
        lambda auth, user, tokens: auth.set_status(user, "banned"),
        lambda auth, user, tokens: auth.set_status(user, "suspended"),
        lambda auth, user, tokens: auth.signing_keys.revoke(auth.signing_keys.signing().kid),
    ],
    ids=["session", "all sessions", "ban", "suspension", "key"],
)
def test_what_one_process_revokes_no_process_accepts(auth, user, peer, bearer, revoke):
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")
    auth.principal_for(bearer(tokens.access_token))
    assert peer.asks(tokens.access_token) == peer.asks(tokens.access_token) == "accepted"

    revoke(auth, user, tokens)

    with pytest.raises(CredentialsRefused):
        auth.principal_for(bearer(tokens.access_token))
    assert peer.comes_to_refuse(tokens.access_token)


def test_a_caller_read_before_a_revocation_is_not_remembered_after_it(auth, user, bearer, db):
    """The revocation commits after the caller was read and before he is remembered."""
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")
    asked = []

    def revoke():
        auth.revoke_session(tokens.session_id)
        db.release()

    def meanwhile(event):
        if "FROM kernel_session s JOIN" in event.sql and not asked:
            asked.append(event)
            thread = threading.Thread(target=revoke)
            thread.start()
            thread.join()

    db.query_hooks.append(meanwhile)
    try:
        auth.principal_for(bearer(tokens.access_token))  # it was still alive when it was read
    finally:
        db.query_hooks.remove(meanwhile)

    assert asked
    with pytest.raises(CredentialsRefused):
        auth.principal_for(bearer(tokens.access_token))


def test_a_known_caller_costs_no_statement(auth, user, bearer, settle):
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")
    settle(auth)
    auth.principal_for(bearer(tokens.access_token))

    with count_statements() as counted:
        for _ in range(100):
            auth.principal_for(bearer(tokens.access_token))

    assert counted.count == 0


def test_a_new_caller_costs_one_statement(auth, user, bearer, settle):
    first = auth.open_session(user, "Pixel 9", "203.0.113.4")
    settle(auth)  # also that the first signing key was made
    auth.principal_for(bearer(first.access_token))
    second = auth.open_session(user, "Firefox", "203.0.113.4")

    with count_statements() as counted:
        auth.principal_for(bearer(second.access_token))

    assert counted.count == 1


def test_a_caller_is_asked_about_again_after_a_while(auth, user, bearer, clock):
    clock.freeze()
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")
    auth.principal_for(bearer(tokens.access_token))
    clock.advance(timedelta(seconds=30))

    with count_statements() as counted:
        auth.principal_for(bearer(tokens.access_token))

    assert any("FROM kernel_session" in sql for sql in counted.statements)


def revoke_in_silence(db, tokens):
    """Revoke without a word, as if the notification was lost."""
    db.execute_sql("UPDATE kernel_session SET revoked_at = now() WHERE id = %s", (tokens.session_id,))


def test_while_nothing_is_heard_nobody_is_remembered(make_auth, user, bearer, db, url):
    deaf = make_auth(listener=Listener(DatabaseSettings(url=url)))
    tokens = deaf.open_session(user, "Pixel 9", "203.0.113.4")
    for _ in range(2):
        deaf.principal_for(bearer(tokens.access_token))

    revoke_in_silence(db, tokens)

    with pytest.raises(CredentialsRefused):
        deaf.principal_for(bearer(tokens.access_token))


def test_while_nothing_is_heard_a_revoked_key_is_noticed(make_auth, auth, user, bearer, url):
    deaf = make_auth(listener=Listener(DatabaseSettings(url=url)))
    token = deaf.open_session(user, "Pixel 9", "203.0.113.4").access_token
    deaf.principal_for(bearer(token))

    auth.signing_keys.revoke(auth.signing_keys.signing().kid)

    with pytest.raises(CredentialsRefused):
        deaf.principal_for(bearer(token))


def test_after_a_cut_connection_everybody_is_asked_about(auth, user, bearer, db):
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")
    auth.principal_for(bearer(tokens.access_token))
    forgotten = threading.Event()
    auth.on_change(lambda change: forgotten.set() if change is None else None)

    with db.atomic():
        revoke_in_silence(db, tokens)
        db.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stoa listener'"
        )

    assert forgotten.wait(5)
    with pytest.raises(CredentialsRefused):
        auth.principal_for(bearer(tokens.access_token))


def test_changes_are_told_with_account_and_session(make_auth, user):
    here, there = make_auth(), make_auth()
    tokens = here.open_session(user, "Pixel 9", "203.0.113.4")
    arrived = threading.Event()
    expected = Change("session", user, tokens.session_id)
    there.on_change(lambda change: arrived.set() if change == expected else None)

    here.revoke_session(tokens.session_id)

    assert arrived.wait(5)


def test_no_request_that_starts_after_a_revocation_is_let_in(auth, user, bearer, db, together):
    sessions = [auth.open_session(user, f"device {n}", "203.0.113.4") for n in range(20)]
    pending = list(sessions)

    def let_in(tokens):
        try:
            return auth.principal_for(bearer(tokens.access_token)).id == user
        except CredentialsRefused:
            return False

    def race():
        tokens, revoked, enough = pending.pop(), threading.Event(), threading.Event()
        before, after = [], []

        def request():
            while not enough.is_set():
                (after if revoked.is_set() else before).append(let_in(tokens))
            db.release()

        thread = threading.Thread(target=request)
        thread.start()
        auth.revoke_session(tokens.session_id)
        revoked.set()
        after.extend(let_in(tokens) for _ in range(20))
        enough.set()
        thread.join()
        return any(after)

    assert together(len(sessions), race) == [False] * len(sessions)
