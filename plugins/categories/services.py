"""Change the tree: create, update, move, delete.

Every change holds one lock on the tree until it commits. Two moves that are
each fine and together a cycle come one after the other, and the second sees the
first. Trees are changed by hand, seldom; a lock per branch would buy nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from peewee import IntegrityError

from kernel import FieldError, Invalid, NotFound, app, invalid, uuid7, violated_constraint
from plugins.categories import queries
from plugins.categories.attributes import Attribute, as_date, faults_of
from plugins.categories.events import CategoryCreated, CategoryDeleted, CategoryMoved, CategoryUpdated
from plugins.categories.models import Category
from plugins.categories.problems import (
    AttributeClash,
    CategoryTooDeep,
    CategoryUsed,
    CircularMove,
    HasChildren,
    SlugTaken,
)
from plugins.categories.settings import CategoriesSettings

LOCK: Final = "categories.tree"

_SIBLINGS = """
SELECT id FROM categories_category
WHERE parent_id IS NOT DISTINCT FROM %s::uuid AND scope IS NOT DISTINCT FROM %s
ORDER BY position, id
"""
_RENUMBER = """
UPDATE categories_category AS c SET position = o.position - 1
FROM unnest(%s::uuid[]) WITH ORDINALITY AS o (id, position)
WHERE c.id = o.id AND c.position <> o.position - 1
"""
_REROOT = """
UPDATE categories_category SET path = %s::uuid[] || path[%s:], updated_at = %s
WHERE path @> ARRAY[%s::uuid] AND id <> %s
"""


def create(scope: str | None, fields: Mapping[str, Any], *, id: UUID | None = None) -> UUID:
    """Add a category at the end of its siblings; return its id.

    Raises Invalid, SlugTaken, CategoryTooDeep or AttributeClash.
    """
    parent_id, attributes = fields.get("parent_id"), _defined(fields.get("attributes", ()))
    made = id or uuid7()
    with app.db.atomic():
        _lock()
        above = _above(parent_id, scope)
        _check_depth(len(above) + 1)
        _check_keys(attributes, [row["attributes"] for row in above])
        _written(
            Category.create,
            id=made,
            parent=parent_id,
            scope=scope,
            path=[*(row["id"] for row in above), made],
            position=len(_siblings(parent_id, scope)),
            name=fields["name"],
            names=fields.get("names", {}),
            slug=fields.get("slug") or slug_of(fields["name"]),
            description=fields.get("description", ""),
            attributes=attributes,
        )
        app.bus.publish(CategoryCreated(category_id=made, parent_id=parent_id), scope=scope)
    return made


def update(category_id: UUID, version: int | None, fields: Mapping[str, Any]) -> None:
    """Change what a category says of itself; what is left out stays.

    Raises NotFound, PreconditionFailed, Invalid, SlugTaken or AttributeClash.
    """
    changes = dict(fields)
    with app.db.atomic():
        _lock()
        category = by_id(category_id)
        if not changes:
            return
        if "attributes" in changes:
            changes["attributes"] = _redefined(category, changes["attributes"])
        _written(Category.compare_and_set, category_id, version, **changes)
        app.bus.publish(
            CategoryUpdated(category_id=category_id, fields=sorted(changes)), scope=category.scope
        )


def move(category_id: UUID, version: int | None, parent_id: UUID | None, position: int | None) -> None:
    """Hang a category, with all below it, under another; `position` is its place there, None the last.

    Raises NotFound, PreconditionFailed, Invalid (unknown parent), CircularMove,
    SlugTaken, CategoryTooDeep or AttributeClash.
    """
    with app.db.atomic():
        _lock()
        category = by_id(category_id)
        above = _above(parent_id, category.scope)
        path = [*(row["id"] for row in above), category_id]
        if category_id in path[:-1]:
            raise CircularMove(f"{category.name} cannot hang below itself.")
        if parent_id == category.parent_id:
            changed: Any = CategoryUpdated(category_id=category_id, fields=["position"])
        else:
            _check_branch(category, above)
            changed = CategoryMoved(category_id=category_id, old_path=category.path, new_path=path)
        _written(Category.compare_and_set, category_id, version, parent=parent_id, path=path)
        _follow(category, path)
        _place(category, parent_id, position)
        app.bus.publish(changed, scope=category.scope)


def delete(category_id: UUID, reassign_to: UUID | None) -> None:
    """Remove a category without children; its things go to `reassign_to`.

    Raises NotFound, HasChildren, CategoryUsed, or Invalid for a `reassign_to`
    that cannot take them.
    """
    with app.db.atomic():
        _lock()
        category = Category.select().where(Category.id == category_id).for_update().get_or_none()
        if category is None:
            raise NotFound(queries.UNKNOWN)
        if Category.select().where(Category.parent == category_id).exists():
            raise HasChildren("Move or delete them first.")
        if reassign_to is not None:
            _reassign(category, reassign_to)
        if _is_used(category_id):
            raise CategoryUsed("Say with reassign_to which category gets what belongs to this one.")
        Category.delete().where(Category.id == category_id).execute()
        _renumber(_siblings(category.parent_id, category.scope))
        app.bus.publish(
            CategoryDeleted(category_id=category_id, reassigned_to=reassign_to), scope=category.scope
        )


def by_id(category_id: UUID) -> Category:
    """Return a category's row; raise NotFound."""
    found = Category.get_or_none(Category.id == category_id)
    if found is None:
        raise NotFound(queries.UNKNOWN)
    return found


