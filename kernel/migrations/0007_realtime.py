"""The streams of rooms, and which people have sockets at which process."""

# Every event of a room moves its row: leave room on the page, vacuum early.
ROOM = """
CREATE TABLE kernel_room (
    namespace text NOT NULL,
    room text NOT NULL,
    epoch text NOT NULL,
    seq bigint NOT NULL,
    floor bigint NOT NULL DEFAULT 0 CHECK (floor <= seq),
    PRIMARY KEY (namespace, room)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)
"""

# `data` is json, not jsonb: it is only ever sent on, as it was written.
ROOM_EVENT = """
CREATE TABLE kernel_room_event (
    namespace text NOT NULL,
    room text NOT NULL,
    seq bigint NOT NULL,
    name text NOT NULL,
    data json NOT NULL,
    ref text,
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (namespace, room, seq),
    FOREIGN KEY (namespace, room) REFERENCES kernel_room (namespace, room) ON DELETE CASCADE
) WITH (autovacuum_vacuum_scale_factor = 0.02)
"""

NODE = """
CREATE TABLE kernel_node (
    id text PRIMARY KEY,
    seen_at timestamptz NOT NULL
) WITH (fillfactor = 50)
"""

NODE_USER = """
CREATE TABLE kernel_node_user (
    node text NOT NULL REFERENCES kernel_node (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    sockets integer NOT NULL CHECK (sockets > 0),
    PRIMARY KEY (node, user_id)
)
"""

# One row a person, so that of two processes only one sees the first socket or the last.
# No CHECK: it would test the change that an upsert proposes, not the sum.
ONLINE = """
CREATE TABLE kernel_online (
    user_id uuid PRIMARY KEY,
    sockets integer NOT NULL
) WITH (fillfactor = 70)
"""

INDEXES = (
    "CREATE INDEX kernel_room_event_ref ON kernel_room_event (namespace, room, ref) WHERE ref IS NOT NULL",
    "CREATE INDEX kernel_room_event_created_at ON kernel_room_event (created_at)",
    "CREATE INDEX kernel_node_user_user_id ON kernel_node_user (user_id)",
)


def up(migrator, db):
    for statement in (ROOM, ROOM_EVENT, NODE, NODE_USER, ONLINE, *INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE kernel_online, kernel_node_user, kernel_node, kernel_room_event, kernel_room")
