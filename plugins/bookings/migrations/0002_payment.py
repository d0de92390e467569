"""Bookings that are paid before they are booked: where, and since when."""


def up(migrator, db):
    db.execute_sql("ALTER TABLE bookings_booking ADD COLUMN payment_url text NOT NULL DEFAULT ''")
    db.execute_sql("ALTER TABLE bookings_booking ADD COLUMN paid_at timestamptz")


def down(migrator, db):
    db.execute_sql("ALTER TABLE bookings_booking DROP COLUMN payment_url, DROP COLUMN paid_at")
