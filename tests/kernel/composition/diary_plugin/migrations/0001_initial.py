"""The entries."""


def up(migrator, db):
    db.execute_sql("""CREATE TABLE diary_entry (
        id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
        owner_id uuid NOT NULL, text text NOT NULL)""")


def down(migrator, db):
    db.execute_sql("DROP TABLE diary_entry")
