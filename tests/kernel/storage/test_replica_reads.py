"""What a streaming replica may be asked, and what not: never what its caller knows to be otherwise."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.cache.factory import make_cache
from kernel.cache.settings import CacheSettings
from kernel.clock import TestClock
from kernel.redis import RedisLink, RedisSettings
from kernel.storage import Database, DatabaseSettings
from kernel.storage.replica_reads import LOOK, SLACK, ReplicaReads
from kernel.testing.redis import DisposableRedis, disposable_redis
from tests.kernel.storage.standby import Pair, replicated

LAG = 5.0
ANN, BEN = "ann", "ben"


class Monotonic:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    place = Path(tempfile.mkdtemp(prefix="stoa-pair-"))
    try:
        with replicated(place) as both:
            yield both
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def redis() -> Iterator[DisposableRedis]:
    with disposable_redis() as server:
        yield server


@pytest.fixture
def db(pair: Pair) -> Iterator[Database]:
    database = opened(pair)
    for sql in ("DROP TABLE IF EXISTS note", "CREATE TABLE note (n int)"):
        database.execute_sql(sql)
    pair.catch_up()
    yield database
    pair.catch_up()
    database.stop()


def opened(pair: Pair) -> Database:
    return Database(DatabaseSettings(url=pair.url, replica_url=pair.replica_url))


@pytest.fixture
def clock() -> Monotonic:
    return Monotonic()


@pytest.fixture
def link(redis: DisposableRedis) -> Iterator[RedisLink]:
    made = RedisLink(RedisSettings(url=redis.url, cooldown=0.01))
    made.run(lambda client: client.flushall())
    yield made
    made.close()


@pytest.fixture
def reads(db: Database, link: RedisLink, clock: Monotonic) -> ReplicaReads:
    """In a process that has looked once, and seen the replica follow."""
    return looked(db, link, clock)


def looked(db: Database, link: RedisLink, clock: Monotonic) -> ReplicaReads:
    made = ReplicaReads(db, link, LAG, clock)
    assert on_replica(db, made)
    return made


def on_replica(db: Database, reads: ReplicaReads, *names: str | None) -> bool:
    """Say where a read that names these is answered."""
    with reads.may_lag(*names):
        [(answered,)] = db.rows("SELECT pg_is_in_recovery()")
    return bool(answered)


def write(db: Database) -> None:
    db.execute_sql("INSERT INTO note VALUES (1)")


def test_who_changed_nothing_is_answered_by_the_replica(db: Database, reads: ReplicaReads) -> None:
    assert on_replica(db, reads, ANN)
    assert on_replica(db, reads, None)
    assert db.rows("SELECT pg_is_in_recovery()") == [(False,)]  # outside of the block as ever


def test_who_has_just_written_reads_it_and_others_may_not_yet(
    db: Database, reads: ReplicaReads, pair: Pair
) -> None:
    pair.hold()
    write(db)
    reads.note(ANN)

    with reads.may_lag(ANN):
        hers = db.rows("SELECT count(*) FROM note")
    with reads.may_lag(BEN):
        his = db.rows("SELECT count(*) FROM note")

    assert (hers, his) == ([(1,)], [(0,)])


def test_who_has_written_reads_from_the_replica_once_it_has_that(
    db: Database, reads: ReplicaReads, pair: Pair
) -> None:
    pair.hold()
    write(db)
    reads.note(ANN)
    write(db)
    before = on_replica(db, reads, ANN)
    pair.catch_up()

    assert (before, on_replica(db, reads, ANN)) == (False, True)


def test_what_was_noted_in_one_process_counts_in_the_others(
    db: Database, reads: ReplicaReads, pair: Pair, link: RedisLink, clock: Monotonic
) -> None:
    other = looked(db, link, clock)
    pair.hold()
    write(db)
    reads.note(ANN, "a tag")

    assert not on_replica(db, other, ANN)
    assert not on_replica(db, other, BEN, "a tag")
    assert on_replica(db, other, BEN)


def test_nobody_reads_from_a_replica_that_is_further_behind_than_allowed(
    db: Database, reads: ReplicaReads, pair: Pair, clock: Monotonic
) -> None:
    assert on_replica(db, reads, BEN)
    pair.hold()
    write(db)

    clock.now += LOOK
    little = on_replica(db, reads, BEN)
    clock.now += LAG
    much = on_replica(db, reads, BEN)
    pair.catch_up()
    clock.now += LOOK

    assert (little, much) == (True, False)
    assert on_replica(db, reads, BEN)


def test_a_replica_in_which_nothing_happens_is_not_behind(
    db: Database, reads: ReplicaReads, clock: Monotonic
) -> None:
    clock.now += 100 * LAG

    assert on_replica(db, reads, BEN)


def test_without_redis_nothing_is_read_from_the_replica(db: Database, clock: Monotonic) -> None:
    alone = ReplicaReads(db, None, LAG, clock)
    alone.note(ANN)

    assert not on_replica(db, alone, BEN)


def test_while_redis_is_away_and_as_long_as_a_note_may_be_missing_the_primary_answers(
    db: Database, reads: ReplicaReads, redis: DisposableRedis, clock: Monotonic, pair: Pair
) -> None:
    redis.stop()
    pair.hold()
    write(db)
    reads.note(ANN)  # nobody hears it
    away = on_replica(db, reads, ANN)
    redis.start()
    soon = on_replica(db, reads, ANN)
    pair.catch_up()
    clock.now += LAG + SLACK

    assert not away
    assert not soon
    assert on_replica(db, reads, ANN)


def test_a_process_that_starts_beside_a_replica_that_is_behind_does_not_ask_it(
    db: Database, link: RedisLink, clock: Monotonic, pair: Pair
) -> None:
    pair.hold()
    write(db)

    assert not on_replica(db, ReplicaReads(db, link, LAG, clock), BEN)


def test_a_transaction_stays_on_the_primary(db: Database, reads: ReplicaReads) -> None:
    with db.atomic():
        assert not on_replica(db, reads, BEN)


def test_the_primary_answers_while_the_replica_is_away(pair: Pair, link: RedisLink, clock: Monotonic) -> None:
    db = Database(DatabaseSettings(url=pair.url, replica_url="postgresql://nobody@127.0.0.1:1/none"))
    try:
        assert not on_replica(db, ReplicaReads(db, link, LAG, clock), BEN)
    finally:
        db.stop()


def test_what_is_kept_for_others_is_read_from_the_primary(
    db: Database, reads: ReplicaReads, pair: Pair
) -> None:
    """A value that was invalidated a moment ago must not come back from a replica that lags."""
    cache = make_cache(CacheSettings(), TestClock())
    pair.hold()
    write(db)

    with reads.may_lag(BEN):
        kept = cache.get_or_set("notes:count", lambda: db.rows("SELECT count(*) FROM note")[0][0])
        read = db.rows("SELECT count(*) FROM note")[0][0]

    assert (kept, read) == (1, 0)


def test_a_read_the_replica_breaks_off_to_follow_is_answered_by_the_primary(
    db: Database, reads: ReplicaReads, pair: Pair
) -> None:
    answers: list[object] = []

    def ask() -> None:
        with reads.may_lag(BEN):
            answers.extend(db.rows("SELECT pg_is_in_recovery(), count(*) FROM note, pg_sleep(1)"))
        db.release()

    asking = threading.Thread(target=ask)
    asking.start()
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%pg_sleep(1)' AND pid <> %s"
    observer, deadline = opened(pair), time.monotonic() + 30
    with observer.replica():
        while not observer.rows(running, observer.rows("SELECT pg_backend_pid()")[0])[0][0]:
            assert time.monotonic() < deadline
    observer.stop()
    db.execute_sql("TRUNCATE note")  # the replica cannot follow while it is read there
    asking.join(30)

    assert answers == [(False, 0)]
