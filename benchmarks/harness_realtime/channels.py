"""(g) a post to a channel: as many rows and statements however many subscribe."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg2

from benchmarks.harness.figures import Claim, claim_of
from benchmarks.harness.load import LoadError, generator
from benchmarks.harness.stand import Size, Stand, in_tree
from benchmarks.harness_realtime.course import Course

if TYPE_CHECKING:
    from kernel.application import Application
    from kernel.testing.client import Client

_SUBSCRIBE = """
INSERT INTO chat_member (conversation_id, user_id, role, joined_at, delivered_seq, read_seq, read_ordinal,
                         cleared_seq, archived)
SELECT %s, gen_random_uuid(), 'member', now(), 0, 0, 0, 0, false FROM generate_series(1, %s)
"""
_WRITTEN = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one post took: rows written, by the request and by what follows it; milliseconds."""

    statements: int
    rows: int
    later: int
    milliseconds: float


def posted(course: Course) -> list[Claim]:
    """Post to channels of a few and of many subscribers, the worker's part included."""
    directory = course.stand.directory / "channel"
    directory.mkdir()
    with Stand(directory, generator("python"), Size(0, 1, 0), in_tree()) as stand:
        costs = {many: _cost(stand.application, many) for many in course.sizes.subscribers}
    details: dict[str, float] = {}
    for many, cost in costs.items():
        details[f"{many:,}: statements"] = cost.statements
        details[f"{many:,}: rows"] = cost.rows
        details[f"{many:,}: rows later"] = cost.later
        details[f"{many:,}: ms"] = cost.milliseconds
    few, most = costs[min(costs)], costs[max(costs)]
    text = f"post to a channel: {{}} for {max(costs):,} subscribers less those for {min(costs)}"
    more = float(most.rows + most.later - few.rows - few.later)
    return [
        claim_of("g", text.format("rows"), [more], 0, least=False, unit="", **details),
        claim_of("g", text.format("statements"), [float(most.statements - few.statements)], 0, least=False),
    ]


def _cost(application: Application, subscribers: int) -> Cost:
    """Open a channel, fill it, and look at its second post: the first compiles what every one uses."""
    from kernel.storage import count_statements  # noqa: PLC0415 - the application is booted by now
    from kernel.tasks.worker import run_due  # noqa: PLC0415

    owner = _owner(application)
    channel = _made(owner, "/v1/conversations", {"kind": "channel", "title": "News", "public": True})["id"]
    application.db.execute_sql(_SUBSCRIBE, (channel, subscribers))
    application.db.release()
    path = f"/v1/conversations/{channel}/messages"
    _made(owner, path, {"text": "The first"})
    run_due(application)
    with count_statements() as counted:
        began = time.perf_counter()
        rows = _written(application, lambda: _made(owner, path, {"text": "The second"}))
        cost = Cost(0, rows, 0, (time.perf_counter() - began) * 1000)
    later = _written(application, lambda: run_due(application))
    return replace(cost, statements=counted.count, later=later)


def _owner(application: Application) -> Client:
    from kernel.testing.client import Client  # noqa: PLC0415
    from plugins.accounts import api as accounts  # noqa: PLC0415

    owner = accounts.create_user(name="Ann", email=f"{uuid4().hex}@example.com", verified=True)
    return Client(application).as_user(owner)


def _made(client: Client, path: str, body: dict[str, Any]) -> Any:
    answer = client.post(path, body)
    if answer.status != 201:
        raise LoadError(f"{path}: {answer.status} {answer.text}")
    return answer.json


def _written(application: Application, act: Callable[[], object]) -> int:
    """Return how many rows of all tables were written while `act` ran."""
    url = application.settings.database.url
    before = _total(application, url)
    act()
    return _total(application, url) - before


def _total(application: Application, url: str) -> int:
    """Read PostgreSQL's own count, after this process's part was handed in."""
    application.db.execute_sql("SELECT pg_stat_force_next_flush()")
    application.db.release()
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return int(cursor.fetchone()[0])
