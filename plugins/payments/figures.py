"""What was paid back, as dashboards take it off: for the plugin dashboards, where it is enabled."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final

from kernel import app

# A refund is done once and its row not written again, so `updated_at` is when that was.
_OF: Final = """
SELECT p.ref, o.amount, o.updated_at AS at FROM payments_payment AS p
LEFT JOIN payments_operation AS o ON o.payment_id = p.id AND o.kind = 'refund' AND o.state = 'DONE'
WHERE p.ref = ANY(%(refs)s) AND p.captured_at IS NOT NULL
"""


def refunds() -> dict[str, Any]:
    """Return payments as who knows what went back."""
    return {"events": {"payments.payment.refunded.v1": attrgetter("ref")}, "of": _of}


def _of(refs: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the refunds of what was paid of refs, by ref. One statement."""
    found: dict[str, list[dict[str, Any]]] = {}
    for ref, amount, at in app.db.rows(_OF, {"refs": list(refs)}):
        found.setdefault(ref, []).extend([{"amount": amount, "at": at}] if amount is not None else [])
    return found
