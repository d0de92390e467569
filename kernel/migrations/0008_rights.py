"""How often rights were changed: what events carry, to be told only where that change is known."""

# Called once, so that `last_value` is always a number that was given away.
RIGHTS = "CREATE SEQUENCE kernel_rights; SELECT nextval('kernel_rights')"


def up(migrator, db):
    db.execute_sql(RIGHTS)


def down(migrator, db):
    db.execute_sql("DROP SEQUENCE kernel_rights")
