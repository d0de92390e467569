"""Indexes in the order of the lists of a status: a rare one is not looked for among all orders."""

INDEXES = {
    "orders_order_buyer_status": "orders_order (buyer_id, status, id DESC)",
    "orders_order_status": "orders_order (status, id DESC)",
}


def up(migrator, db):
    for name, definition in INDEXES.items():
        db.execute_sql(f"CREATE INDEX {name} ON {definition}")


def down(migrator, db):
    db.execute_sql(f"DROP INDEX {', '.join(INDEXES)}")
