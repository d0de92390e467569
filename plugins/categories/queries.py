"""Read paths: cards, paths, attributes, the tree.

Outside transactions the tree's own facts come from the cache under one tag,
which every change drops; inside one the rows are read, so that nothing is
decided on an old tree and nothing uncommitted is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from kernel import SYSTEM, Invalid, NotFound, Principal, Statement, app, invalid
from plugins.categories.attributes import Attribute, check
from plugins.categories.cards import CategoryCard
from plugins.categories.permissions import READ
from plugins.categories.settings import CategoriesSettings

TAG: Final = "categories"
UNKNOWN: Final = "There is no such category."

_CARDS = """
SELECT c.id, c.name, c.slug, c.scope, c.path,
       (SELECT array_agg(a.name ORDER BY cardinality(a.path))
        FROM categories_category AS a WHERE a.id = ANY(c.path)) AS names
FROM categories_category AS c
"""
_BY_IDS = Statement(f"{_CARDS} WHERE c.id = ANY(%s::uuid[])")
_LISTED = """
WHERE c.scope IS NULL OR c.scope = %s
ORDER BY cardinality(c.path), c.scope IS NOT NULL, c.position, c.id
"""
_PATH = """
SELECT a.* FROM categories_category AS c
JOIN categories_category AS a ON a.id = ANY(c.path)
WHERE c.id = %s ORDER BY cardinality(a.path)
"""
_BELOW = """
SELECT id FROM categories_category WHERE path @> ARRAY[%s::uuid] AND id <> %s::uuid
ORDER BY cardinality(path), position, id
"""
_TREE = """
SELECT id, parent_id, scope, position, name, names, slug, description, attributes, version
FROM categories_category WHERE scope IS NULL OR scope = %s
ORDER BY cardinality(path), scope IS NOT NULL, position, id
"""


def cards(ids: Iterable[UUID]) -> dict[UUID, CategoryCard]:
    """Return cards by id; unknown ids are left out."""
    found = app.db.dicts(_BY_IDS, (list(set(ids)),))
    return {row["id"]: _card(row) for row in found}


def listed(scope: str | None) -> list[CategoryCard]:
    """Return the cards of all categories of a scope and of everybody, parents before children."""
    return [_card(row) for row in app.db.dicts(f"{_CARDS} {_LISTED}", (scope,))]


def _card(row: Mapping[str, Any]) -> CategoryCard:
    return CategoryCard(**{**row, "path": tuple(row["path"]), "names": tuple(row["names"])})


def require(category_id: UUID, scope: str | None, pointer: str, lock: bool) -> CategoryCard:
    """Return the card of a category open to `scope`; raise Invalid at `pointer`.

    The lock is a statement of its own: the card must be read after waiting for
    a move, not before.
    """
    if lock:
        assert app.db.in_transaction(), "a lock without a transaction holds nothing"
        app.db.rows("SELECT 1 FROM categories_category WHERE id = %s FOR SHARE", (category_id,))
    card = cards([category_id]).get(category_id)
    if card is None or card.scope not in {None, scope}:
        raise invalid(pointer, UNKNOWN)
    return card


def path_of(category_id: UUID) -> tuple[UUID, ...]:
    """Return the ids from the root to the category; raise NotFound."""
    found = _kept(f"path:{category_id}", lambda: [row["id"] for row in ancestry(category_id)])
    if not found:
        raise NotFound(UNKNOWN)
    return tuple(UUID(str(one)) for one in found)


def descendants(category_id: UUID) -> tuple[UUID, ...]:
    """Return the ids of all below, the nearest first."""
    found = _kept(
        f"below:{category_id}", lambda: [row[0] for row in app.db.rows(_BELOW, (category_id, category_id))]
    )
    return tuple(UUID(str(one)) for one in found)


def ancestry(category_id: UUID) -> list[dict[str, Any]]:
    """Return the rows from the root to the category itself; none for an unknown one."""
    return app.db.dicts(_PATH, (category_id,))


def attributes_of(category_id: UUID) -> tuple[Attribute, ...]:
    """Return own and inherited attributes, those of the root first; raise NotFound."""

    def load() -> list[dict[str, Any]] | None:
        rows = ancestry(category_id)
        return [one for row in rows for one in row["attributes"]] if rows else None

    found = _kept(f"attributes:{category_id}", load)
    if found is None:
        raise NotFound(UNKNOWN)
    return tuple(Attribute.of(one) for one in found)


def checked(
    category_id: UUID, values: Mapping[str, Any], scope: str | None, pointer: str, complete: bool
) -> dict[str, Any]:
    """Return values as they are stored; raise one Invalid with all faults. One statement."""
    rows = ancestry(category_id)
    if not rows or rows[-1]["scope"] not in {None, scope}:
        raise invalid("/category_id", UNKNOWN)
    attributes = [Attribute.of(one) for row in rows for one in row["attributes"]]
    kept, faults = check(attributes, values, pointer, complete=complete)
    if faults:
        raise Invalid(errors=faults)
    return kept


def shown(category_id: UUID, viewer: Principal = SYSTEM) -> dict[str, Any]:
    """Return a category with its path and all its attributes; raise NotFound when not the viewer's to see."""
    rows = ancestry(category_id)
    if not rows or not may_see(rows[-1]["scope"], viewer):
        raise NotFound(UNKNOWN)
    attributes = [
        {**asdict(Attribute.of(one)), "category_id": row["id"]} for row in rows for one in row["attributes"]
    ]
    return {**rows[-1], "path": rows, "attributes": attributes}


