"""Several processes, killed and cut off: every member gets everything once, in order."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest

import kernel
from kernel.realtime.recovery import Position
from kernel.testing.postgres import DisposablePostgres
from kernel.testing.redis import DisposableRedis
from tests.kernel.realtime.rooms.conftest import Process
from tests.kernel.realtime.rooms.jars import until

StartProcess = Callable[..., Process]


def got(process: Process, count: int, sid: str = "sid") -> list[int]:
    """Return the numbers a socket there got, once it got `count`."""
    until(lambda: len(process.numbers(sid=sid)) >= count)
    return process.numbers(sid=sid)


def quick(*processes: Process) -> None:
    until(lambda: all(process.quick() for process in processes))


@pytest.fixture(params=["with Redis", "without Redis"])
def three(
    request: pytest.FixtureRequest, processes: StartProcess
) -> tuple[list[Process], DisposableRedis | None]:
    """Give three processes with a member each, connected to each other."""
    redis = request.getfixturevalue("redis") if request.param == "with Redis" else None
    started = [processes(redis.url if redis else "") for _ in range(3)]
    for process in started:
        process.join()
    if redis:
        quick(*started)
    return started, redis


def test_racing_transactions_of_three_processes_reach_every_member_once_in_order(
    three: tuple[list[Process], DisposableRedis | None],
) -> None:
    started, _ = three

    for index, process in enumerate(started):
        process.send("publish", numbers=list(range(index * 50, index * 50 + 50)))
    for process in started:
        process._answer("publish")

    for process in started:
        assert got(process, 150) == list(range(1, 151))
    told = [[event[1]["n"] for event in process.events()] for process in started]
    assert told[0] == told[1] == told[2]
    assert sorted(told[0]) == list(range(150))


def test_what_a_process_killed_after_its_commit_did_not_tell_is_told(
    three: tuple[list[Process], DisposableRedis | None],
) -> None:
    started, _ = three
    started[0].publish(numbers=[1])

    started[0].send("publish", numbers=[2], die=True)
    assert started[0].died() == -signal.SIGKILL

    assert got(started[1], 2) == [1, 2]
    assert got(started[2], 2) == [1, 2]


def test_a_client_recovers_on_any_process(three: tuple[list[Process], DisposableRedis | None]) -> None:
    started, _ = three
    started[0].publish(numbers=[1, 2, 3])
    epoch = started[0].events()[0][2]["epoch"]
    got(started[1], 3)
    started[0].kill()

    recovery = started[1].recover(epoch=epoch, seq=1)

    assert [at["seq"] for _, _, at in recovery["events"]] == [2, 3]


def test_a_volatile_event_reaches_other_processes(
    three: tuple[list[Process], DisposableRedis | None],
) -> None:
    started, redis = three
    started[1].join(sid="nose", room="smell:1")

    def sniffed() -> list[object]:
        started[0].emit(n=1)
        return started[1].events(sid="nose")

    assert until(sniffed)[0] == ["sniffed", {"n": 1}]
    assert (redis is None) == (not started[0].quick())


def test_with_redis_nothing_is_read_from_the_stream(processes: StartProcess, redis: DisposableRedis) -> None:
    writer, reader = processes(redis.url), processes(redis.url)
    reader.join()
    quick(reader)

    for n in range(20):
        writer.publish(numbers=[n])
        got(reader, n + 1)

    assert reader.reads() <= 2  # a busy machine may take longer than the grace


@pytest.mark.parametrize("fault", ["pause", "kill"])
def test_while_redis_is_away_nothing_is_lost_and_after_it_nothing_doubled(
    processes: StartProcess, redis: DisposableRedis, fault: str
) -> None:
    writer, reader = processes(redis.url), processes(redis.url)
    reader.join()
    writer.join()
    quick(writer, reader)
    writer.publish(numbers=[0])

    getattr(redis, fault)()
    for n in range(1, 41):
        writer.publish(numbers=[n])
    assert got(reader, 41) == list(range(1, 42))
    assert reader.reads() > 0

    redis.resume() if fault == "pause" else redis.start()
    quick(writer, reader)
    for n in range(41, 51):
        writer.publish(numbers=[n])
    assert got(reader, 51) == got(writer, 51) == list(range(1, 52))


@pytest.fixture
def own_postgres(tmp_path) -> DisposablePostgres:
    return DisposablePostgres(tmp_path / "postgres")


def durable(url: str) -> str:
    """Have a database keep what it said it committed; those for tests are quicker than that."""
    with contextlib.closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        name = connection.info.dbname
        connection.cursor().execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on')
    return url


def test_after_a_restart_of_postgresql_every_member_has_everything(
    processes: StartProcess, own_postgres: DisposablePostgres
) -> None:
    own_postgres.start()
    try:
        template = own_postgres.template([("kernel", Path(kernel.__file__).parent / "migrations")])
        url = durable(own_postgres.fresh_database(template))
        writer, reader = processes(database=url), processes(database=url)
        reader.join()
        writer.publish(numbers=[1])
        assert got(reader, 1) == [1]

        own_postgres.halt()
        own_postgres.revive()
        writer.publish(numbers=[2])  # perhaps before the reader listens again
        writer.publish(numbers=[3])

        assert got(reader, 3) == [1, 2, 3]
    finally:
        for process in (writer, reader):
            process.close()
        own_postgres.stop()


def test_a_stream_that_was_dropped_is_never_continued_in_silence(processes: StartProcess, url: str) -> None:
    writer, reader = processes(), processes()
    reader.join()
    writer.publish(numbers=[1])
    got(reader, 1)
    old = reader.events()[0][2]["epoch"]

    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_room")
    connection.close()
    writer.publish(numbers=[2])

    told = until(lambda: [event for event in reader.events() if event[0] == "rooms"])
    state = told[0][1]["rooms"]["jar:1"]
    assert state["recovered"] is False
    assert state["epoch"] != old
    assert reader.recover(epoch=old, seq=1)["recovered"] is False


def test_a_flushed_stream_is_told_to_members_and_to_those_that_return(processes: StartProcess) -> None:
    writer, reader = processes(), processes()
    reader.join()
    writer.publish(numbers=[1, 2])
    got(reader, 2)
    old = Position(reader.events()[0][2]["epoch"], 2)

    writer.flush()

    told = until(lambda: [event for event in reader.events() if event[0] == "rooms"])
    state = told[0][1]["rooms"]["jar:1"]
    assert (state["recovered"], state["seq"], state["epoch"] == old.epoch) == (False, 2, False)
    assert writer.recover(epoch=old.epoch, seq=old.seq)["recovered"] is False
    assert writer.recover(epoch="0", seq=0)["recovered"] is False
    writer.publish(numbers=[3])
    assert got(reader, 3) == [1, 2, 3]


def test_refreshing_and_disconnecting_reach_every_process_and_only_on_commit(
    processes: StartProcess,
) -> None:
    one, other = processes(), processes()
    person = str(uuid4())

    one.order(user_id=person, commit=False)
    one.order(user_id=person, commit=True)

    expected = [[person, "left"], [person, 4401]]
    until(lambda: len(other.news()) >= 2)
    until(lambda: len(one.news()) >= 2)
    assert one.news() == other.news() == expected


def test_presence_changes_once_however_many_processes_race(processes: StartProcess) -> None:
    started = [processes() for _ in range(3)]
    people = [str(uuid4()) for _ in range(20)]

    for process in started:
        process.send("connect", user_ids=people)
    for process in started:
        process._answer("connect")
    until(lambda: all(started[0].online(user_id=person) == 3 for person in people))
    for process in started:
        process.send("disconnect", user_ids=people)
    for process in started:
        process._answer("disconnect")
    until(lambda: not any(started[0].online(user_id=person) for person in people))

    def told() -> list[list[object]]:
        return sorted([news for process in started for news in process.news()])

    until(lambda: len(told()) >= 40)
    assert told() == sorted([person, online] for person in people for online in (False, True))


def test_people_of_a_killed_process_are_offline_after_its_ttl_told_once(processes: StartProcess) -> None:
    dying, first, second = (processes(node_ttl=30) for _ in range(3))
    gone, here = str(uuid4()), str(uuid4())
    dying.connect(user_ids=[gone])
    dying.connect(user_ids=[here])
    first.connect(user_ids=[here])
    until(lambda: first.online(user_id=gone) == 1 and first.online(user_id=here) == 2)
    dying.kill()

    assert first.online(user_id=gone) == 1
    for process in (first, second):
        process.advance(seconds=31)
        process.send("beat")
    for process in (first, second):
        process._answer("beat")

    def offline() -> list[list[object]]:
        return [news for process in (first, second) for news in process.news() if news[1] is False]

    until(offline)
    assert offline() == [[gone, False]]
    assert (first.online(user_id=gone), first.online(user_id=here)) == (0, 1)


def test_who_moves_to_another_process_before_theirs_stops_was_never_away(processes: StartProcess) -> None:
    leaving, staying = processes(), processes()
    person = str(uuid4())
    leaving.connect(user_ids=[person])
    until(lambda: staying.online(user_id=person) == 1)

    leaving.stop()
    assert staying.online(user_id=person) == 0
    staying.connect(user_ids=[person])
    until(lambda: staying.online(user_id=person) == 1)
    staying.beat()

    assert [news for news in staying.news() if news[0] == person] == []
    assert staying.online(user_id=person) == 1
