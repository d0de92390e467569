"""Read paths: the directory, a building, its units, members and the ways in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from peewee import SQL, fn

from kernel import ALL, NotFound, Page, Principal, app, paginate
from plugins.accounts import api as accounts
from plugins.buildings.audience import alive, building_of, scope_of
from plugins.buildings.cards import BuildingCard, BuildingSettings
from plugins.buildings.models import Building, Invitation, JoinRequest, Member, Unit
from plugins.buildings.permissions import MANAGE, VIEW
from plugins.buildings.settings import BuildingsSettings

FLAGS: Final = ("marketplace", "chat", "verification_required", "auto_approve")


def directory(viewer: Principal, asked: Mapping[str, Any]) -> Page[Building]:
    """Return a page of the buildings that stand in the directory, by name; of all for who sees all.

    One statement. `q` is looked for in names and cities.
    """
    query = Building.alive()
    if viewer.scopes_for(VIEW) is not ALL:
        query = query.where(Building.listed)
    if "q" in asked:
        text = Building.name.concat(" ").concat(Building.city)
        query = query.where(fn.strpos(fn.lower(text), asked["q"].lower()) > 0)
    if "city" in asked:
        query = query.where(fn.lower(Building.city) == asked["city"].lower())
    if "country" in asked:
        query = query.where(Building.country == asked["country"])
    order = (Building.name, Building.id)
    return paginate(query, order, cursor=asked["cursor"], limit=asked["limit"])


def mine(user_id: UUID, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of the buildings somebody belongs to: two statements."""
    query = (
        Member.select(Member, Building)
        .join(Building)
        .where(Member.user_id == user_id, Member.status == "ACTIVE", Building.deleted_at.is_null())
    )
    page = paginate(query, (Member.id,), cursor=cursor, limit=limit)
    units = _numbers(row.unit_id for row in page.items)
    return Page([row.building.__data__ | {"mine": _mine(row, units)} for row in page.items], page.next)


def one(building: Building, viewer: Principal) -> dict[str, Any]:
    """Return a building for who may see it, with their own part in it: two statements."""
    own = Member.get_or_none(
        Member.building == building.id, Member.user_id == viewer.id, Member.status == "ACTIVE"
    )
    units = _numbers([own.unit_id]) if own is not None else {}
    return {**building.__data__, "mine": _mine(own, units) if own is not None else None}


def _mine(row: Member, units: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "unit": units.get(row.unit_id) if row.unit_id else None,
        "unit_id": row.unit_id,
        "admin": row.admin,
        "verified": row.verified_at is not None,
        "joined_at": row.joined_at,
    }


