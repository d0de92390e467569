"""Data of the past is the same after all migrations, and the present works with it."""

from __future__ import annotations

import pytest

from tests.upgrade.databases import contents, migrate
from tests.upgrade.filling import PASSWORD

SUCCEEDED: dict[str, str] = {}
"""Columns that are gone, as `table.column`, with what holds their data now."""


def test_the_past_has_something_to_lose(upgraded):
    filled = {table for table, rows in upgraded.before.rows.items() if rows}

    assert len(filled) >= {"first": 8, "market": 20}[upgraded.name]


def test_every_table_and_column_of_the_past_is_there_or_has_a_successor(upgraded):
    after = upgraded.after.columns

    gone = [
        f"{table}.{column}"
        for table, columns in upgraded.before.columns.items()
        for column in columns
        if column not in after.get(table, [])
    ]

    assert sorted(gone) == sorted(SUCCEEDED)


def test_every_row_of_the_past_is_there_with_its_values(upgraded):
    changed = [
        f"{table} {key} {column}: {value!r}"
        for table, rows in upgraded.before.rows.items()
        for key, row in rows.items()
        for column, value in row.items()
        if f"{table}.{column}" not in SUCCEEDED
        and upgraded.after.rows[table].get(key, {}).get(column, "no such row") != value
    ]

    assert changed == []


def test_migrating_again_finds_nothing_to_do(upgraded, tmp_path):
    migrate(upgraded.url, tmp_path)

    assert contents(upgraded.url).columns == upgraded.after.columns


def test_a_key_of_the_past_is_recognised(upgraded, present):
    answer = present.get("/v1/auth/sessions", token=upgraded.known["api_key"])

    assert answer.status in (200, 403), answer.json  # 401 would say that nobody knows it


@pytest.mark.parametrize("upgraded", ["market"], indirect=True)  # the first had no people with passwords
def test_people_of_the_past_sign_in_and_find_what_they_had(upgraded, present):
    credentials = {"email": upgraded.known["email"], "password": PASSWORD}

    token = present.post("/v1/auth/login", credentials).json["access_token"]

    mine = present.get("/v1/listings/mine", token=token).json["items"]
    assert [one["id"] for one in mine] == [upgraded.known["listing"]]
    shown = present.get("/v1/listings?limit=100").json["items"]
    active = [row for row in upgraded.before.rows["listings_listing"].values() if row["status"] == "ACTIVE"]
    assert len(shown) == min(len(active), 100)
    changed = present.request(
        "PATCH", f"/v1/listings/{mine[0]['id']}", {"title": "An old chair"}, token=token
    )
    assert changed.json["title"] == "An old chair"
