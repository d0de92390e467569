"""Who may be connected: expiry, renewal, revocation, roles; all while connected."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from kernel.testing import ConnectRefused

PLUGINS = ("notes",)
SETTINGS = {"auth": {"access_ttl": 900}, "realtime": {"recheck": 60}}


@pytest.fixture
def ann(client):
    return client.as_user()


def closing(socket):
    """Return the code a socket was told before it was closed."""
    socket.wait_closed()
    return [one.data["code"] for one in socket.heard("closing")]


def comes_to_be(socket, event, *, ok):
    """Ask until an event is (or is not) allowed; a change in another process takes a moment."""
    deadline = time.monotonic() + 10
    while socket.ask(event)["ok"] != ok:
        assert time.monotonic() < deadline


def token_of(client):
    return client.headers["authorization"].partition(" ")[2]


def test_an_ended_session_closes_its_sockets_and_no_others(app, realtime, client, ann):
    other_device = client.as_user(ann.user_id)
    ended, kept = realtime.connect("/notes", ann), realtime.connect("/notes", other_device)

    app.auth.revoke_session(ann.session_id)

    assert closing(ended) == [4401]
    assert kept.call("count")["value"] == 1
    with pytest.raises(ConnectRefused) as refused:
        realtime.connect("/notes", ann)
    assert refused.value.problem["status"] == 401


def test_a_banned_account_is_closed_on_every_device(app, realtime, client, ann):
    sockets = [realtime.connect("/notes", one) for one in (ann, client.as_user(ann.user_id))]

    app.auth.set_status(ann.user_id, "banned")

    assert [closing(one) for one in sockets] == [[4401], [4401]]


def test_signing_out_everywhere_closes_all_but_the_kept_session(app, realtime, client, ann):
    kept_client = client.as_user(ann.user_id)
    ended, kept = realtime.connect("/notes", ann), realtime.connect("/notes", kept_client)

    app.auth.revoke_all(ann.user_id, keep=kept_client.session_id)

    assert closing(ended) == [4401]
    assert kept.call("count")["value"] == 1


def test_a_revoked_api_key_closes_its_sockets(app, realtime, ann):
    info, key = app.auth.api_keys.create(ann.user_id, "a machine")
    app.db.release()
    socket = realtime.connect("/notes", key)

    app.auth.api_keys.revoke(info.id, ann.user_id)  # and no clock is moved: it is told, not asked about

    assert closing(socket) == [4401]


def test_an_expired_token_closes_the_socket(realtime, ann):
    socket = realtime.connect("/notes", ann)

    realtime.advance(timedelta(seconds=899))
    assert socket.call("count")["value"] == 1
    realtime.advance(timedelta(seconds=2))

    assert closing(socket) == [4401]


def test_a_token_renewed_in_time_keeps_the_socket(app, realtime, client, ann):
    socket = realtime.connect("/notes", ann)
    realtime.advance(timedelta(seconds=600))
    renewed = client.as_user(ann.user_id)

    socket.call("authenticate", {"token": token_of(renewed)})
    realtime.advance(timedelta(seconds=600))

    assert socket.call("count")["value"] == 1
    app.auth.revoke_session(renewed.session_id)
    assert closing(socket) == [4401]


def test_after_a_renewal_the_old_session_may_end(app, realtime, client, ann):
    socket = realtime.connect("/notes", ann)
    socket.call("authenticate", {"token": token_of(client.as_user(ann.user_id))})

    app.realtime.disconnect(ann.session_id, 4401, "the old session")
    app.auth.revoke_session(ann.session_id)

    assert socket.call("count")["value"] == 1


def test_the_token_of_another_account_does_not_renew(realtime, client, ann):
    socket = realtime.connect("/notes", ann)

    answer = socket.ask("authenticate", {"token": token_of(client.as_user())})

    assert answer["error"]["type"] == "/problems/other-account"
    assert socket.call("count")["value"] == 1


def test_an_expired_api_key_closes_its_sockets(app, realtime, ann):
    ends = app.clock.now() + timedelta(seconds=30)
    _, key = app.auth.api_keys.create(ann.user_id, "a machine", expires_at=ends)
    app.db.release()
    socket = realtime.connect("/notes", key)

    realtime.advance(timedelta(seconds=29))
    assert socket.call("count")["value"] == 1
    realtime.advance(timedelta(seconds=2))

    assert closing(socket) == [4401]


def test_a_role_given_and_taken_counts_at_once(app, realtime, ann):
    socket = realtime.connect("/notes", ann)
    assert socket.ask("secret")["error"]["status"] == 403

    app.auth.grant(ann.user_id, "keeper")
    comes_to_be(socket, "secret", ok=True)
    app.auth.ungrant(ann.user_id, "keeper")

    comes_to_be(socket, "secret", ok=False)


def test_a_plugin_closes_the_sockets_of_an_account_and_of_a_session(app, realtime, client, ann):
    other_device = client.as_user(ann.user_id)
    first, second = realtime.connect("/notes", ann), realtime.connect("/notes", other_device)

    app.realtime.disconnect(ann.session_id, 4403, "kicked")
    assert closing(first) == [4403]
    assert second.call("count")["value"] == 1
    app.realtime.disconnect(ann.user_id, 4401, "signed out")

    assert closing(second) == [4401]


def test_the_handshakes_authorization_stands_in_for_a_token(realtime, ann):
    socket = realtime.connect("/notes", None, headers={"Authorization": ann.headers["authorization"]})

    assert socket.call("count")["value"] == 1


def test_a_suspended_account_is_let_in_again_after_its_time(app, realtime, ann):
    app.auth.set_status(ann.user_id, "suspended", app.clock.now() + timedelta(seconds=60))
    with pytest.raises(ConnectRefused):
        realtime.connect("/notes", ann)

    realtime.advance(timedelta(seconds=61))

    assert realtime.connect("/notes", ann).call("count")["value"] == 1
