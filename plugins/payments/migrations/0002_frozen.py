"""Payments whose escrow the clock does not release: those in dispute."""


def up(migrator, db):
    db.execute_sql("ALTER TABLE payments_payment ADD COLUMN frozen boolean NOT NULL DEFAULT false")


def down(migrator, db):
    db.execute_sql("ALTER TABLE payments_payment DROP COLUMN frozen")
