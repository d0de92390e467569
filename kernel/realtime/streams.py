"""Streams in PostgreSQL: append, read, redact, prune.

`kernel_room` counts the events of each room and `kernel_room_event` keeps the
latest. The counter moves in the transaction of the change an event tells of;
its row is locked until that commits, so the order of numbers is the order of
commits, and a rollback leaves no hole.

Deadlocks: the rooms of one `append` are locked in sorted order. Rooms of
several appends in one transaction are locked in the order of the appends: a
plugin that appends twice locks something of its own first, as it does for its
rows.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from kernel.clock import Clock
from kernel.errors import StoaError
from kernel.realtime.recovery import UNWRITTEN, Position
from kernel.realtime.sequencer import Slice, StreamEvent
from kernel.storage import Database, Statement

CHANNEL: Final = "stoa_rooms"
REDACTED: Final = "-"
"""In place of an epoch: events of the room were redacted."""
_CHUNK: Final = 500  # rooms pruned in one transaction
_MOST: Final = 8 * 1024 * 1024  # bytes of data one SELECT brings

# PERF: one event, one round trip of one statement, 40 % quicker than the general one.
_APPEND_ONE = Statement("""
WITH advanced AS (
    INSERT INTO kernel_room AS known (namespace, room, epoch, seq)
    VALUES (%(namespace)s, %(room)s, %(epoch)s, 1)
    ON CONFLICT (namespace, room) DO UPDATE SET seq = known.seq + 1
    RETURNING epoch, seq
),
stored AS (
    INSERT INTO kernel_room_event (namespace, room, seq, name, data, ref, expires_at, created_at)
    SELECT %(namespace)s, %(room)s, seq, %(name)s, %(data)s, %(ref)s, %(expires_at)s, %(now)s FROM advanced
)
SELECT %(namespace)s, %(room)s, epoch, seq,
    (SELECT last_value FROM kernel_rights),
    pg_notify(%(channel)s, concat_ws(' ', %(node)s::text, epoch, seq, %(namespace)s, %(room)s))
FROM advanced
""")
# An INSERT takes its rows, and their locks, in the order of its SELECT.
_APPEND = Statement("""
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(%(namespaces)s::text[], %(rooms)s::text[], %(names)s::text[], %(data)s::text[],
        %(refs)s::text[], %(expiries)s::timestamptz[]) WITH ORDINALITY
        AS given (namespace, room, name, data, ref, expires_at, nth)
),
counted AS (SELECT namespace, room, count(*) AS added FROM given GROUP BY namespace, room),
advanced AS (
    INSERT INTO kernel_room AS known (namespace, room, epoch, seq)
    SELECT namespace, room, %(epoch)s, added FROM counted ORDER BY namespace, room
    ON CONFLICT (namespace, room) DO UPDATE SET seq = known.seq + excluded.seq
    RETURNING namespace, room, epoch, seq
),
stored AS (
    INSERT INTO kernel_room_event (namespace, room, seq, name, data, ref, expires_at, created_at)
    SELECT namespace, room, seq - added + row_number() OVER (PARTITION BY namespace, room ORDER BY nth),
        name, data::json, ref, expires_at, %(now)s
    FROM given JOIN counted USING (namespace, room) JOIN advanced USING (namespace, room)
)
SELECT namespace, room, epoch, seq,
    (SELECT last_value FROM kernel_rights),
    pg_notify(%(channel)s, concat_ws(' ', %(node)s::text, epoch, seq, namespace, room))
FROM advanced
""")
# `earlier` is what the rooms before take: a long list of long gaps is read in several goes. What is
# over `bytes` is not sent to us, but the first event always is, however large.
_READ = """
WITH asked AS (
    SELECT nth, asked.namespace, asked.room, asked.seq AS since, known.epoch, known.seq, known.floor,
        CASE WHEN asked.epoch IN (known.epoch, '0') AND asked.seq BETWEEN known.floor AND known.seq
              AND (NOT %(whole)s OR known.seq - asked.seq <= %(limit)s)
        THEN known.seq - asked.seq ELSE 0 END AS missed
    FROM unnest(%(namespaces)s::text[], %(rooms)s::text[], %(epochs)s::text[], %(seqs)s::bigint[])
        WITH ORDINALITY AS asked (namespace, room, epoch, seq, nth)
    JOIN kernel_room AS known USING (namespace, room)
),
lined AS (SELECT *, sum(missed) OVER (ORDER BY nth) - missed AS earlier FROM asked),
found AS (
    SELECT nth, event.*, sum(octet_length(event.data)) OVER (ORDER BY nth, event.seq)
        - octet_length(event.data) AS before
    FROM lined JOIN LATERAL (
        SELECT seq, name, data::text AS data, ref, expires_at FROM kernel_room_event AS event
        WHERE event.namespace = lined.namespace AND event.room = lined.room AND event.seq > lined.since
        ORDER BY event.seq LIMIT least(%(limit)s, lined.missed)
    ) AS event ON lined.missed > 0 AND lined.earlier < %(limit)s
)
SELECT lined.namespace, lined.room, lined.epoch, lined.seq, lined.floor,
    (SELECT last_value FROM kernel_rights), found.seq, found.name, found.data, found.ref, found.expires_at
