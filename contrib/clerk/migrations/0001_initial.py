"""Webhooks that were handled, and the newest state of users."""

WEBHOOK = """
CREATE TABLE clerk_webhook (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    message_id text NOT NULL
)
"""

USER = """
CREATE TABLE clerk_user (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    subject text NOT NULL,
    said_at bigint NOT NULL,
    said jsonb NOT NULL,
    deleted_at timestamptz
)
"""

INDEXES = (
    "CREATE UNIQUE INDEX clerk_webhook_message ON clerk_webhook (message_id)",
    "CREATE INDEX clerk_webhook_created ON clerk_webhook (created_at)",
    "CREATE UNIQUE INDEX clerk_user_subject ON clerk_user (subject)",
)


def up(migrator, db):
    for statement in (WEBHOOK, USER, *INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE clerk_user, clerk_webhook")
