"""A real server: its logs are JSON lines, its metrics those of all its processes."""

from __future__ import annotations

import socket
import time

import orjson
import psutil
import pytest

from kernel.testing.server import Server


@pytest.mark.settings(observability={"log_format": "json", "access_log": True})
def test_every_request_to_a_server_leaves_one_json_line(server):
    for _ in range(3):
        assert server.get("/problems/not-found").status == 200

    server.terminate()
    lines = [orjson.loads(line) for line in server.output().splitlines() if line.startswith("{")]
    requests = [
        line for line in lines if line["event"] == "request" and line["path"] == "/problems/not-found"
    ]
    assert len(requests) == 3
    assert all(line["correlation_id"] and line["ms"] > 0 for line in requests)


def open_connections(server):
    [line] = [
        line for line in server.get("/metrics").text.splitlines() if line.startswith("stoa_http_connections ")
    ]
    return float(line.rpartition(" ")[2])


def until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_open_connections_are_counted(server):
    before = open_connections(server)

    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(3)]
    until(lambda: open_connections(server) == before + 3)
    for connection in idle:
        connection.close()

    until(lambda: open_connections(server) == before)


def test_what_a_killed_process_held_is_counted_no_more(pair):
    idle = [socket.create_connection(("127.0.0.1", pair.port)) for _ in range(8)]
    until(lambda: open_connections(pair) >= 8)
    first, second = psutil.Process(pair.pid).children()

    for worker in (first, second):
        worker.kill()
    psutil.wait_procs([first, second], 20)
    until(lambda: open_connections(pair) < 8)

    for connection in idle:
        connection.close()


@pytest.fixture
def pair(server, redis, tmp_path):
    """The same server in two processes."""
    server.terminate()
    changed = {"http": {**server.settings["http"], "workers": 2}, "redis": {"url": redis.url}}
    directory = tmp_path / "pair"
    directory.mkdir()
    pair = Server({**server.settings, **changed}, directory).start()
    yield pair
    pair.stop()


def test_a_scrape_of_one_of_several_processes_shows_them_all(pair):
    for _ in range(20):
        pair.get("/problems/not-found")

    counts = {
        line.rpartition(" ")[2]
        for _ in range(6)
        for line in pair.get("/metrics").text.splitlines()
        if line.startswith("stoa_http_request_seconds_count") and "/problems/{slug}" in line
    }

    assert counts == {"20.0"}
