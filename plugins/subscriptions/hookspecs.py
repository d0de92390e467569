"""Extension points of subscriptions: implement with `@hookimpl(optionalhook=True)`."""

from __future__ import annotations

from collections.abc import Sequence

from kernel import hookspec
from plugins.subscriptions.values import Collection, Due, Meter


@hookspec
def subscriptions_meters() -> Sequence[Meter]:
    """Return what plans may limit: listings, credits, gigabytes.

    Called once per process, when meters are first asked for. No I/O.
    """
    raise AssertionError("a specification is never called")


@hookspec
def subscriptions_collect(charge: Due) -> Collection | None:
    """Make a charge due, so that it is paid; None when you do not collect. The first answer counts.

    Called in the transaction that opens the charge, and again (`attempt` 1, 2, …) each
    time it is collected anew: no gateway is called here, repeating must not make it due
    twice. Call `subscriptions.api.paid` when the money is there, `declined` when it will
    not come, `unconfirmed` when the payer's bank wants them. What is `unattended` may be
    charged to what the payer agreed to. A mapping with the fields of `Collection` does as well.
    """
    raise AssertionError("a specification is never called")
