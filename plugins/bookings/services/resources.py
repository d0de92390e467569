"""What can be booked: set up by the provider of the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from peewee import IntegrityError

from kernel import NotFound, Principal, app, invalid, violated_constraint
from plugins.bookings.models import Change, Hours, Resource
from plugins.bookings.offers import person, service_of
from plugins.bookings.problems import ResourceExists

MAX_CHANGES: Final = 1000


def create(caller: Principal, given: Mapping[str, Any]) -> Resource:
    """Make one's service bookable; raise Invalid at `/ref` for what is not the caller's, ResourceExists."""
    provider_id, values = person(caller), dict(given)
    service = service_of(values["ref"], caller)
    if service is None or service["provider_id"] != provider_id:
        raise invalid("/ref", "This is no service of yours.")
    hours = values.pop("hours")
    _check_hours(hours)
    try:
        with app.db.atomic():
            made = Resource.create(provider_id=provider_id, open=True, **values)
            _write_hours(made.id, hours)
    except IntegrityError as ex:
        if violated_constraint(ex) == "bookings_resource_ref":
            raise ResourceExists from ex
        raise
    return own(caller, made.id)


def own(caller: Principal, resource_id: UUID) -> Resource:
    """Return a resource of the caller's; raise NotFound."""
    row: Resource | None = (
        Resource.select().where(Resource.id == resource_id, Resource.provider_id == person(caller)).first()
    )
    if row is None:
        raise NotFound
    return row


def change(caller: Principal, resource_id: UUID, version: int | None, changes: Mapping[str, Any]) -> Resource:
    """Change how one's service is booked; bookings made keep what held for them."""
    values = dict(changes)
    hours = values.pop("hours", None)
    if hours is not None:
        _check_hours(hours)
    with app.db.atomic():
        mine = Resource.provider_id == person(caller)
        Resource.compare_and_set(resource_id, version, mine, **values)
        if hours is not None:
            Hours.delete().where(Hours.resource == resource_id).execute()
            _write_hours(resource_id, hours)
    return own(caller, resource_id)


def _check_hours(hours: Sequence[Mapping[str, Any]]) -> None:
    for index, one in enumerate(hours):
        if one["start"] >= one["end"]:
            raise invalid(f"/hours/{index}/end", "It must be after the start.")
        if one["weeks"] > 1 and one["valid_from"] is None:
            raise invalid(f"/hours/{index}/valid_from", "Name the first week when not every week counts.")


def _write_hours(resource_id: UUID, hours: Sequence[Mapping[str, Any]]) -> None:
    if hours:
        Hours.insert_many([{"resource": resource_id, **one} for one in hours]).execute()


def add_change(caller: Principal, resource_id: UUID, given: Mapping[str, Any]) -> Change:
    """Open or close a resource on some days; bookings made before stay. Raises NotFound, Invalid."""
    if given["last_day"] < given["first_day"]:
        raise invalid("/last_day", "It must not be before the first.")
    if given["start"] >= given["end"]:
        raise invalid("/end", "It must be after the start.")
    with app.db.atomic():
        row = own(caller, resource_id)
        Resource.select(Resource.id).where(Resource.id == row.id).for_update().execute()
        if Change.select().where(Change.resource == row.id).count() >= MAX_CHANGES:
            raise invalid("", f"At most {MAX_CHANGES} exceptions: delete old ones first.")
        made: Change = Change.create(resource=row.id, **given)
    return made


def delete_change(caller: Principal, resource_id: UUID, change_id: UUID) -> None:
    """Take an exception back; raise NotFound."""
    row = own(caller, resource_id)
    if not Change.delete().where(Change.id == change_id, Change.resource == row.id).execute():
        raise NotFound
