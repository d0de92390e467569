"""When the goods of an order went back into stock: once."""


def up(migrator, db):
    db.execute_sql("ALTER TABLE orders_order ADD COLUMN restocked_at timestamptz")


def down(migrator, db):
    db.execute_sql("ALTER TABLE orders_order DROP COLUMN restocked_at")
