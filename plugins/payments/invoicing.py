"""What was paid for a ref, and what of it went back: for the plugin invoices, where it is enabled."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from kernel import app

# `parts` holds, by split, what a refund took of it and how much of that was commission.
_SETTLED: Final = """
SELECT p.ref, p.captured_at,
    (SELECT coalesce(sum(s.commission), 0)::bigint FROM payments_split AS s WHERE s.payment_id = p.id),
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'amount', o.amount, 'parts', o.parts)), '[]')
        FROM payments_operation AS o
        WHERE o.payment_id = p.id AND o.kind = 'refund' AND o.state = 'DONE')
FROM payments_payment AS p WHERE p.ref = ANY(%(refs)s) AND p.captured_at IS NOT NULL ORDER BY p.id
"""
_MOVES: Final = ("payments.payment.captured.v1", "payments.payment.refunded.v1")


def settlements() -> dict[str, Any]:
    """Return payments as who knows what was paid."""
    return {"events": {wire: attrgetter("ref") for wire in _MOVES}, "of": _of}


def _of(refs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return what was paid for refs, by ref. One statement."""
    found: dict[str, dict[str, Any]] = {}
    for ref, paid_at, commission, refunds in app.db.rows(_SETTLED, {"refs": list(refs)}):
        known = found.setdefault(ref, {"paid_at": paid_at, "commission": commission, "refunds": []})
        known["refunds"] += [_refund(each) for each in refunds]
    return found


def _refund(row: dict[str, Any]) -> dict[str, Any]:
    commission = sum(part[1] for part in row["parts"].values())
    return {"id": UUID(row["id"]), "amount": row["amount"], "commission": commission}
