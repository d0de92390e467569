"""Add loyalty_account.lifetime: all points ever earned."""

FILL = """
UPDATE loyalty_account SET lifetime = earned.points
FROM (SELECT owner_id, sum(points) AS points FROM loyalty_entry WHERE points > 0 GROUP BY owner_id) AS earned
WHERE earned.owner_id = loyalty_account.owner_id
"""


def up(migrator, db):
    # The default stays: processes of 1.0 may still insert rows while this is rolled out.
    db.execute_sql("ALTER TABLE loyalty_account ADD COLUMN lifetime bigint NOT NULL DEFAULT 0")
    db.execute_sql(FILL)


def down(migrator, db):
    db.execute_sql("ALTER TABLE loyalty_account DROP COLUMN lifetime")
