"""When the clock releases what a payment holds, where its owner said so."""


def up(migrator, db):
    db.execute_sql("ALTER TABLE payments_payment ADD COLUMN release_at timestamptz")


def down(migrator, db):
    db.execute_sql("ALTER TABLE payments_payment DROP COLUMN release_at")