def scope_of(category_id: UUID) -> str | None:
    """Return the scope a category belongs to; None for everybody's and for unknown ones."""
    found = app.db.rows("SELECT scope FROM categories_category WHERE id = %s", (category_id,))
    return found[0][0] if found else None


def may_see(scope: str | None, viewer: Principal) -> bool:
    """Say whether the categories of a scope are the viewer's to see."""
    return scope is None or viewer.can(READ, scope)


def tree(scope: str | None) -> list[dict[str, Any]]:
    """Return everybody's categories and those of a scope as roots with `children`; one query, kept."""
    found: list[dict[str, Any]] = _kept(
        f"tree:{scope or ''}", lambda: _planted(app.db.dicts(_TREE, (scope,)))
    )
    chosen = _chosen(scope) if scope else None
    return found if chosen is None else _pruned(found, chosen)


def _chosen(scope: str) -> set[str] | None:
    """Return the ids of everybody's categories a scope shows; None for all."""
    answers = app.hooks.call("categories_shown", scope=scope)
    return {str(one) for answer in answers for one in answer} if answers else None


def _pruned(nodes: Iterable[dict[str, Any]], chosen: Collection[str]) -> list[dict[str, Any]]:
    """Return the branches that are chosen or the scope's own, with what leads to them."""
    kept = []
    for node in nodes:
        if node["scope"] is not None or str(node["id"]) in chosen:
            kept.append(node)
        elif below := _pruned(node["children"], chosen):
            kept.append({**node, "children": below})
    return kept


def _planted(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the roots of rows that come parents first."""
    nodes: dict[UUID | None, list[dict[str, Any]]] = {None: []}
    for row in rows:
        children: list[dict[str, Any]] = []
        nodes[row["id"]] = children
        attributes = [asdict(Attribute.of(one)) for one in row["attributes"]]
        nodes[row["parent_id"]].append({**row, "attributes": attributes, "children": children})
    return nodes[None]


def _kept(key: str, make: Callable[[], Any]) -> Any:
    if app.db.in_transaction():
        return make()
    settings = app.settings.of(CategoriesSettings)
    return app.cache.get_or_set(f"categories:{key}", make, settings.cache_ttl, [TAG])
