"""The index of the ledger's entries on one kind of account, the latest first."""


def up(migrator, db):
    db.execute_sql("CREATE INDEX payments_entry_kind ON payments_entry (account_kind, id)")


def down(migrator, db):
    db.execute_sql("DROP INDEX payments_entry_kind")