def slug_of(name: str) -> str:
    """Return a name as a path segment: lower case, hyphens, without accents where letters have them."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain = unicodedata.normalize("NFC", "".join(one for one in letters if not unicodedata.combining(one)))
    return "-".join(re.findall(r"[^\W_]+", plain)) or "category"


def _lock() -> None:
    """Wait for the tree, and drop what is kept of it when this commits."""
    app.db.rows("SELECT pg_advisory_xact_lock(hashtext(%s))", (LOCK,))
    app.db.on_commit(lambda: app.cache.invalidate_tag(queries.TAG))


def _written(write: Callable[..., Any], *arguments: Any, **values: Any) -> None:
    """Write the row; a taken slug is the client's to mend."""
    try:
        with app.db.atomic():
            write(*arguments, **values)
    except IntegrityError as ex:
        if violated_constraint(ex) == "categories_category_slug":
            raise SlugTaken("Send another slug.") from ex
        raise


def _above(parent_id: UUID | None, scope: str | None) -> list[dict[str, Any]]:
    """Return the rows from the root to the parent; raise Invalid for an unknown one, or OtherScope."""
    if parent_id is None:
        return []
    rows = queries.ancestry(parent_id)
    if not rows or rows[-1]["scope"] not in {None, scope}:
        raise invalid("/parent_id", queries.UNKNOWN)
    return rows


def _check_depth(levels: int) -> None:
    most = app.settings.of(CategoriesSettings).max_depth
    if levels > most:
        raise CategoryTooDeep(f"The tree has at most {most} levels.")


def _check_branch(category: Category, above: Sequence[Mapping[str, Any]]) -> None:
    """Raise when a branch does not fit below `above`: too deep, or its keys are there already."""
    branch = list(
        Category.select(Category.path, Category.attributes).where(Category.path.contains(category.id))
    )
    height = max(len(row.path) for row in branch) - len(category.path) + 1
    _check_depth(len(above) + height)
    own = [one for row in branch for one in row.attributes]
    _check_keys(own, [row["attributes"] for row in above])


def _check_keys(own: Sequence[Mapping[str, Any]], others: Sequence[Sequence[Mapping[str, Any]]]) -> None:
    taken = {one["key"] for attributes in others for one in attributes}
    clash = sorted({one["key"] for one in own} & taken)
    if clash:
        raise AttributeClash(f"Already above or below: {', '.join(clash)}.", keys=clash)


def _defined(attributes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return definitions as stored; raise Invalid with all that is wrong."""
    faults = faults_of([Attribute.of(one) for one in attributes])
    if faults:
        raise Invalid(errors=faults)
    return [_normal(one) for one in attributes]


def _normal(attribute: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition whose bounds compare with values as stored."""
    if attribute["type"] != "date":
        return dict(attribute)
    bounds = {name: attribute.get(name) for name in ("minimum", "maximum")}
    return {**attribute, **{name: value and as_date(value) for name, value in bounds.items()}}


def _redefined(category: Category, attributes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return new definitions; a key keeps its type, for values of it are stored."""
    defined = _defined(attributes)
    types = {one["key"]: one["type"] for one in category.attributes}
    for index, one in enumerate(defined):
        old = types.get(one["key"], one["type"])
        if old != one["type"]:
            raise invalid(f"/attributes/{index}/type", f"{one['key']} is of type {old}: add another key.")
    related = Category.select(Category.attributes).where(
        Category.path.contains(category.id) | (Category.id << list(category.path)), Category.id != category.id
    )
    _check_keys(defined, [row.attributes for row in related])
    return defined


def _siblings(parent_id: UUID | None, scope: str | None) -> list[UUID]:
    """Return the ids below a parent in order; scopes number theirs apart."""
    rows = app.db.rows(_SIBLINGS, (parent_id, scope))
    return [row[0] for row in rows]


def _follow(category: Category, path: Sequence[UUID]) -> None:
    """Rewrite the paths of all below; a reorder leaves them as they are."""
    if path != category.path:
        cut = len(category.path)
        below = (list(path[:-1]), cut, app.clock.now(), category.id, category.id)
        app.db.execute_sql(_REROOT, below)


def _place(category: Category, parent_id: UUID | None, position: int | None) -> None:
    """Renumber the new siblings with the category among them, and the old ones without it."""
    siblings = [one for one in _siblings(parent_id, category.scope) if one != category.id]
    siblings.insert(len(siblings) if position is None else position, category.id)
    _renumber(siblings)
    if parent_id != category.parent_id:
        _renumber(_siblings(category.parent_id, category.scope))


def _renumber(ids: Sequence[UUID]) -> None:
    app.db.execute_sql(_RENUMBER, (list(ids),))


def _is_used(category_id: UUID) -> bool:
    found = app.hooks.call("categories_used", ids=[category_id])
    return any(category_id in used for used in found)


def _reassign(category: Category, to_id: UUID) -> None:
    target = queries.cards([to_id]).get(to_id)
    if target is None or target.id == category.id or target.scope not in {None, category.scope}:
        fault = FieldError("Name another category, of its scope or everybody's.", parameter="reassign_to")
        raise Invalid(errors=(fault,))
    app.hooks.call("categories_reassign", category_id=category.id, to_id=to_id)
