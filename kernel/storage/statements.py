"""Statements that each connection prepares once, so that PostgreSQL keeps their plans.

Parsing and planning take a third to a half of PostgreSQL's time for a short
statement. A text that is a `Statement` is sent as `PREPARE` the first time a
connection meets it, and as `EXECUTE` from then on:

    TAKE: Final = Statement("UPDATE … SET n = n - %(n)s WHERE id = %(id)s AND n >= %(n)s RETURNING n")
    app.db.rows(TAKE, {"id": shelf, "n": 2})

The types of the values are inferred where they stand, so one that stands where
any type would do needs a cast (`%(reason)s::text IS NULL`); a name that is
there twice has one type.

The plan is made once, for any values (`plan_cache_mode`, manual, PREPARE), and
again when the tables or their statistics change. So this is for writes and for
look-ups by key; what is planned by its values (a page with `LIMIT %(limit)s`, a
condition that few or most rows meet) is better left a plain text.

With `database.prepared = false` a `Statement` is text like any other.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any, Self

from psycopg2.errors import FeatureNotSupported, InvalidSqlStatementName
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, connection

from kernel.errors import Unavailable

KEPT = 256
"""Statements a connection keeps prepared; the one that was not used for longest goes first."""

_PLACE = re.compile(r"%%|%(?:\((\w+)\))?s(::\w+(?:\[\])?)?")


class Statement(str):
    """SQL of a hot path; its places are `%s`, or `%(name)s`."""

    __slots__ = ("arguments", "numbered")

    numbered: str
    """The text with `$1`, `$2` … for its places."""
    arguments: str
    """What stands for them behind EXECUTE's name, as the driver takes it."""

    def __new__(cls, text: str) -> Self:
        """Take the text as the driver has it."""
        self = super().__new__(cls, text)
        places: dict[str, tuple[str, str]] = {}

        def number(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return "%"
            mark, cast = f"%({found[1]})s" if found[1] else "%s", found[2] or ""
            place, argument = places.setdefault(found[1] or str(len(places)), (f"${len(places) + 1}", mark))
            if cast and argument == mark:  # ARRAY['…'] is text[]: what is a cast there is one here
                places[found[1] or str(len(places) - 1)] = place, mark + cast
            return place + cast

        self.numbered = _PLACE.sub(number, text)
        self.arguments = f"({', '.join(argument for _, argument in places.values())})" if places else ""
        return self


class PlansChanged(Unavailable):
    """A plan that was kept is of no use any more, inside a transaction: that can be begun again.

    A migration changed what the statement returns, or the session is another
    one, behind a pooler: see `database.prepared`.
    """


class Session(connection):  # type: ignore[misc]  # psycopg2 has no stubs
    """A connection that knows what it has prepared."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._prepared: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._count = 0
        self._is_stale = False

    def run(self, cursor: Any, statement: Statement, values: Any) -> None:
        """Execute a statement, prepared; raise PlansChanged where it cannot be tried again here.

        PREPARE and DEALLOCATE take effect whatever becomes of their transaction.
        """
        try:
            cursor.execute(self._call(cursor, statement), values)
        except (FeatureNotSupported, InvalidSqlStatementName) as ex:
            if not _is_stale(ex):
                raise
            self._prepared.clear()
            self._is_stale = True
            if self.info.transaction_status != TRANSACTION_STATUS_IDLE:
                raise PlansChanged(
                    "The database was changed meanwhile; try again.", headers={"Retry-After": "1"}
                ) from ex
            cursor.execute(self._call(cursor, statement), values)

    def _call(self, cursor: Any, statement: Statement) -> str:
        """Return the EXECUTE of a statement, prepared now if it was not."""
        known = self._prepared.get(statement)
        if known is not None:
            self._prepared.move_to_end(statement)
            return known[1]
        if self._is_stale:
            cursor.execute("DEALLOCATE ALL")
            self._is_stale = False
        if len(self._prepared) >= KEPT:
            cursor.execute(f"DEALLOCATE {self._prepared[next(iter(self._prepared))][0]}")
            self._prepared.popitem(last=False)
        name = f"stoa_{self._count + 1}"
        cursor.execute(f"PREPARE {name} AS {statement.numbered}")
        self._count += 1
        call = f"EXECUTE {name} {statement.arguments}"
        self._prepared[statement] = name, call
        return call


def _is_stale(ex: Exception) -> bool:
    """Say whether a statement failed because it was prepared for a database that was other."""
    return isinstance(ex, InvalidSqlStatementName) or "cached plan" in str(ex)
