"""Sound recordings are media, too."""


def up(migrator, db):
    _kinds(db, "'image', 'video', 'audio', 'document'")


def down(migrator, db):
    db.execute_sql("UPDATE media_medium SET kind = 'document' WHERE kind = 'audio'")
    _kinds(db, "'image', 'video', 'document'")


def _kinds(db, kinds):
    db.execute_sql(
        "ALTER TABLE media_medium DROP CONSTRAINT media_medium_kind_check,"
        f" ADD CONSTRAINT media_medium_kind_check CHECK (kind IN ({kinds}))"
    )
