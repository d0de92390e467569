"""What somebody did, the latest first: only where a console asks for it does every event pay for it."""


def up(migrator, db):
    db.execute_sql("CREATE INDEX admin_event_actor ON kernel_event (actor, position)")


def down(migrator, db):
    db.execute_sql("DROP INDEX admin_event_actor")
