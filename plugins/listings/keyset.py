"""Cursors of the list: the sort key and the id of the last row, as text.

The kernel seals them with the path and the filters, so a cursor comes back
under the sort it was made for.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from kernel import FieldError, Invalid

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_CURSOR = re.compile(r"(-?[0-9]{1,19})\.([0-9a-f-]{36})")


def cursor_of(key: datetime | int, listing_id: str | UUID) -> str:
    """Return the cursor of a row: its key (a moment, or a whole number) and its id."""
    number = (key - EPOCH) // _MICROSECOND if isinstance(key, datetime) else key
    return f"{number}.{listing_id}"


def position_of(cursor: str) -> tuple[int, UUID]:
    """Return the key (a moment in microseconds) and id of a cursor; raise Invalid naming `cursor`."""
    found = _CURSOR.fullmatch(cursor)
    try:
        if found and -(2**63) <= int(found[1]) < 2**63:
            return int(found[1]), UUID(found[2])
    except ValueError:
        pass  # thirty-six hexadecimal digits and dashes that are no UUID: refused like any other text
    raise Invalid(errors=[FieldError("is not a cursor of this list; start without one", parameter="cursor")])


def moment_of(number: int) -> datetime:
    """Return the moment that many microseconds after the epoch; raise Invalid when there is none."""
    try:
        return EPOCH + number * _MICROSECOND
    except OverflowError as ex:
        fault = FieldError("is not a cursor of this list; start without one", parameter="cursor")
        raise Invalid(errors=[fault]) from ex
