"""An index of the refunds that failed: the list of them that treasurers work through."""

FAILED = "payments_operation (id) WHERE state = 'FAILED' AND kind IN ('refund', 'stray')"


def up(migrator, db):
    db.execute_sql(f"CREATE INDEX payments_operation_failed ON {FAILED}")


def down(migrator, db):
    db.execute_sql("DROP INDEX payments_operation_failed")
