"""The tables of the counter."""

COMMON = "id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"


def up(migrator, db):
    db.execute_sql(f"CREATE TABLE counter_entry ({COMMON}, note text NOT NULL)")
    db.execute_sql(f"CREATE TABLE counter_reaction ({COMMON}, event_id uuid NOT NULL, note text NOT NULL)")
    db.execute_sql(
        f"CREATE TABLE counter_page ({COMMON}, version integer NOT NULL, text text NOT NULL,"
        " edits integer NOT NULL)"
    )


def down(migrator, db):
    for name in ("page", "reaction", "entry"):
        db.execute_sql(f"DROP TABLE counter_{name}")
