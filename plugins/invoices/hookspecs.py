"""Extension points of invoices: implement with `@hookimpl(optionalhook=True)`.

Invoices know no orders, bookings, payments. Where a hook returns `Source` or
`Settlements`, or these return `Sale`, `Line`, `Settlement`, `Refund`, a mapping with
its fields does as well: a plugin that does not require invoices imports nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel import hookspec
from plugins.invoices.sources import Settlements, Source


@hookspec
def invoices_sources() -> Sequence[Source | Mapping[str, Any]]:
    """Return the kinds of things of this plugin that are sold, and how each was.

    Called once at boot; no I/O. `sales` is asked in the transaction that issues a
    document, after the ref was locked. What it says of a sale is what was agreed on
    then, and is frozen into the document.
    """
    raise AssertionError("a specification is never called")


@hookspec
def invoices_settlements() -> Sequence[Settlements | Mapping[str, Any]]:
    """Return who knows what was paid for refs of any kind, and what went back.

    Called once at boot; no I/O. `of` is asked beside `sales`. Each refund makes one
    credit note; a sale that was paid nowhere is credited whole when it is voided.
    """
    raise AssertionError("a specification is never called")
