"""The index of everybody's subscriptions of a status, the latest first."""


def up(migrator, db):
    db.execute_sql(
        "CREATE INDEX subscriptions_subscription_everybodys ON subscriptions_subscription (status, id)"
    )


def down(migrator, db):
    db.execute_sql("DROP INDEX subscriptions_subscription_everybodys")
