"""Indexes of a conversation's messages of a rarer type, and of those with hashtags."""

INDEXES = {
    "chat_message_typed": "chat_message (conversation_id, type, seq) WHERE type <> 'text'",
    "chat_message_tagged": "chat_message (conversation_id, created_at DESC) WHERE hashtags <> '{}'",
}


def up(migrator, db):
    for name, definition in INDEXES.items():
        db.execute_sql(f"CREATE INDEX {name} ON {definition}")


def down(migrator, db):
    db.execute_sql(f"DROP INDEX {', '.join(INDEXES)}")
