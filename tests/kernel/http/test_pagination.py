"""Keyset pages: nothing repeated, nothing lost, nothing forged."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import peewee
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.errors import Invalid
from kernel.http import PUBLIC, Request, Response, Schema, endpoint, fields, page_of, paginate
from kernel.storage import Database, TimestampField, count_statements, uuid7
from tests.kernel.http.conftest import MakeApi

START = datetime(2026, 1, 1, tzinfo=UTC)


class Row(peewee.Model):
    id = peewee.UUIDField(primary_key=True, default=uuid7)
    rank = peewee.IntegerField()
    at = TimestampField()
    note = peewee.TextField(null=True)

    class Meta:
        table_name = "test_row"


@pytest.fixture
def rows(db: Database) -> Iterator[type[Row]]:
    with db.bind_ctx([Row], bind_refs=False):
        db.create_tables([Row])
        yield Row


def walk(order: tuple[Any, ...], limit: int, query: Any = None) -> list[Any]:
    seen, cursor = [], None
    while True:
        page = paginate(query or Row.select(), order, cursor=cursor, limit=limit)
        seen += page.items
        if page.next is None:
            return seen
        cursor = page.next


ORDERS = [
    (Row.id,),
    (Row.id.desc(),),
    (Row.rank.desc(), Row.id.desc()),
    (Row.rank, Row.id.desc()),
    (Row.rank.desc(), Row.at, Row.id),
    (Row.at, Row.rank, Row.id),
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=25),
    st.sampled_from(ORDERS),
    st.integers(1, 7),
)
def test_pages_together_are_the_sorted_list(
    rows: type[Row], spots: list[tuple[int, int]], order: tuple[Any, ...], limit: int
) -> None:
    rows.delete().execute()
    if spots:
        rows.insert_many(
            [
                {"id": uuid7(), "rank": rank, "at": START + timedelta(microseconds=days)}
                for rank, days in spots
            ]
        ).execute()

    walked = [row.id for row in walk(order, limit)]

    assert walked == [row.id for row in rows.select().order_by(*order)]


def test_rows_inserted_meanwhile_neither_repeat_nor_hide_others(rows: type[Row]) -> None:
    old = [rows.create(rank=rank, at=START).id for rank in range(10)]
    first = paginate(rows.select(), (Row.rank.desc(), Row.id.desc()), limit=4)

    rows.create(rank=99, at=START)
    rows.delete().where(Row.id == first.items[-1].id).execute()
    second = paginate(rows.select(), (Row.rank.desc(), Row.id.desc()), limit=100, cursor=first.next)

    assert [row.id for row in [*first.items, *second.items]] == old[::-1]


def test_dicts_and_computed_keys_page_too(rows: type[Row]) -> None:
    for rank in range(9):
        rows.create(rank=rank, at=START)
    score = (Row.rank.cast("double precision") / 7).alias("score")
    query = Row.select(Row.id, score).dicts()

    walked = walk((score.desc(), Row.id), 2, query)

    assert [row["score"] for row in walked] == sorted((rank / 7 for rank in range(9)), reverse=True)


def test_the_total_is_counted_when_asked_only(rows: type[Row]) -> None:
    for rank in range(5):
        rows.create(rank=rank, at=START)

    with count_statements() as plain:
        unasked = paginate(rows.select().where(Row.rank > 0), (Row.id,), limit=2)
    asked = paginate(rows.select().where(Row.rank > 0), (Row.id,), limit=2, total=True)

    assert (unasked.total, asked.total, len(plain.statements)) == (None, 4, 1)


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        ((Row.note, Row.id), "nullable"),
        ((Row.rank,), "unique"),
        ((), "unique"),
        ((peewee.fn.lower(Row.note), Row.id), "aliased"),
    ],
)
def test_orders_that_would_lose_rows_are_refused(rows: type[Row], order: tuple[Any, ...], fault: str) -> None:
    with pytest.raises((ValueError, TypeError), match=fault):
        paginate(rows.select(), order)


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "a" * 5000,
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b"[1,2,3]").decode(),
        base64.urlsafe_b64encode(orjson.dumps(["00000000", ["u", "x"]])).decode(),
        "\ud83d",
        "ü",
    ],
)
def test_garbage_is_no_cursor(rows: type[Row], cursor: str) -> None:
    with pytest.raises(Invalid) as caught:
        paginate(rows.select(), (Row.id,), cursor=cursor)

    assert caught.value.errors[0].parameter == "cursor"


def test_a_cursor_belongs_to_its_order_and_binding(rows: type[Row]) -> None:
    for rank in range(3):
        rows.create(rank=rank, at=START)
    cursor = paginate(rows.select(), (Row.id,), limit=1, binding="a").next

    for order, binding in (((Row.id.desc(),), "a"), ((Row.id,), "b"), ((Row.rank, Row.id), "a")):
        with pytest.raises(Invalid):
            paginate(rows.select(), order, cursor=cursor, binding=binding)


class RowOut(Schema):
    rank = fields.Integer()


class RowQuery(Schema):
    at_least = fields.Integer(load_default=0)


class Rows:
    @endpoint(summary="List", permission=PUBLIC, query=RowQuery, response=page_of(RowOut, countable=True))
    def on_get(self, req: Request, resp: Response) -> Any:
        query = Row.select().where(Row.rank >= req.query["at_least"])
        return paginate(
            query,
            (Row.rank, Row.id),
            cursor=req.query["cursor"],
            limit=req.query["limit"],
            total=req.query["total"],
        )


def test_a_client_walks_a_list_and_cannot_carry_its_cursor_elsewhere(
    make_api: MakeApi, rows: type[Row], db: Database
) -> None:
    for rank in range(5):
        rows.create(rank=rank, at=START)
    api = make_api("/rows", Rows(), db=db)
    first = api.simulate_get("/v1/rows", params={"limit": 2, "at_least": 1, "total": "true"}).json

    second = api.simulate_get("/v1/rows", params={"limit": 3, "at_least": 1, "cursor": first["next"]}).json
    filtered = api.simulate_get("/v1/rows", params={"limit": 2, "at_least": 0, "cursor": first["next"]})
    forged = api.simulate_get("/v1/rows", params={"at_least": 1, "cursor": first["next"][:-2] + "xx"})
    huge = api.simulate_get("/v1/rows", params={"cursor": "x" * 100_000})

    assert [each["rank"] for each in first["items"] + second["items"]] == [1, 2, 3, 4]
    assert (first["total"], second["next"]) == (4, None)
    for refused in (filtered, forged, huge):
        assert refused.status_code == 422
        assert refused.json["errors"][0]["parameter"] == "cursor"
