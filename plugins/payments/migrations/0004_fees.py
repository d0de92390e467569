"""An account of what gateways keep: like clearing and commission it may be below zero."""

KINDS = ("wallet", "escrow", "refunds", "payouts", "commission", "clearing", "suspense")
NEGATIVE = ("commission", "clearing")


def _constrain(db, kinds, negative, how=""):
    named, below = (", ".join(f"'{each}'" for each in each_of) for each_of in (kinds, negative))
    db.execute_sql("ALTER TABLE payments_account DROP CONSTRAINT payments_account_kind")
    db.execute_sql("ALTER TABLE payments_account DROP CONSTRAINT payments_account_not_negative")
    db.execute_sql(
        f"ALTER TABLE payments_account ADD CONSTRAINT payments_account_kind CHECK (kind IN ({named})) {how}"
    )
    db.execute_sql(
        "ALTER TABLE payments_account ADD CONSTRAINT payments_account_not_negative"
        f" CHECK (balance >= 0 OR kind IN ({below})) {how}"
    )


def up(migrator, db):
    _constrain(db, (*KINDS, "fees"), (*NEGATIVE, "fees"))


def down(migrator, db):
    # What was booked stays: entries are never deleted.
    _constrain(db, KINDS, NEGATIVE, "NOT VALID")
