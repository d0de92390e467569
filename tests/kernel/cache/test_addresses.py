"""Where Redis may be: one server, behind Sentinels, a cluster."""

from __future__ import annotations

import time

import pytest
import redis

from kernel.cache import CacheSettings, make_cache, make_limiter
from kernel.errors import ConfigurationError
from kernel.redis import RedisLink, RedisSettings

SLOTS = 16384


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("localhost:6379", "starts with localhost"),
        ("http://host", "starts with http"),
        ("host", "starts with no scheme"),
        ("redis+sentinel://host:26379", "names no service"),
        ("redis+sentinel://host:26379/main/x", "names no service"),
        ("redis+cluster://host:x", "'host:x' is no host:port"),
        ("redis+cluster://:7000", "names no host"),
        ("redis+cluster://host:7000,", "names no host"),
    ],
)
def test_a_url_that_names_no_redis_is_refused_in_one_line(url, told):
    with pytest.raises(ConfigurationError, match=told):
        RedisLink(RedisSettings(url=url))


def test_the_password_in_the_url_is_not_shown():
    assert "hunter2" not in repr(RedisSettings(url="redis://user:hunter2@host/0"))


@pytest.fixture
def cluster(make_server):
    """Three real nodes that share the slots."""
    low = (port for port in iter(make_server.free_port, 0) if port < 55_000)  # the bus listens 10,000 above
    nodes = [make_server("--cluster-enabled", "yes", port=next(low)) for _ in range(3)]
    clients = [redis.Redis(port=node.port) for node in nodes]
    for n, client in enumerate(clients):
        client.execute_command("CLUSTER", "ADDSLOTS", *range(n, SLOTS, 3))
        client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", n + 1)
    for node in nodes[1:]:
        clients[0].execute_command("CLUSTER", "MEET", "127.0.0.1", node.port)
    _until(lambda: all(_knows_all(client) for client in clients))
    yield nodes
    for client in clients:
        client.close()


def test_everything_works_across_the_slots_of_a_cluster(cluster, clock):
    url = "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in cluster)
    link, other_link = (
        RedisLink(RedisSettings(url=url, timeout=5)),
        RedisLink(RedisSettings(url=url, timeout=5)),
    )
    cache, other = make_cache(CacheSettings(), clock, link), make_cache(CacheSettings(), clock, other_link)
    values = {f"k{n}": n for n in range(60)}

    cache.mset(values, tags=["t", "u", "v"])
    read = other.mget(list(values))
    other.invalidate_tags(["u", "w"])
    unseen = cache.mget(list(values))
    made = cache.get_or_set("}odd{", lambda: 1, tags=["t", "u", "v"]), other.get("}odd{")
    cache.mset(values)
    other.counters.add("views", "a", 2)

    assert (read, unseen, made) == (values, {}, (1, 1))
    assert cache.expire("k1", 5)
    assert cache.invalidate_pattern("k1*") == 11
    assert cache.delete("k2", "k3", "k4") == 3
    assert cache.counters.drain("views", lambda batch, sums: None) == {"a": 2}
    limiter = make_limiter(CacheSettings(), clock, link)
    assert [limiter.hit("k", 2, 60).allowed for _ in range(3)] == [True, True, False]
    assert not link.away
    link.close()
    other_link.close()


def test_a_cluster_that_is_gone_is_away_and_comes_back(cluster, clock):
    url = f"redis+cluster://127.0.0.1:{cluster[0].port}"
    link = RedisLink(RedisSettings(url=url, timeout=0.3, cooldown=0.2))
    cache = make_cache(CacheSettings(), clock, link)
    cache.set("k", 1)

    for node in cluster:
        node.freeze()
    during = cache.get_or_set("other", lambda: 2), link.away
    for node in cluster:
        node.thaw()
    deadline = time.monotonic() + 20
    while cache.get("k") is None or link.away:
        assert time.monotonic() < deadline
        time.sleep(0.05)

    assert during == (2, True)
    link.close()


def test_sentinels_say_where_the_primary_is_and_where_it_moved(server, make_server, tmp_path, clock):
    replica = make_server("--replicaof", "127.0.0.1", str(server.port))
    (tmp_path / "sentinel.conf").write_text(
        f"sentinel monitor main 127.0.0.1 {server.port} 1\n"
        "sentinel down-after-milliseconds main 300\nsentinel failover-timeout main 2000\n"
    )
    sentinel = make_server(kind=make_server.Sentinel, directory=tmp_path)
    link = RedisLink(
        RedisSettings(url=f"redis+sentinel://127.0.0.1:{sentinel.port}/main/0", timeout=2, cooldown=0)
    )
    cache = make_cache(CacheSettings(), clock, link)
    cache.set("k", 1)
    with redis.Redis(port=sentinel.port) as client:
        _until(lambda: any(one["slave-repl-offset"] for one in client.sentinel_slaves("main")))
    before = cache.get("k")

    server.stop()
    _until(lambda: cache.mset({"moved": 2}) is None and not link.away)

    with redis.Redis(port=replica.port) as client:
        assert client.exists("stoa:value{k:moved}")
    assert before == 1
    _until(lambda: cache.get("moved") == 2)  # a read that takes too long is a miss, not an error
    link.close()


def _knows_all(client):
    info = bytes(client.execute_command("CLUSTER", "INFO"))
    return b"cluster_state:ok" in info and b"cluster_known_nodes:3" in info


def _until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
