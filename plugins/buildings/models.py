"""Tables of buildings."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import peewee

from kernel import ArrayField, Model, SoftDeleted, TimestampField, Versioned

KINDS: Final = ("RESIDENT", "OWNER", "TENANT", "STAFF")


class Building(Versioned, SoftDeleted):
    """A building. `listed` ones stand in the directory; `category_ids` empty means all of everybody's.

    Whoever changes who belongs to it locks its row first.
    """

    name = peewee.TextField()
    description = peewee.TextField()
    street = peewee.TextField()
    postal_code = peewee.TextField()
    city = peewee.TextField()
    region = peewee.TextField()
    country = peewee.FixedCharField(max_length=2)  # type: ignore[call-overload]  # the stubs lack it
    email = peewee.TextField()
    phone = peewee.TextField()
    website = peewee.TextField()
    listed = peewee.BooleanField()
    marketplace = peewee.BooleanField()
    chat = peewee.BooleanField()
    verification_required = peewee.BooleanField()
    auto_approve = peewee.BooleanField()
    category_ids = ArrayField(peewee.UUIDField, index=False)
    verified_at = TimestampField(null=True)

    class Meta:
        table_name = "buildings_building"


class Unit(Versioned):
    """A flat, a shop, a garage; `number` is what stands at its door, unique whatever its case."""

    building_id: UUID
    building = peewee.ForeignKeyField(Building, on_delete="CASCADE", index=False)
    number = peewee.TextField()
    floor = peewee.TextField()
    note = peewee.TextField()

    class Meta:
        table_name = "buildings_unit"


class Member(Versioned):
    """Somebody who belongs to a building, or did: `status` is ACTIVE, LEFT, REMOVED or BANNED."""

    building_id: UUID
    unit_id: UUID | None
    building = peewee.ForeignKeyField(Building, on_delete="CASCADE", index=False)
    user_id = peewee.UUIDField()
    kind = peewee.TextField()
    unit = peewee.ForeignKeyField(Unit, null=True, on_delete="SET NULL", index=False)
    status = peewee.TextField()
    admin = peewee.BooleanField()
    verified_at = TimestampField(null=True)
    joined_at = TimestampField()

    class Meta:
        table_name = "buildings_member"


class JoinRequest(Versioned):
    """Somebody asks to belong; `unit_number` is what they say, for admins to look at."""

    building_id: UUID
    building = peewee.ForeignKeyField(Building, on_delete="CASCADE", index=False)
    user_id = peewee.UUIDField()
    kind = peewee.TextField()
    unit_number = peewee.TextField()
    message = peewee.TextField()
    status = peewee.TextField()
    reason = peewee.TextField()
    decided_by = peewee.UUIDField(null=True)
    decided_at = TimestampField(null=True)

    class Meta:
        table_name = "buildings_join_request"


class Invitation(Model):
    """A code that lets people in; only its SHA-256 is kept."""

    building_id: UUID
    unit_id: UUID | None
    building = peewee.ForeignKeyField(Building, on_delete="CASCADE", index=False)
    digest = peewee.BlobField()
    kind = peewee.TextField()
    unit = peewee.ForeignKeyField(Unit, null=True, on_delete="SET NULL", index=False)
    uses_left = peewee.IntegerField()
    expires_at = TimestampField()
    created_by = peewee.UUIDField(null=True)
    revoked_at = TimestampField(null=True)

    class Meta:
        table_name = "buildings_invitation"
        constraints = (peewee.Check("uses_left >= 0", name="buildings_invitation_uses"),)


PENDING: Final = "(building_id, user_id) WHERE status = 'PENDING'"
INDEXES: Final = (
    (
        Building,
        "INDEX buildings_building_directory ON buildings_building (name, id) WHERE deleted_at IS NULL",
    ),
    (Unit, "UNIQUE INDEX buildings_unit_number ON buildings_unit (building_id, lower(number))"),
    (Unit, "INDEX buildings_unit_list ON buildings_unit (building_id, number, id)"),
    (Member, "UNIQUE INDEX buildings_member_person ON buildings_member (building_id, user_id)"),
    (Member, "INDEX buildings_member_list ON buildings_member (building_id, status, id)"),
    (Member, "INDEX buildings_member_user ON buildings_member (user_id, id)"),
    (Member, "INDEX buildings_member_unit ON buildings_member (unit_id)"),
    (
        JoinRequest,
        f"UNIQUE INDEX buildings_join_request_pending ON buildings_join_request {PENDING}",
    ),
    (JoinRequest, "INDEX buildings_join_request_list ON buildings_join_request (building_id, status, id)"),
    (JoinRequest, "INDEX buildings_join_request_user ON buildings_join_request (user_id, id)"),
    (Invitation, "UNIQUE INDEX buildings_invitation_digest ON buildings_invitation (digest)"),
    (Invitation, "INDEX buildings_invitation_list ON buildings_invitation (building_id, id)"),
    (Invitation, "INDEX buildings_invitation_unit ON buildings_invitation (unit_id)"),
)
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(f"CREATE {_definition}"))

MODELS: Final = (Building, Unit, Member, JoinRequest, Invitation)
