"""Numbers people read out: `ORD-20260131-7K3M9QXA`.

The random part is Crockford's Base32 (no I, L, O, U), from the system's source
of randomness: numbers cannot be guessed one from another. That a number is
unique is the table's to say; a repeated one is drawn again.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from string import Formatter
from typing import Final

from kernel import ConfigurationError, app
from plugins.orders.settings import OrdersSettings

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM: Final = 8
_PARTS: Final = {"date", "timestamp", "random", "sequence"}
_SEQUENCE: Final = "SELECT nextval('orders_number') FROM generate_series(1, %s)"
_LONGEST: Final = 40


def check(number: str) -> None:
    """Raise ConfigurationError for a format that would not make different numbers."""
    try:
        parts = {name for _, name, _, _ in Formatter().parse(number) if name is not None}
    except ValueError as ex:
        raise ConfigurationError(f"orders.number: `{number}` is no format: {ex}") from ex
    if parts - _PARTS or not parts & {"random", "sequence"}:
        raise ConfigurationError(
            f"orders.number: `{number}` needs {{random}} or {{sequence}}; it may have {{date}}, {{timestamp}}"
        )
    if len(number) > _LONGEST:
        raise ConfigurationError(f"orders.number: `{number}` is longer than {_LONGEST} characters")


def draw(count: int) -> Sequence[str]:
    """Return so many new numbers; one statement when the format has a sequence, else none."""
    form, now = app.settings.of(OrdersSettings).number, app.clock.now()
    running = [n for (n,) in app.db.rows(_SEQUENCE, (count,))] if "{sequence" in form else [0] * count
    return [
        form.format(
            date=f"{now:%Y%m%d}",
            timestamp=int(now.timestamp()),
            random="".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM)),
            sequence=each,
        )
        for each in running
    ]
