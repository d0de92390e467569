"""The index of everybody's subscriptions of a plan, the latest first."""


def up(migrator, db):
    db.execute_sql("CREATE INDEX subscriptions_subscription_plan ON subscriptions_subscription (plan, id)")


def down(migrator, db):
    db.execute_sql("DROP INDEX subscriptions_subscription_plan")
