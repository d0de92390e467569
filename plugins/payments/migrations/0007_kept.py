"""Methods their owners let be charged without them, and payments that were paid that way."""

METHOD = """
ALTER TABLE payments_method
    ADD COLUMN kept text NOT NULL DEFAULT '',
    ADD COLUMN setup text NOT NULL DEFAULT '',
    ADD COLUMN consent text NOT NULL DEFAULT '',
    ADD COLUMN consented_at timestamptz
"""


def up(migrator, db):
    db.execute_sql(METHOD)
    db.execute_sql("ALTER TABLE payments_payment ADD COLUMN off_session boolean NOT NULL DEFAULT false")


def down(migrator, db):
    db.execute_sql("ALTER TABLE payments_payment DROP COLUMN off_session")
    db.execute_sql(
        "ALTER TABLE payments_method DROP COLUMN kept, DROP COLUMN setup, DROP COLUMN consent, "
        "DROP COLUMN consented_at"
    )
