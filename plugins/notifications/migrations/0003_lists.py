"""Indexes in the order of the lists, for filters that few rows pass."""

INDEXES = {
    "notifications_delivery_channel": "notifications_delivery (channel, id)",
    "notifications_delivery_type": "notifications_delivery (type, id)",
    "notifications_notification_type": "notifications_notification (user_id, type, id)",
}


def up(migrator, db):
    for name, definition in INDEXES.items():
        db.execute_sql(f"CREATE INDEX {name} ON {definition}")


def down(migrator, db):
    db.execute_sql(f"DROP INDEX {', '.join(INDEXES)}")
