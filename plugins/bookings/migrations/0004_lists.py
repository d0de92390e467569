"""Indexes in the order of the lists: of all bookings, and of those of a status."""

INDEXES = {
    "bookings_booking_latest": "bookings_booking (starts_at DESC, id DESC)",
    "bookings_booking_status": "bookings_booking (status, starts_at DESC, id DESC)",
    "bookings_booking_customer_status": "bookings_booking (customer_id, status, starts_at DESC, id DESC)",
    "bookings_booking_provider_status": "bookings_booking (provider_id, status, starts_at DESC, id DESC)",
}


def up(migrator, db):
    for name, definition in INDEXES.items():
        db.execute_sql(f"CREATE INDEX {name} ON {definition}")


def down(migrator, db):
    db.execute_sql(f"DROP INDEX {', '.join(INDEXES)}")
