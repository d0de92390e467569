"""The list's SQL, written once for each shape of filters and kept.

A shape is which filters are there, not their values. A page costs one statement.
Where an index is ordered within each value of a column (newest within a
category, anything within a scope) and several values are wanted, each value's
first rows are taken from the index and merged, so no page sorts all that match.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from kernel import Statement
from plugins.listings.models import VISIBLE

COLUMNS: Final = """id::text, type, status, title, price_amount, price_currency, quantity, category_id::text,
    nullif(scope, ''), cover_url, seller_id::text, seller_name, seller_avatar_url, seller_verified, views,
    listed_at, expires_at"""
WHOLE: Final = Statement(f"""
SELECT {COLUMNS}, description, attributes, gallery, withheld, created_at, updated_at, version
FROM listings_listing WHERE id = %(id)s AND deleted_at IS NULL
""")  # noqa: S608 - constants only
BY_IDS: Final = Statement(f"""
SELECT {COLUMNS} FROM listings_listing WHERE id = ANY(%(ids)s::uuid[]) AND {VISIBLE}
""")  # noqa: S608 - constants only


class Sort(NamedTuple):
    """An order of the list: its key, its direction, and the key's place among the columns."""

    key: str
    descending: bool
    place: int


SORTS: Final = {
    "newest": Sort("listed_at", True, 15),
    "price_asc": Sort("price_amount", False, 4),
    "price_desc": Sort("price_amount", True, 4),
    "popular": Sort("views", True, 14),
}

CONDITIONS: Final = {
    "visible": VISIBLE,
    "shown": "status = %(status)s AND deleted_at IS NULL AND withheld = '{}'",
    "of_status": "status = %(status)s AND deleted_at IS NULL",
    "alive": "deleted_at IS NULL",
    "own": "seller_id = %(own)s",
    "own_or_moderated": "(seller_id = %(own)s OR scope = ANY(%(moderated)s))",
    "scope": "scope = %(scope)s",
    "scopes": "scope = ANY(%(scopes)s)",
    "category": "category_id = %(category)s",
    "categories": "category_id = ANY(%(categories)s::uuid[])",
    "type": "type = %(type)s",
    "currency": "price_currency = %(currency)s",
    "min_price": "price_amount >= %(min_price)s",
    "max_price": "price_amount <= %(max_price)s",
    "seller": "seller_id = %(seller)s",
    "hidden": "seller_id <> ALL(%(hidden)s::uuid[])",
    "published_after": "listed_at >= %(published_after)s",
    "published_before": "listed_at < %(published_before)s",
    "titled": "strpos(lower(title), lower(%(q)s)) > 0",
}
FRONT: Final = frozenset({"visible", "scope", "category"})
"""Conditions of the pages asked for most. PERF: an index holds them in order, so any values have one plan."""

BRANCHES: Final = {
    "scopes": ("scope", "unnest(%(scopes)s::text[])"),
    "categories": ("category_id", "unnest(%(categories)s::uuid[])"),
}
"""Conditions on several values of a column that heads an index."""


@lru_cache(maxsize=1024)
def page(sort: str, conditions: tuple[str, ...], branch: str, continued: bool) -> str:
    """Return the statement of a page.

    `conditions` are names of CONDITIONS; `branch` names the one to be merged,
    empty for none; `continued` pages start after `%(key)s, %(id)s`.
    """
    key, descending, _ = SORTS[sort]
    wanted = [CONDITIONS[name] for name in conditions if name != branch]
    if continued:
        wanted.append(f"({key}, id) {'<' if descending else '>'} (%(key)s, %(id)s)")
    table, where = "listings_listing", " AND ".join(wanted)
    if not branch:
        text = f"SELECT {COLUMNS} FROM {table} WHERE {where} {_order(sort, table)}"  # noqa: S608 - the tables above
        return Statement(text) if sort == "newest" and FRONT.issuperset(conditions) else text
    column, values = BRANCHES[branch]
    part = f"SELECT * FROM {table} WHERE {where} AND {column} = b.value {_order(sort, table)}"  # noqa: S608
    every = f"{values} AS b (value) CROSS JOIN LATERAL ({part}) AS p"
    return f"SELECT {COLUMNS} FROM {every} {_order(sort, 'p')}"  # noqa: S608


def _order(sort: str, table: str) -> str:
    """Return ORDER BY and LIMIT; qualified, since a bare `id` would be the output's, as text."""
    key, descending, _ = SORTS[sort]
    way = "DESC" if descending else "ASC"
    return f"ORDER BY {table}.{key} {way}, {table}.id {way} LIMIT %(limit)s"
