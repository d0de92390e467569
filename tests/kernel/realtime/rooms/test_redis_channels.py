"""A process hears the channels of the families somebody is in, and no others."""

from __future__ import annotations

import redis as library

from kernel.testing.redis import DisposableRedis
from tests.kernel.realtime.rooms.conftest import MakeNode
from tests.kernel.realtime.rooms.jars import Socket, until


def channels(server: DisposableRedis) -> set[str]:
    with library.Redis.from_url(server.url) as client:
        return {name.decode() for name in client.pubsub_channels()}


def test_a_process_hears_only_the_families_somebody_is_in(nodes: MakeNode, redis: DisposableRedis) -> None:
    node = nodes(redis.url, reconnect_window=0.05)
    socket = Socket()

    node.realtime.rooms.join(socket, {"jar:1": None, "jar:2": None, "smell:1": None})
    until(lambda: channels(redis) == {"stoa:rooms:/jars/jar", "stoa:rooms:/jars/smell"})
    node.realtime.rooms.leave(socket, "jar:1")
    node.realtime.rooms.leave(socket, "smell:1")

    until(lambda: channels(redis) == {"stoa:rooms:/jars/jar"})
    node.realtime.rooms.leave(socket, "jar:2")
    until(lambda: channels(redis) == set())


def test_after_redis_was_away_the_channels_are_heard_again(nodes: MakeNode, redis: DisposableRedis) -> None:
    node = nodes(redis.url)
    node.join()
    until(lambda: node.realtime.backplane.is_quick)

    redis.kill()
    until(lambda: not node.realtime.backplane.is_quick)
    redis.start()

    until(lambda: node.realtime.backplane.is_quick)
    assert channels(redis) == {"stoa:rooms:/jars/jar"}


def test_a_message_that_is_none_of_ours_breaks_nothing(nodes: MakeNode, redis: DisposableRedis) -> None:
    reader, writer = nodes(redis.url), nodes(redis.url)
    socket = reader.join()
    until(lambda: reader.realtime.backplane.is_quick)

    with library.Redis.from_url(redis.url) as client:
        client.publish("stoa:rooms:/jars/jar", b"\xff{]")
        client.publish("stoa:rooms:/jars/jar", b'["x"]\n1')
    for n in range(3):
        writer.publish(n)

    until(lambda: len(socket.frames) == 3)
    assert socket.numbers() == [1, 2, 3]