def _numbers(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    return {row.id: row.number for row in Unit.select(Unit.id, Unit.number).where(Unit.id.in_(wanted))}


def units(building_id: UUID, asked: Mapping[str, Any]) -> Page[Unit]:
    """Return a page of a building's units, by number as text: one statement."""
    query = Unit.select().where(Unit.building == building_id)
    if "q" in asked:
        query = query.where(fn.strpos(fn.lower(Unit.number), asked["q"].lower()) > 0)
    return paginate(query, (Unit.number, Unit.id), cursor=asked["cursor"], limit=asked["limit"])


def unit(building_id: UUID, unit_id: UUID) -> Unit:
    """Return a unit of a building; raise NotFound."""
    row: Unit | None = Unit.get_or_none(Unit.id == unit_id, Unit.building == building_id)
    if row is None:
        raise NotFound
    return row


def members(building_id: UUID, viewer: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of who belongs to a building: three statements.

    Units, standing and people who are gone are shown to who runs it.
    """
    runs = viewer.can(MANAGE, scope_of(building_id))
    status = asked["status"] if runs else "ACTIVE"
    query = Member.select().where(Member.building == building_id, Member.status == status)
    for name in ("kind", "admin"):
        if name in asked:
            query = query.where(getattr(Member, name) == asked[name])
    if runs and "unit_id" in asked:
        query = query.where(Member.unit == asked["unit_id"])
    page = paginate(query, (Member.id,), cursor=asked["cursor"], limit=asked["limit"])
    return Page(_people(page.items, viewer, runs=runs), page.next)


def member(building_id: UUID, user_id: UUID, viewer: Principal) -> dict[str, Any]:
    """Return somebody who belongs to a building; who is gone only to who runs it. Raises NotFound."""
    runs = viewer.can(MANAGE, scope_of(building_id))
    row = Member.get_or_none(Member.building == building_id, Member.user_id == user_id)
    if row is None or not (runs or row.status == "ACTIVE"):
        raise NotFound
    return _people([row], viewer, runs=runs)[0]


def _people(rows: Sequence[Member], viewer: Principal, *, runs: bool) -> list[dict[str, Any]]:
    cards = accounts.user_cards([row.user_id for row in rows], viewer.id)
    numbers = _numbers(row.unit_id for row in rows if runs or row.user_id == viewer.id)
    return [
        _person(row, cards.get(row.user_id), numbers, whole=runs or row.user_id == viewer.id) for row in rows
    ]


def _person(row: Member, card: Any, numbers: Mapping[UUID, str], *, whole: bool) -> dict[str, Any]:
    return {
        "user": card,
        "user_id": row.user_id,
        "kind": row.kind,
        "admin": row.admin,
        "status": row.status,
        "joined_at": row.joined_at,
        "unit_id": row.unit_id if whole else None,
        "unit": numbers.get(row.unit_id) if whole and row.unit_id else None,
        "verified": (row.verified_at is not None) if whole else None,
        "version": row.version,
    }


def join_requests(building_id: UUID, viewer: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of a building's requests, the earliest first: two statements."""
    its = (JoinRequest.building == building_id, JoinRequest.status == asked["status"])
    query = JoinRequest.select().where(*its)
    page = paginate(query, (JoinRequest.id,), cursor=asked["cursor"], limit=asked["limit"])
    return Page(_requests(page.items, viewer), page.next)


def own_requests(viewer: Principal, user_id: UUID, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of one's own requests, the latest first: two statements."""
    query = JoinRequest.select().where(JoinRequest.user_id == user_id)
    page = paginate(query, (JoinRequest.id.desc(),), cursor=cursor, limit=limit)
    return Page(_requests(page.items, viewer), page.next)


def join_request(building_id: UUID, request_id: UUID, viewer: Principal) -> dict[str, Any]:
    """Return a request for who asked and who runs the building; raise NotFound for others."""
    row = JoinRequest.get_or_none(JoinRequest.id == request_id, JoinRequest.building == building_id)
    if row is None or not (row.user_id == viewer.id or viewer.can(MANAGE, scope_of(building_id))):
        raise NotFound
    return _requests([row], viewer)[0]


def _requests(rows: Sequence[JoinRequest], viewer: Principal) -> list[dict[str, Any]]:
    cards = accounts.user_cards([row.user_id for row in rows], viewer.id)
    return [row.__data__ | {"building_id": row.building_id, "user": cards.get(row.user_id)} for row in rows]


def invitations(building_id: UUID, cursor: str | None, limit: int) -> Page[Invitation]:
    """Return a page of the codes that may still be used, the latest first: one statement."""
    query = Invitation.select().where(
        Invitation.building == building_id,
        Invitation.revoked_at.is_null(),
        Invitation.uses_left > 0,
        Invitation.expires_at > app.clock.now(),
    )
    return paginate(query, (Invitation.id.desc(),), cursor=cursor, limit=limit)


# -- for other plugins -------------------------------------------------------


def settings(building_id: UUID) -> BuildingSettings:
    """Return what is allowed in a building; raise NotFound."""
    if app.db.in_transaction():
        found = _settings(building_id)
    else:
        ttl = app.settings.of(BuildingsSettings).cache_ttl
        key, tags = f"buildings:settings:{building_id}", [_tag(building_id)]
        found = app.cache.get_or_set(key, lambda: _settings(building_id), ttl, tags)
    return BuildingSettings(
        **{name: found[name] for name in FLAGS},
        default_categories=tuple(UUID(each) for each in found["category_ids"]),
    )


def _settings(building_id: UUID) -> dict[str, Any]:
    row = alive(building_id)
    flags = {name: getattr(row, name) for name in FLAGS}
    return {**flags, "category_ids": [str(each) for each in row.category_ids]}


def drop_settings(building_id: UUID) -> None:
    """Forget a building's kept settings when the transaction commits."""
    app.db.on_commit(lambda: app.cache.invalidate_tag(_tag(building_id)))


def _tag(building_id: UUID) -> str:
    return f"buildings:{building_id}"


def shown_categories(scope: str) -> tuple[UUID, ...] | None:
    """Return everybody's categories that a building shows; None for all, and for scopes of no building."""
    building_id = building_of(scope)
    if building_id is None:
        return None
    try:
        return settings(building_id).default_categories or None
    except NotFound:
        return None


def is_member(user_id: UUID, building_id: UUID) -> bool:
    """Say whether somebody belongs to a building now."""
    return bool(_active().where(Member.building == building_id, Member.user_id == user_id).exists())


def _active(*columns: Any) -> Any:
    return (
        Member.select(*(columns or (SQL("1"),)))
        .join(Building)
        .where(Member.status == "ACTIVE", Building.deleted_at.is_null())
    )


def buildings_of(user_id: UUID) -> list[UUID]:
    """Return where somebody belongs."""
    rows = _active(Member.building).where(Member.user_id == user_id).order_by(Member.id)
    return [building_id for (building_id,) in rows.tuples()]


def admins(building_id: UUID) -> list[UUID]:
    """Return who runs a building."""
    rows = _active(Member.user_id).where(Member.building == building_id, Member.admin).order_by(Member.id)
    return [user_id for (user_id,) in rows.tuples()]


def member_ids(building_id: UUID) -> list[UUID]:
    """Return who belongs to a building."""
    rows = _active(Member.user_id).where(Member.building == building_id).order_by(Member.id)
    return [user_id for (user_id,) in rows.tuples()]


def cards(ids: Iterable[UUID]) -> dict[UUID, BuildingCard]:
    """Return cards by id."""
    rows = Building.alive().where(Building.id.in_(set(ids)))
    return {
        row.id: BuildingCard(row.id, row.name, row.city, row.country, row.verified_at is not None)
        for row in rows
    }


def all_ids() -> list[UUID]:
    """Return every building there is."""
    return [row.id for row in Building.alive(Building.id).order_by(Building.id)]
