"""Indexes in the order of each sort over all scopes: a common word is met by walking one."""

INDEXES = {
    "search_document_latest": "published_at DESC, id DESC",
    "search_document_popular": "popularity DESC, id DESC",
    "search_document_price": "currency, (COALESCE(amount, 0)), id",
}


def up(migrator, db):
    for name, columns in INDEXES.items():
        db.execute_sql(f"CREATE INDEX {name} ON search_document ({columns})")


def down(migrator, db):
    for name in INDEXES:
        db.execute_sql(f"DROP INDEX {name}")
