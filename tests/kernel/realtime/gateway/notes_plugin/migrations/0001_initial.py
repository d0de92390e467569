"""The tables of the notes."""


def up(migrator, db):
    db.execute_sql("""CREATE TABLE notes_note (
        id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
        owner_id uuid NOT NULL, text text NOT NULL)""")
    db.execute_sql("""CREATE TABLE notes_reader (
        id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
        note_id uuid NOT NULL, user_id uuid NOT NULL, UNIQUE (note_id, user_id))""")


def down(migrator, db):
    db.execute_sql("DROP TABLE notes_note, notes_reader")
