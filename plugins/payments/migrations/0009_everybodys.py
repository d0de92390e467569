"""Indexes of everybody's payments, escrows and payouts of a status, the latest first."""

INDEXES = {
    "payments_payment_everybodys": "payments_payment (status, id)",
    "payments_split_everybodys": "payments_split (state, id) WHERE escrow",
    "payments_payout_everybodys": "payments_payout (status, id)",
}


def up(migrator, db):
    for name, definition in INDEXES.items():
        db.execute_sql(f"CREATE INDEX {name} ON {definition}")


def down(migrator, db):
    db.execute_sql(f"DROP INDEX {', '.join(INDEXES)}")
