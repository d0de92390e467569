"""An index of the few who deactivated their accounts, in the order of the list."""


def up(migrator, db):
    db.execute_sql(
        "CREATE INDEX accounts_user_deactivated ON accounts_user (name_key, id)"
        " WHERE deactivated_at IS NOT NULL"
    )


def down(migrator, db):
    db.execute_sql("DROP INDEX accounts_user_deactivated")
