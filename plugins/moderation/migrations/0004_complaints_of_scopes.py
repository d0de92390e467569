"""An index of each scope's complaints, in the order in which they wait."""


def up(migrator, db):
    db.execute_sql("CREATE INDEX moderation_complaint_scope ON moderation_complaint (scope, status, id)")


def down(migrator, db):
    db.execute_sql("DROP INDEX moderation_complaint_scope")
