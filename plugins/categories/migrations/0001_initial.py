"""The tree of categories."""

CATEGORY = """
CREATE TABLE categories_category (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    parent_id uuid REFERENCES categories_category (id) ON DELETE RESTRICT,
    scope text,
    path uuid[] NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    names jsonb NOT NULL,
    slug text NOT NULL,
    description text NOT NULL,
    attributes jsonb NOT NULL,
    CONSTRAINT categories_category_ends_in_itself CHECK (path[cardinality(path)] = id),
    CONSTRAINT categories_category_below_parent
        CHECK (path[cardinality(path) - 1] IS NOT DISTINCT FROM parent_id)
)
"""

INDEXES = """
CREATE UNIQUE INDEX categories_category_slug
    ON categories_category (parent_id, scope, slug) NULLS NOT DISTINCT;
CREATE INDEX categories_category_path ON categories_category USING gin (path);
CREATE INDEX categories_category_scope ON categories_category (scope);
"""


def up(migrator, db):
    for statement in (CATEGORY, INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE categories_category")
