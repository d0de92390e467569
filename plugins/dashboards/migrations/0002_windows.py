"""What products brought in within windows of days that move with the day, beside of all time.

The windows are filled when they are first moved to a day: by the first thing that is
counted, or within a minute. What a process of before counts meanwhile is not in them: a
recount adds it.
"""

WINDOW = "CREATE TABLE dashboards_window (day date PRIMARY KEY)"
BEGINNING = "INSERT INTO dashboards_window (day) VALUES ('2000-01-01')"
SOLD_ON = """
UPDATE dashboards_subject AS s SET day = (
    SELECT min(d.day) FROM jsonb_to_recordset(s.days) AS d (day date, sales bigint) WHERE d.sales > 0)
"""
DAY = "CREATE INDEX dashboards_subject_day ON dashboards_subject (day) WHERE day IS NOT NULL"
BEST = """
CREATE TABLE dashboards_best (
    bucket text NOT NULL,
    days integer NOT NULL,
    currency text NOT NULL,
    ref text COLLATE "C" NOT NULL,
    title text NOT NULL,
    quantity bigint NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (bucket, days, currency, ref)
)
"""
RANK = """
CREATE INDEX dashboards_best_rank
ON dashboards_best (bucket, days, currency, amount DESC, ref) WHERE amount > 0
"""


def up(migrator, db):
    db.execute_sql("ALTER TABLE dashboards_subject ADD COLUMN day date")
    for statement in (SOLD_ON, DAY, WINDOW, BEGINNING, BEST, RANK):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE dashboards_best, dashboards_window")
    db.execute_sql("ALTER TABLE dashboards_subject DROP COLUMN day")
