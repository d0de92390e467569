"""Who blocks whom."""

BLOCK = """
CREATE TABLE blocking_block (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    blocker_id uuid NOT NULL,
    blocked_id uuid NOT NULL,
    CONSTRAINT blocking_block_of_another CHECK (blocker_id <> blocked_id)
);
CREATE UNIQUE INDEX blocking_block_pair ON blocking_block (blocker_id, blocked_id);
CREATE INDEX blocking_block_list ON blocking_block (blocker_id, id);
CREATE INDEX blocking_block_blocked ON blocking_block (blocked_id, blocker_id);
"""


def up(migrator, db):
    db.execute_sql(BLOCK)


def down(migrator, db):
    db.execute_sql("DROP TABLE blocking_block")
