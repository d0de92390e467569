"""What one client may take: events, credentials, connections, rooms; and what is counted of it."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
import websocket

from kernel.storage import uuid7
from kernel.testing import ConnectRefused
from tests.kernel.realtime.gateway.wire import Wire

PLUGINS = ("notes",)
SETTINGS = {
    "http": {"rate_limits": True, "rate_limit": 100_000},
    "realtime": {
        "inbound_rate": 10,
        "refused_rate": 3,
        "max_connections_per_client": 4,
        "max_rooms": 3,
        "max_positions": 2,
    },
    "observability": {"access_log": True, "log_format": "json"},
}


HOURS = itertools.count(1)


@pytest.fixture(autouse=True)
def rested(realtime):
    """Begin later than the test before, which shared the process, so with empty buckets."""
    realtime.advance(timedelta(hours=next(HOURS)))


@pytest.fixture
def ann(client, rested):
    """Return a caller whose token was made at the present of the process."""
    return client.as_user()


def statuses(socket, event, count):
    return [one.get("error", {}).get("status", 200) for one in (socket.ask(event) for _ in range(count))]


def test_a_socket_has_its_events_a_minute_and_is_told_when_to_go_on(realtime, ann):
    socket, other = realtime.connect("/notes", ann), realtime.connect("/notes", ann)

    counted = statuses(socket, "count", 12)
    refused = socket.ask("count")["error"]

    assert counted == [200] * 10 + [429] * 2
    assert refused["retry_after"] >= 1
    assert other.call("count")["value"] == 1


def test_an_account_has_three_times_that_over_all_its_sockets(realtime, ann):
    sockets = [realtime.connect("/notes", ann) for _ in range(4)]

    counted = [status for socket in sockets for status in statuses(socket, "count", 10)]

    assert counted == [200] * 30 + [429] * 10


def test_a_rate_of_its_own_counts_the_account_over_all_sockets(realtime, ann):
    first, second = realtime.connect("/notes", ann), realtime.connect("/notes", ann)

    assert [*statuses(first, "rare", 1), *statuses(second, "rare", 2)] == [200, 200, 429]


def test_an_address_that_gets_credentials_wrong_is_slowed_down(realtime, ann):
    realtime.connect("/board", ann).close()  # known from here on, and refused all the same
    refusals = []
    for _ in range(5):
        with pytest.raises(ConnectRefused) as refused:
            realtime.connect("/notes", "nonsense")
        refusals.append(refused.value.problem["status"])

    assert refusals == [401, 401, 401, 429, 429]
    for namespace in ("/notes", "/board"):
        with pytest.raises(ConnectRefused):
            realtime.connect(namespace, ann)
    realtime.advance(timedelta(minutes=2))
    assert realtime.connect("/notes", ann).call("count")["value"] == 1


def test_an_address_has_only_so_many_connections(realtime):
    held = [Wire(realtime.url) for _ in range(4)]

    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        Wire(realtime.url)
    assert refused.value.status_code == 429
    for one in held:
        one.close()


def test_a_socket_is_in_only_so_many_rooms(realtime):
    socket = realtime.connect("/board")
    for number in range(3):
        socket.join(f"wall:{number}")

    assert socket.ask("join", {"room": "wall:3"})["error"]["type"] == "/problems/too-many-rooms"
    assert socket.ask("join", {"room": "wall:2"})["ok"]
    socket.call("leave", {"room": "wall:0"})
    assert socket.ask("join", {"room": "wall:3"})["ok"]


def test_more_positions_than_allowed_are_refused(realtime):
    socket = realtime.connect("/board")
    positions = {f"wall:{number}": {"epoch": "e", "seq": 1} for number in range(3)}

    answer = socket.ask("recover", {"positions": positions})

    assert [one["pointer"] for one in answer["error"]["errors"]] == ["/positions"]


def test_a_room_name_without_end_is_refused(realtime):
    socket = realtime.connect("/board")

    answers = [
        socket.ask("join", {"room": room}) for room in ("wall:" + "x" * 300, "wall:", "wall", ":x", "")
    ]

    assert [one["error"]["status"] for one in answers] == [422, 404, 404, 404, 422]


def test_connections_events_and_ends_are_counted(realtime, ann):
    socket = realtime.connect("/notes", ann)
    socket.call("count")
    socket.ask("no:such:event" + str(uuid7()).replace("-", ""))

    metrics = realtime.server.get("/metrics").text

    assert 'stoa_realtime_connections{transport="websocket"} 1.0' in metrics
    assert 'stoa_realtime_sockets{namespace="/notes"} 1.0' in metrics
    counted = 'stoa_realtime_event_seconds_count{event="count",namespace="/notes",outcome="ok"}'
    assert counted in metrics
    assert 'event="(unknown)"' in metrics
    assert "no:such:event" not in metrics
    assert "stoa_realtime_closes_total" in metrics


def test_a_line_is_written_at_the_end_of_a_socket(realtime, ann):
    socket = realtime.connect("/notes", ann, headers={"X-Request-Id": f"request-{ann.user_id}"})
    socket.close()
    other = realtime.connect("/board")  # by now the end of the first has been handled
    other.call("count")

    lines = [line for line in realtime.server.output().splitlines() if f"request-{ann.user_id}" in line]

    assert len(lines) == 1
    assert all(each in lines[0] for each in ("socket", "/notes", str(ann.user_id), "transport close"))
