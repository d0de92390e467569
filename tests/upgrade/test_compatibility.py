"""Every migration leaves the processes of the version before it working: expand, then contract."""

from __future__ import annotations

import pytest

from kernel.application import migration_sources
from kernel.discovery import discover
from kernel.resolution import resolve
from kernel.storage import Database
from kernel.storage.migrations import Migrations
from kernel.storage.settings import DatabaseSettings
from kernel.testing.postgres import shared_postgres
from tests.upgrade.catalogue import catalogue, harms

HARMLESS = {
    "media.0002_recordings: media_medium.media_medium_kind_check": "allows one kind more than before",
    "moderation.0002_complaints: moderation_case.moderation_case_new": "one scan of a small table",
    "payments.0004_fees: payments_account.payments_account_kind": "allows one kind more than before",
    "payments.0004_fees: payments_account.payments_account_not_negative": "lets one kind more be negative",
    "payments.0012_whose: payments_method.payments_method_kept": "few are charged without their owners yet",
} | dict.fromkeys(
    (
        "accounts.0003_deactivated", "admin.0001_initial", "bookings.0004_lists",
        "chat.0003_lists", "chat.0004_latest",
        "dashboards.0002_windows",
        "kernel.0011_barred", "listings.0002_lists", "media.0003_lists",
        "moderation.0003_counts", "moderation.0004_complaints_of_scopes", "moderation.0005_scopes",
        "notifications.0003_lists", "orders.0002_lists", "payments.0005_lists",
        "payments.0008_failed", "payments.0009_everybodys", "payments.0010_kinds", "payments.0011_decided",
        "reviews.0002_lists", "search.0002_orders",
        "subscriptions.0002_everybodys", "subscriptions.0003_plans",
        "verification.0002_scopes",
    ),
    "indexes alone, made before there was a first release: no process of a version before writes meanwhile",
)  # fmt: skip
"""Changes that look harmful to a catalogue, with the reason why they are not."""

TABLE = "CREATE TABLE shop_item (id int PRIMARY KEY, name text NOT NULL, colour text)"
FUNCTION = "CREATE FUNCTION shop_count() RETURNS int LANGUAGE sql AS 'SELECT 1'"


@pytest.fixture
def db():
    with shared_postgres().database() as url:
        database = Database(DatabaseSettings(url=url, pool_warm=0))
        yield database
        database.close()


def test_each_migration_of_the_tree_only_adds(db):
    names = [name for name, manifest in discover().found.items() if not manifest.distribution]
    sources = migration_sources(resolve(names, discover()).order)
    now, harmful = catalogue(db), []

    def look(key, _):
        nonlocal now
        before, now = now, catalogue(db)
        harmful.extend(f"{key}: {line}" for line in harms(before, now))

    Migrations(db, sources).up(on_step=look)

    unexplained = [line for line in harmful if not line.startswith(tuple(HARMLESS))]
    assert "\n".join(unexplained) == "", "expand first: docs/integrators/operations.md"
    assert [known for known in HARMLESS if not any(line.startswith(known) for line in harmful)] == []
    assert len(now.tables) > 60


@pytest.mark.parametrize(
    ("change", "harm"),
    [
        ("DROP TABLE shop_item", "shop_item: table gone"),
        ("ALTER TABLE shop_item DROP COLUMN colour", "shop_item.colour: column gone"),
        ("ALTER TABLE shop_item RENAME COLUMN colour TO hue", "shop_item.colour: column gone"),
        (
            "ALTER TABLE shop_item ALTER COLUMN id TYPE bigint",
            "shop_item.id: type changed from integer to bigint",
        ),
        (
            "ALTER TABLE shop_item ALTER COLUMN colour SET NOT NULL",
            "shop_item.colour: column must be given now",
        ),
        (
            "ALTER TABLE shop_item ADD COLUMN size int NOT NULL",
            "shop_item.size: new column that old processes do not give",
        ),
        (
            "ALTER TABLE shop_item ADD CONSTRAINT short CHECK (length(name) < 9)",
            "shop_item.short: constraint that rows of old processes may break",
        ),
        (
            "CREATE UNIQUE INDEX one_name ON shop_item (name)",
            "shop_item.one_name: unique index made while writers wait",
        ),
        ("CREATE INDEX by_name ON shop_item (name)", "shop_item.by_name: index made while writers wait"),
        ("DROP FUNCTION shop_count()", "shop_count(): function gone or changed"),
    ],
)
def test_what_harms_old_processes_is_named(db, change, harm):
    db.execute_sql(TABLE)
    db.execute_sql(FUNCTION)
    before = catalogue(db)

    db.execute_sql(change)

    assert harm in list(harms(before, catalogue(db)))


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE shop_item ADD COLUMN size int",
        "ALTER TABLE shop_item ADD COLUMN size int NOT NULL DEFAULT 1",
        "ALTER TABLE shop_item ALTER COLUMN name DROP NOT NULL",
        "CREATE TABLE shop_order (id int PRIMARY KEY, item_id int NOT NULL REFERENCES shop_item)",
    ],
)
def test_what_only_adds_is_let_be(db, change):
    db.execute_sql(TABLE)
    before = catalogue(db)

    db.execute_sql(change)

    assert list(harms(before, catalogue(db))) == []
