"""Which conversations are a building's."""

ROOM = """
CREATE TABLE building_chat_room (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    building_id uuid NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('group', 'announcements')),
    conversation_id uuid NOT NULL
)
"""
INDEXES = (
    "CREATE UNIQUE INDEX building_chat_room_of ON building_chat_room (building_id, purpose)",
    "CREATE UNIQUE INDEX building_chat_room_conversation ON building_chat_room (conversation_id)",
)


def up(migrator, db):
    for statement in (ROOM, *INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE building_chat_room")
