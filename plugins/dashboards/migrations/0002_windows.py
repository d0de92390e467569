"""What products brought in within windows of days that move with the day, besides of all time.

The windows are filled when they are first moved to a day: by the first thing that is
counted, or within a minute.
"""

WINDOW = "CREATE TABLE dashboards_window (day date PRIMARY KEY)"
BEGINNING = "INSERT INTO dashboards_window (day) VALUES ('2000-01-01')"
SOLD_ON = """
UPDATE dashboards_subject AS s SET day = (
    SELECT min(d.day) FROM jsonb_to_recordset(s.days) AS d (day date, sales bigint) WHERE d.sales > 0)
"""
DAY = "CREATE INDEX dashboards_subject_day ON dashboards_subject (day) WHERE day IS NOT NULL"
WINDOWED = """
CREATE INDEX dashboards_product_best
ON dashboards_product (bucket, days, currency, amount DESC, ref) WHERE amount > 0
"""
BEST = """
CREATE INDEX dashboards_product_best
ON dashboards_product (bucket, currency, amount DESC, ref) WHERE amount > 0
"""


def up(migrator, db):
    for statement in (
        WINDOW,
        BEGINNING,
        "ALTER TABLE dashboards_subject ADD COLUMN day date",
        SOLD_ON,
        DAY,
        "DROP INDEX dashboards_product_best",
        "ALTER TABLE dashboards_product DROP CONSTRAINT dashboards_product_pkey",
        "ALTER TABLE dashboards_product ADD COLUMN days integer NOT NULL DEFAULT 0",
        "ALTER TABLE dashboards_product ALTER COLUMN days DROP DEFAULT",
        "ALTER TABLE dashboards_product ADD PRIMARY KEY (bucket, days, currency, ref)",
        WINDOWED,
    ):
        db.execute_sql(statement)


def down(migrator, db):
    for statement in (
        "DROP INDEX dashboards_product_best, dashboards_subject_day",
        "DELETE FROM dashboards_product WHERE days > 0",
        "ALTER TABLE dashboards_product DROP CONSTRAINT dashboards_product_pkey",
        "ALTER TABLE dashboards_product DROP COLUMN days",
        "ALTER TABLE dashboards_product ADD PRIMARY KEY (bucket, currency, ref)",
        BEST,
        "ALTER TABLE dashboards_subject DROP COLUMN day",
        "DROP TABLE dashboards_window",
    ):
        db.execute_sql(statement)
