"""An index of each scope's requests, in the order in which they wait."""


def up(migrator, db):
    db.execute_sql(
        "CREATE INDEX verification_request_scope ON verification_request (scope, status, queued_at, id)"
    )


def down(migrator, db):
    db.execute_sql("DROP INDEX verification_request_scope")
