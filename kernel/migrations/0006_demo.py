"""Create kernel_demo: which plugins' demo data is loaded, and what they said."""

UP = """
CREATE TABLE kernel_demo (
    plugin text PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('loading', 'loaded')),
    notes jsonb NOT NULL DEFAULT '{}',
    changed_at timestamptz NOT NULL DEFAULT now()
)
"""


def up(migrator, db):
    db.execute_sql(UP)


def down(migrator, db):
    db.execute_sql("DROP TABLE kernel_demo")
