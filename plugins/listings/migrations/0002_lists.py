"""Indexes in the order of the lists that filter by status, category, type or seller.

Of a scope the planner is told that it holds a twentieth of all listings: the list
merges each scope's first rows without knowing which scopes these are, and those of
an average scope (very few) would be sorted, which in a large one takes them all.
"""

VISIBLE = "status = 'ACTIVE' AND deleted_at IS NULL AND withheld = '{}'"
INACTIVE = "status <> 'ACTIVE' AND deleted_at IS NULL"
TALLY = "INCLUDE (views) WHERE deleted_at IS NULL"
NEW = (
    f"scope_category ON listings_listing (scope, category_id, listed_at DESC, id DESC) WHERE {VISIBLE}",
    f"scope_type ON listings_listing (scope, type, listed_at DESC, id DESC) WHERE {VISIBLE}",
    f"scope_status ON listings_listing (scope, status, listed_at DESC, id DESC) WHERE {INACTIVE}",
    f"status ON listings_listing (status, listed_at DESC, id DESC) WHERE {INACTIVE}",
    f"seller_status ON listings_listing (seller_id, status, listed_at DESC, id DESC) {TALLY}",
)
SELLER = "CREATE INDEX listings_listing_seller ON listings_listing ({}) WHERE deleted_at IS NULL"
SCOPES = 20


def up(migrator, db):
    for definition in NEW:
        db.execute_sql(f"CREATE INDEX listings_listing_{definition}")
    db.execute_sql("DROP INDEX listings_listing_seller")
    db.execute_sql(SELLER.format("seller_id, listed_at DESC, id DESC"))
    db.execute_sql(f"ALTER TABLE listings_listing ALTER COLUMN scope SET (n_distinct = {SCOPES})")
    db.execute_sql("ANALYZE listings_listing (scope)")


def down(migrator, db):
    db.execute_sql("ALTER TABLE listings_listing ALTER COLUMN scope RESET (n_distinct)")
    db.execute_sql("DROP INDEX listings_listing_seller")
    db.execute_sql(SELLER.format("seller_id, id DESC"))
    for definition in NEW:
        db.execute_sql(f"DROP INDEX listings_listing_{definition.split(' ', 1)[0]}")
