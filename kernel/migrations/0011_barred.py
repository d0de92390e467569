"""An index of the few accounts that are not active."""


def up(migrator, db):
    db.execute_sql(
        "CREATE INDEX kernel_account_barred ON kernel_account (status, id) WHERE status <> 'active'"
    )


def down(migrator, db):
    db.execute_sql("DROP INDEX kernel_account_barred")
