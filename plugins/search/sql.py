"""The SQL of the PostgreSQL backend's searches, written once for each shape and kept.

A shape is which conditions are there, not their values. Scopes are looked for in
two ways: `scope = ANY(…)` where documents are walked in an order, `ARRAY[scope] && …`
where the index of words finds them, which holds the scopes beside the words: so a word
costs as much as it occurs where the reader may see, not as it occurs anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from kernel import ALL
from plugins.search import candidates
from plugins.search.port import Scopes, SearchQuery

FILTERS: Final = {
    "owner_id": "owner_id = %(owner_id)s",
    "hidden_owners": "(owner_id IS NULL OR owner_id <> ALL(%(hidden_owners)s::uuid[]))",
    "currency": "currency = %(currency)s",
    "min_amount": "amount >= %(min_amount)s",
    "max_amount": "amount <= %(max_amount)s",
    "published_after": "published_at >= %(published_after)s",
    "published_before": "published_at < %(published_before)s",
}
"""Conditions by the fields of SearchQuery whose values they take."""

_LANGUAGE: Final = "websearch_to_tsquery(%(language)s::regconfig, {})"
_BEGINNING: Final = "to_tsquery('simple', %(beginning)s)"
MATCHED: Final = {
    "whole": _LANGUAGE.format("%(text)s"),
    "last": f"({_LANGUAGE.format('%(text)s')} || {_BEGINNING})",
    "several": f"({_LANGUAGE.format('%(text)s')} || ({_LANGUAGE.format('%(before)s')} && {_BEGINNING}))",
    "titles": _BEGINNING,
}
"""What a text is matched as: as it stands, or with its last word (of one, of several) as a beginning too."""

_SCORE: Final = "ts_rank_cd('{{0.1,0.2,0.4,1.0}}', vector, {}, 32)::double precision * boost"


class Key(NamedTuple):
    """What a sort goes by, before the id."""

    expression: str
    descending: bool = True


SORTS: Final = {
    "relevance": Key("score"),
    "newest": Key("published_at"),
    "popular": Key("popularity"),
    "price_asc": Key("COALESCE(amount, 0)", descending=False),  # a price sort is within a currency
    "price_desc": Key("COALESCE(amount, 0)"),
}


class Shape(NamedTuple):
    """Which conditions a search has: how each kind is limited, which filters, how many groups of tags."""

    kinds: tuple[str, ...]
    filters: tuple[str, ...]
    groups: int


def shaped(query: SearchQuery) -> tuple[Shape, dict[str, Any]]:
    """Return the shape of a search's conditions, and their values."""
    values: dict[str, Any] = {"scope": query.scope}
    kinds = []
    for number, (kind, scopes) in enumerate(query.audience.items()):
        values[f"kind{number}"] = kind
        kinds.append(_limit(scopes, query.scope))
        if isinstance(scopes, frozenset):
            values[f"scopes{number}"] = ["", *sorted(scopes)]
    filters = tuple(name for name in FILTERS if getattr(query, name) not in (None, ()))
    values |= {name: getattr(query, name) for name in filters}
    if query.hidden_owners:
        values["hidden_owners"] = list(query.hidden_owners)
    values |= {f"tags{number}": list(group) for number, group in enumerate(query.tags)}
    return Shape(tuple(kinds), filters, len(query.tags)), values


def _limit(scopes: Scopes, scope: str | None) -> str:
    """Return how a kind is limited: to the scope asked for, to some scopes, not, or to none."""
    if scope is not None:
        return "scope" if not scope or scope in scopes else "none"
    return "all" if scopes is ALL else "scopes"


_WALKED: Final[Mapping[str, str]] = {
    "scope": "(kind = %(kind{n})s AND scope = %(scope)s)",
    "scopes": "(kind = %(kind{n})s AND scope = ANY(%(scopes{n})s))",
    "all": "kind = %(kind{n})s",
    "none": "false",
}
_FOUND: Final[Mapping[str, str]] = {
    **_WALKED,
    "scope": "(kind = %(kind{n})s AND ARRAY[scope] && ARRAY[%(scope)s])",
    "scopes": "(kind = %(kind{n})s AND ARRAY[scope] && %(scopes{n})s)",
}


def _conditions(shape: Shape, of_kinds: Mapping[str, str]) -> str:
    audience = " OR ".join(of_kinds[limit].format(n=n) for n, limit in enumerate(shape.kinds))
    tags = (f"tags && %(tags{n})s::text[]" for n in range(shape.groups))
    return " AND ".join([f"({audience})", *(FILTERS[name] for name in shape.filters), *tags])


@lru_cache(maxsize=1024)
def page(shape: Shape, sort: str, way: str, matching: str, continued: bool) -> str:
    """Return the statement of a page: id, kind, subject and the sort's key of each document.

    `way` is how a text's documents are found: `ranked`, `walked` in the sort's order,
    or `indexed`; empty without a text. `continued` pages start after `%(key)s, %(id)s`.
    """
    (expression, descending), walked = SORTS[sort], _conditions(shape, _WALKED)
    beyond = f"({expression}, id) {'<' if descending else '>'} (%(key)s, %(id)s)" if continued else "true"
    direction = "DESC" if descending else "ASC"
    following = f"ORDER BY {expression} {direction}, id {direction} LIMIT %(limit)s"
    if way == "ranked":
        matched = MATCHED[matching]
        shown = f"id, kind, subject_id, {_SCORE.format(matched)} AS score"
        best = candidates.ranked(
            walked, _conditions(shape, _FOUND), matched, "id, kind, subject_id, boost", shown
        )
        return f"SELECT id, kind, subject_id, score FROM ({best}) AS best WHERE {beyond} {following}"  # noqa: S608
    where = [walked, beyond]
    if way == "indexed":
        where = [candidates.indexed(_conditions(shape, _FOUND), MATCHED[matching]), beyond]
    elif way == "walked":
        where.append(f"vector @@ {MATCHED[matching]}")
    found = f"SELECT id, kind, subject_id, {expression} FROM search_document"  # noqa: S608
    return f"{found} WHERE {' AND '.join(where)} {following}"


@lru_cache(maxsize=256)
def commonness(shape: Shape, matching: str) -> str:
    """Return the statement that says whether a text is a common one."""
    return candidates.commonness(_conditions(shape, _WALKED), MATCHED[matching])


@lru_cache(maxsize=256)
def total(shape: Shape, matching: str) -> str:
    """Return the statement that counts the documents, of a text's (`matching`) or all."""
    if not matching:
        return f"SELECT count(*) FROM search_document WHERE {_conditions(shape, _WALKED)}"  # noqa: S608
    found = _conditions(shape, _FOUND)
    return f"SELECT count(*) FROM search_document WHERE {found} AND vector @@ {MATCHED[matching]}"  # noqa: S608


@lru_cache(maxsize=64)
def titles(shape: Shape) -> str:
    """Return the statement of the titles that go on as `%(beginning)s` begins, the most popular first."""
    columns = "title, popularity, boost"
    best = candidates.ranked(
        _conditions(shape, _WALKED), _conditions(shape, _FOUND), MATCHED["titles"], columns, columns
    )
    order = "max((popularity + 1) * boost) DESC, length(title), title"
    return f"SELECT title FROM ({best}) AS best GROUP BY title ORDER BY {order} LIMIT %(limit)s"  # noqa: S608
