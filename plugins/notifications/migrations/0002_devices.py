"""The devices people registered for push, and which of them a delivery is for."""

DEVICE = """
CREATE TABLE notifications_device (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    user_id uuid NOT NULL,
    session_id uuid,
    provider text NOT NULL,
    token text NOT NULL,
    keys jsonb NOT NULL,
    platform text,
    app_version text,
    locale text,
    registered_at timestamptz NOT NULL,
    expires_at timestamptz
)
"""

INDEXES = (
    "CREATE UNIQUE INDEX notifications_device_provider_token ON notifications_device (provider, token)",
    (
        "CREATE INDEX notifications_device_user_id_registered_at"
        " ON notifications_device (user_id, registered_at)"
    ),
    "CREATE INDEX notifications_device_stale ON notifications_device (registered_at)",
)


def up(migrator, db):
    for statement in (DEVICE, *INDEXES, "ALTER TABLE notifications_delivery ADD COLUMN device_id uuid"):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("ALTER TABLE notifications_delivery DROP COLUMN device_id")
    db.execute_sql("DROP TABLE notifications_device")
