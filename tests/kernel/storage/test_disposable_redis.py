"""The Redis that tests stop and start."""

from __future__ import annotations

import pytest
import redis

from kernel.testing.redis import disposable_redis


def test_it_answers_stops_and_comes_back_on_the_same_port() -> None:
    with disposable_redis() as server:
        client = redis.Redis.from_url(server.url)
        client.set("a", "1")
        server.kill()
        with pytest.raises(redis.ConnectionError):
            client.get("a")

        server.start()

        assert client.get("a") is None
        client.close()
    assert not server.running


def test_a_persistent_one_keeps_its_data_over_a_restart() -> None:
    with disposable_redis(persistent=True) as server:
        client = redis.Redis.from_url(server.url)
        client.set("a", "1")

        server.restart()

        assert client.get("a") == b"1"
        client.close()
