"""The index of words holds the scopes beside them, so that a word is found where its reader may see it."""


def up(migrator, db):
    db.execute_sql("DROP INDEX search_document_vector")
    db.execute_sql(
        "CREATE INDEX search_document_vector ON search_document USING gin (vector, (ARRAY[scope]))"
    )


def down(migrator, db):
    db.execute_sql("DROP INDEX search_document_vector")
    db.execute_sql("CREATE INDEX search_document_vector ON search_document USING gin (vector)")
