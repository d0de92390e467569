"""Whether somebody has decided about a refund that failed: the list of the others reads them alone.

What a process of the version before records as failed is in the list at once. What it tries again or
releases meanwhile is listed until the next refund or release of that payment.
"""

UNDECIDED = "payments_operation (id) WHERE state = 'FAILED' AND kind IN ('refund', 'stray') AND NOT decided"
FAILED = "payments_operation (id) WHERE state = 'FAILED' AND kind IN ('refund', 'stray')"
DECIDED = """
UPDATE payments_operation AS failed SET decided = true
WHERE kind = 'refund' AND state = 'FAILED' AND (
    NOT EXISTS (SELECT FROM payments_split AS split
                WHERE split.payment_id = failed.payment_id AND split.state IN ('HELD', 'SETTLED'))
    OR EXISTS (SELECT FROM payments_operation AS later WHERE later.payment_id = failed.payment_id
               AND later.kind = 'refund' AND later.id > failed.id)
)
"""


def up(migrator, db):
    db.execute_sql("ALTER TABLE payments_operation ADD COLUMN decided boolean NOT NULL DEFAULT false")
    db.execute_sql(DECIDED)
    db.execute_sql(f"CREATE INDEX payments_operation_undecided ON {UNDECIDED}")
    db.execute_sql("DROP INDEX payments_operation_failed")


def down(migrator, db):
    db.execute_sql("ALTER TABLE payments_operation DROP COLUMN decided")  # its index goes with it
    db.execute_sql(f"CREATE INDEX payments_operation_failed ON {FAILED}")
