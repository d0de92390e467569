"""An index of one's own media of a status: a rare one is not looked for among all."""

INDEXES = {
    "media_medium_owner_status": "media_medium (owner_id, status, id)",
}


def up(migrator, db):
    for name, definition in INDEXES.items():
        db.execute_sql(f"CREATE INDEX {name} ON {definition}")


def down(migrator, db):
    db.execute_sql(f"DROP INDEX {', '.join(INDEXES)}")
