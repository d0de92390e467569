"""What people say of themselves, and their devices."""

PERSON = """
CREATE TABLE presence_person (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('online', 'away', 'dnd', 'invisible')),
    text text NOT NULL,
    until timestamptz,
    present boolean NOT NULL,
    left_at timestamptz,
    last_seen_at timestamptz
);
CREATE INDEX presence_person_present ON presence_person (id) WHERE present;
"""

DEVICE = """
CREATE TABLE presence_device (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    sid text NOT NULL,
    user_id uuid NOT NULL,
    active_at timestamptz NOT NULL,
    idle boolean NOT NULL
);
CREATE UNIQUE INDEX presence_device_sid ON presence_device (sid);
CREATE INDEX presence_device_user ON presence_device (user_id);
"""


def up(migrator, db):
    for statement in (PERSON, DEVICE):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE presence_device, presence_person")
