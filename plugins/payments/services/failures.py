"""Refunds that failed: which of them wait for somebody to decide, kept with each of them as that changes."""

from __future__ import annotations

from typing import Final

from kernel import Statement, app
from plugins.payments.models import Operation, Payment

WAITING: Final = (Operation.state == "FAILED") & Operation.kind.in_(("refund", "stray")) & ~Operation.decided
"""As the index `payments_operation_undecided` has it."""

_JUDGE: Final = Statement("""
UPDATE payments_operation AS failed SET decided = NOT decided, updated_at = %(now)s
WHERE payment_id = %(payment)s AND kind = 'refund' AND state = 'FAILED' AND decided = (
    EXISTS (SELECT FROM payments_split AS split
            WHERE split.payment_id = %(payment)s AND split.state IN ('HELD', 'SETTLED'))
    AND NOT EXISTS (SELECT FROM payments_operation AS later WHERE later.payment_id = %(payment)s
                    AND later.kind = 'refund' AND later.id > failed.id)
)
""")


def judge(payment: Payment) -> None:
    """Note on the failed refunds of a locked payment whether somebody has decided about them since.

    They wait until another refund of it is asked, or nothing is with whom it can be taken from. To be
    called in the transaction that asks for a refund, takes over that one failed, or releases.
    """
    app.db.execute_sql(_JUDGE, {"payment": payment.id, "now": app.clock.now()})


def wait(payment: Payment) -> bool:
    """Say whether a refund of a locked payment failed and nobody has decided about it since."""
    return bool(
        Operation.select()
        .where(Operation.payment_id == payment.id, Operation.kind == "refund", WAITING)
        .exists()
    )
