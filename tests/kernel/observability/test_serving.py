"""A real server: its logs are JSON lines, its metrics those of all its processes."""

from __future__ import annotations

import orjson
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
