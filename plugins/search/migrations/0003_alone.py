"""One process reads documents: a page is short, and starting workers for it takes longer than reading it."""


def up(migrator, db):
    db.execute_sql("ALTER TABLE search_document SET (parallel_workers = 0)")


def down(migrator, db):
    db.execute_sql("ALTER TABLE search_document RESET (parallel_workers)")
