"""Indexes of all messages, and of each sender's, in the order of time: searches walk them."""

LATEST = "CREATE INDEX chat_message_latest ON chat_message (created_at DESC, id DESC)"
SENDER = "CREATE INDEX chat_message_sender ON chat_message (sender_id, created_at DESC, id DESC)"


def up(migrator, db):
    db.execute_sql(LATEST)
    db.execute_sql("DROP INDEX chat_message_sender")
    db.execute_sql(SENDER)


def down(migrator, db):
    db.execute_sql("DROP INDEX chat_message_sender, chat_message_latest")
    db.execute_sql("CREATE INDEX chat_message_sender ON chat_message (sender_id, id)")
