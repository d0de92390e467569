"""What each thing adds to the figures, and the figures.

Refs are compared by their bytes, as a recount walks them.
"""

SUBJECT = """
CREATE TABLE dashboards_subject (
    ref text COLLATE "C" PRIMARY KEY,
    kind text NOT NULL,
    status text NOT NULL,
    scope text NOT NULL,
    seller_id uuid,
    currency text NOT NULL,
    days jsonb NOT NULL,
    products jsonb NOT NULL
)
"""
COUNT = """
CREATE TABLE dashboards_count (
    bucket text NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (bucket, kind, status)
)
"""
DAY = """
CREATE TABLE dashboards_day (
    bucket text NOT NULL,
    day date NOT NULL,
    currency text NOT NULL,
    sales bigint NOT NULL,
    gross bigint NOT NULL,
    refunded bigint NOT NULL,
    commission bigint NOT NULL,
    PRIMARY KEY (bucket, day, currency)
)
"""
PRODUCT = """
CREATE TABLE dashboards_product (
    bucket text NOT NULL,
    currency text NOT NULL,
    ref text COLLATE "C" NOT NULL,
    title text NOT NULL,
    quantity bigint NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (bucket, currency, ref)
)
"""
BEST = """
CREATE INDEX dashboards_product_best
ON dashboards_product (bucket, currency, amount DESC, ref) WHERE amount > 0
"""


def up(migrator, db):
    for statement in (SUBJECT, COUNT, DAY, PRODUCT, BEST):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE dashboards_product, dashboards_day, dashboards_count, dashboards_subject")