FROM lined LEFT JOIN found ON found.nth = lined.nth AND found.before < %(bytes)s
ORDER BY lined.nth, found.seq
"""
_POSITIONS = """
SELECT room, epoch, seq FROM kernel_room WHERE namespace = %s AND room = ANY(%s)
"""
# Processes that have the events in memory are told, in the place of an epoch, and up to which number.
_REDACT = """
WITH redacted AS (
    UPDATE kernel_room_event SET data = %(data)s, expires_at = NULL
    WHERE namespace = %(namespace)s AND room = %(room)s AND ref = %(ref)s RETURNING seq
),
counted AS (SELECT count(*) AS n, max(seq) AS upto FROM redacted)
SELECT n, upto, pg_notify(%(channel)s, concat_ws(' ', %(node)s, %(epoch)s, upto, %(namespace)s, %(room)s))
FROM counted WHERE n > 0
"""
# Who publishes just now is passed over: pruning neither waits for a room nor deadlocks.
_PRUNE = """
WITH due AS ({due}),
locked AS (
    SELECT namespace, room, due.upto FROM kernel_room JOIN due USING (namespace, room)
    FOR UPDATE OF kernel_room SKIP LOCKED
),
raised AS (
    UPDATE kernel_room AS known SET floor = greatest(known.floor, least(locked.upto, known.seq))
    FROM locked WHERE known.namespace = locked.namespace AND known.room = locked.room
    RETURNING known.namespace, known.room, known.floor
),
dropped AS (
    DELETE FROM kernel_room_event AS event USING raised
    WHERE event.namespace = raised.namespace AND event.room = raised.room AND event.seq <= raised.floor
    RETURNING 1
)
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM dropped)
"""
_TOO_OLD = _PRUNE.format(
    due="""
    SELECT namespace, room, max(seq) AS upto FROM (
        SELECT namespace, room, seq FROM kernel_room_event WHERE created_at < %(before)s
        ORDER BY created_at LIMIT 20000) AS old
    GROUP BY namespace, room LIMIT %(chunk)s"""
)
_TOO_MANY = _PRUNE.format(
    due="""
    SELECT namespace, room, seq - %(history)s AS upto FROM kernel_room WHERE seq - floor > %(history)s
    LIMIT %(chunk)s"""
)
_FLUSH = """
WITH locked AS (
    SELECT namespace, room FROM kernel_room
    WHERE %(rooms)s::text[] IS NULL OR (namespace = %(namespace)s AND room = ANY(%(rooms)s))
    ORDER BY namespace, room FOR UPDATE
),
ended AS (
    UPDATE kernel_room AS known SET epoch = %(epoch)s, floor = known.seq FROM locked
    WHERE known.namespace = locked.namespace AND known.room = locked.room
    RETURNING known.namespace, known.room, known.epoch, known.seq
),
dropped AS (
    DELETE FROM kernel_room_event AS event USING ended
    WHERE event.namespace = ended.namespace AND event.room = ended.room
)
SELECT pg_notify(%(channel)s, concat_ws(' ', %(node)s, epoch, seq, namespace, room)) FROM ended
"""

RoomKey = tuple[str, str]
"""A namespace and the name of a room in it."""


class Entry(NamedTuple):
    """An event to be appended; `data` is JSON text."""

    namespace: str
    room: str
    name: str
    data: str
    ref: str | None = None
    expires_at: datetime | None = None


class Appended(NamedTuple):
    """An event as it was appended, to be delivered once its transaction commits.

    `rights` counts the changes of rights that were known then (`kernel.realtime.rights`).
    """

    room: RoomKey
    epoch: str
    event: StreamEvent
    rights: int = 0


def new_epoch() -> str:
    """Return a name no stream had before."""
    return secrets.token_urlsafe(9)


class Streams:
    """The streams of every room; `node` is told apart in the notifications."""

    def __init__(self, db: Database, clock: Clock, node: str) -> None:
        self._db, self._clock, self._node = db, clock, node

    def append(self, entries: Sequence[Entry]) -> list[Appended]:
        """Append events, in order, by one statement; return them with their numbers.

        Raises StoaError outside a transaction.
        """
        if not self._db.in_transaction():
            raise StoaError("publish to a room inside `with app.db.atomic():`, with the change it tells of")
        common = {"epoch": new_epoch(), "now": self._clock.now(), "channel": CHANNEL, "node": self._node}
        if len(entries) == 1:
            rows = self._db.rows(_APPEND_ONE, {**entries[0]._asdict(), **common})
        else:
            columns = zip(*entries, strict=True)
            names = ("namespaces", "rooms", "names", "data", "refs", "expiries")
            rows = self._db.rows(_APPEND, {**dict(zip(names, map(list, columns), strict=True)), **common})
        return _numbered(
            entries,
            {(namespace, room): (epoch, seq, rights) for namespace, room, epoch, seq, rights, _ in rows},
        )

    def read(
        self, asked: Mapping[RoomKey, Position | None], limit: int, *, whole: bool, most: int = _MOST
    ) -> dict[RoomKey, Slice]:
        """Return of each room where it stands and what follows the position, in one SELECT.

        At most about `limit` events a room, and twice that in all, of `most` bytes
        and one event: the rooms that come late get fewer, or none. With `whole`, a
        room that has more than `limit` gets none either. Rooms never written are at
        `UNWRITTEN`.
        """
        keys = list(asked)
        places = [asked[key] or Position("", 0) for key in keys]
        rows = self._db.rows(
            _READ,
            {
                "namespaces": [namespace for namespace, _ in keys],
                "rooms": [room for _, room in keys],
                "epochs": [place.epoch for place in places],
                "seqs": [place.seq for place in places],
                "limit": limit,
                "whole": whole,
                "bytes": most,
            },
        )
        found: dict[RoomKey, tuple[Slice, list[StreamEvent]]] = {}
        for namespace, room, epoch, seq, floor, rights, *event in rows:
            stands = Slice(Position(epoch, seq), floor, rights=rights)
            _, events = found.setdefault((namespace, room), (stands, []))
            if event[0] is not None:
                events.append(StreamEvent(*event))
        return {key: _slice(found.get(key)) for key in keys}

    def positions(self, namespace: str, rooms: Iterable[str]) -> dict[str, Position]:
        """Return where each room's stream stands, in one SELECT."""
        wanted = list(rooms)
        known = {
            room: Position(epoch, seq) for room, epoch, seq in self._db.rows(_POSITIONS, (namespace, wanted))
        }
        return {room: known.get(room, UNWRITTEN) for room in wanted}

    def redact(self, namespace: str, room: str, ref: str, data: str) -> tuple[int, int]:
        """Replace the data of a room's events with this `ref`, which then expire no more.

        Return how many there are, and the number of the last one.
        """
        asked = {"namespace": namespace, "room": room, "ref": ref, "data": data}
        common = {"channel": CHANNEL, "node": self._node, "epoch": REDACTED}
        rows = self._db.rows(_REDACT, asked | common)
        return (int(rows[0][0]), int(rows[0][1])) if rows else (0, 0)

    def prune(self, history: int, age: timedelta) -> int:
        """Drop events older than `age` and all but the latest `history` of a room; return how many."""
        asked = {"before": self._clock.now() - age, "history": history, "chunk": _CHUNK}
        return sum(self._prune(statement, asked) for statement in (_TOO_OLD, _TOO_MANY))

    def _prune(self, statement: str, asked: Mapping[str, object]) -> int:
        total, rooms = 0, 1
        while rooms:
            [(rooms, events)] = self._db.rows(statement, dict(asked))
            total += int(events)
        return total

    def flush(self, namespace: str = "", rooms: Iterable[str] | None = None) -> None:
        """End streams (all, or these of a namespace): a new epoch; everybody takes a snapshot."""
        asked = {
            "namespace": namespace,
            "rooms": None if rooms is None else list(rooms),
            "epoch": new_epoch(),
            "channel": CHANNEL,
            "node": self._node,
        }
        self._db.rows(_FLUSH, asked)


def _slice(found: tuple[Slice, list[StreamEvent]] | None) -> Slice:
    if found is None:
        return Slice(UNWRITTEN)
    stands, events = found
    return stands._replace(events=tuple(events))


def _numbered(entries: Sequence[Entry], ends: Mapping[RoomKey, tuple[str, int, int]]) -> list[Appended]:
    """Give each entry its number: the last of a room has the room's new count."""
    left: dict[RoomKey, int] = {}
    for entry in entries:
        left[entry[:2]] = left.get(entry[:2], 0) + 1
    appended = []
    for entry in entries:
        key = entry[:2]
        left[key] -= 1
        epoch, end, rights = ends[key]
        event = StreamEvent(end - left[key], entry.name, entry.data, entry.ref, entry.expires_at)
        appended.append(Appended(key, epoch, event, rights))
    return appended
