"""Indexes in the order of the list, for filters that few reviews pass."""

INDEXES = {
    "reviews_review_rating": "reviews_review (rating, id DESC)",
    "reviews_review_role": "reviews_review (role, id DESC)",
    "reviews_review_withheld": "reviews_review (id DESC) WHERE withheld <> '{}'",
}


def up(migrator, db):
    for name, definition in INDEXES.items():
        db.execute_sql(f"CREATE INDEX {name} ON {definition}")


def down(migrator, db):
    db.execute_sql(f"DROP INDEX {', '.join(INDEXES)}")
