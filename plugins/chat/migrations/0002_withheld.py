"""What messages said that moderators took out of sight, until a reversal or for good."""

TABLE = """
CREATE TABLE chat_withheld (
    message_id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL,
    sender_id uuid,
    reasons text[] NOT NULL,
    expires_at timestamptz,
    content jsonb NOT NULL
)
"""


def up(migrator, db):
    db.execute_sql(TABLE)
    db.execute_sql("CREATE INDEX chat_withheld_sender ON chat_withheld (sender_id)")
    db.execute_sql("CREATE INDEX chat_withheld_expiry ON chat_withheld (expires_at)")


def down(migrator, db):
    db.execute_sql("DROP TABLE chat_withheld")
