"""Tables of dashboards: what each thing adds to the figures, and the figures.

A figure belongs to a bucket: `platform`, `scope:<scope>`, `seller:<account>`.
All amounts are minor units of their `currency`, all days are UTC.
"""

from __future__ import annotations

from typing import Final

import peewee

from kernel import JSONField, Table


class Subject(Table):
    """One thing that is counted, and what it added to the figures: they are the sums of these rows.

    `days` holds `day sales gross refunded commission`, `products` holds `ref title
    quantity amount`, of what was sold on `day`. Whoever changes what a thing adds locks its row first.
    """

    ref = peewee.TextField(primary_key=True)
    kind = peewee.TextField()
    status = peewee.TextField()
    scope = peewee.TextField()
    seller_id = peewee.UUIDField(null=True)
    currency = peewee.TextField()
    day = peewee.DateField(null=True)
    days = JSONField(index=False)
    products = JSONField(index=False)

    class Meta:
        table_name = "dashboards_subject"


class Count(Table):
    """How many things of a kind have a status."""

    bucket = peewee.TextField()
    kind = peewee.TextField()
    status = peewee.TextField()
    n = peewee.BigIntegerField()

    class Meta:
        table_name = "dashboards_count"
        primary_key = peewee.CompositeKey("bucket", "kind", "status")


class Day(Table):
    """What was sold on a day, and what was cancelled or paid back on it of whatever day's sales."""

    bucket = peewee.TextField()
    day = peewee.DateField()
    currency = peewee.TextField()
    sales = peewee.BigIntegerField()
    gross = peewee.BigIntegerField()
    refunded = peewee.BigIntegerField()
    commission = peewee.BigIntegerField()

    class Meta:
        table_name = "dashboards_day"
        primary_key = peewee.CompositeKey("bucket", "day", "currency")


class Window(Table):
    """The day on which the windows of products end: one row, and the lock of who moves or fills them."""

    day = peewee.DateField(primary_key=True)

    class Meta:
        table_name = "dashboards_window"


class Product(Table):
    """What a product brought in so far, refunds taken off; `title` as it was when it was last sold."""

    bucket = peewee.TextField()
    currency = peewee.TextField()
    ref = peewee.TextField()
    title = peewee.TextField()
    quantity = peewee.BigIntegerField()
    amount = peewee.BigIntegerField()

    class Meta:
        table_name = "dashboards_product"
        primary_key = peewee.CompositeKey("bucket", "currency", "ref")


class Best(Table):
    """What a product brought in by the sales of so many `days`, those that end with the window's."""

    bucket = peewee.TextField()
    days = peewee.IntegerField()
    currency = peewee.TextField()
    ref = peewee.TextField()
    title = peewee.TextField()
    quantity = peewee.BigIntegerField()
    amount = peewee.BigIntegerField()

    class Meta:
        table_name = "dashboards_best"
        primary_key = peewee.CompositeKey("bucket", "days", "currency", "ref")


_BEST: Final = "dashboards_product (bucket, currency, amount DESC, ref) WHERE amount > 0"
Product.add_index(peewee.SQL(f"CREATE INDEX dashboards_product_best ON {_BEST}"))
_RANK: Final = "dashboards_best (bucket, days, currency, amount DESC, ref) WHERE amount > 0"
Best.add_index(peewee.SQL(f"CREATE INDEX dashboards_best_rank ON {_RANK}"))
Subject.add_index(
    peewee.SQL("CREATE INDEX dashboards_subject_day ON dashboards_subject (day) WHERE day IS NOT NULL")
)

MODELS: Final = (Subject, Count, Day, Product, Window, Best)
