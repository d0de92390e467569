"""Addresses that calendars subscribe to."""

TABLE = """
CREATE TABLE bookings_feed (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    owner_id uuid NOT NULL,
    resource_id uuid REFERENCES bookings_resource ON DELETE CASCADE,
    digest bytea NOT NULL
);
CREATE UNIQUE INDEX bookings_feed_of ON bookings_feed (owner_id, resource_id) NULLS NOT DISTINCT;
CREATE UNIQUE INDEX bookings_feed_digest ON bookings_feed (digest);
CREATE INDEX bookings_feed_resource ON bookings_feed (resource_id);
"""


def up(migrator, db):
    db.execute_sql(TABLE)


def down(migrator, db):
    db.execute_sql("DROP TABLE bookings_feed")
