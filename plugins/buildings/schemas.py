"""What comes in and goes out."""

from __future__ import annotations

from typing import Any, Final

from marshmallow.validate import Length, OneOf, Range, Regexp

from kernel import Schema, fields
from plugins.buildings.models import KINDS

LINE: Final = Regexp(r"[^\x00-\x1f\x7f]*\Z", error="Write it in one line, without control characters.")
VISIBLE: Final = Regexp(r".*\S", error="Not empty.")
TEXT: Final = Regexp(r"[^\x00-\x08\x0b-\x1f\x7f]*\Z", error="Write it without control characters.")
COUNTRY: Final = Regexp(r"[A-Z]{2}\Z", error="Two capital letters (ISO 3166-1), such as PT.")
PHONE: Final = Regexp(r"(\+[1-9][0-9]{6,14})?\Z", error="In international form, such as +351211234567.")
WEBSITE: Final = Regexp(r"(https://[^\s\x00-\x1f]+)?\Z", error="It begins with https://.")
MEMBER_STATUSES: Final = ("ACTIVE", "LEFT", "REMOVED", "BANNED")
REQUEST_STATUSES: Final = ("PENDING", "APPROVED", "REJECTED", "CANCELLED")


def _line(longest: int, **kwargs: Any) -> fields.String:
    return fields.String(validate=[Length(max=longest), LINE], **kwargs)


def _name(longest: int = 120, **kwargs: Any) -> fields.String:
    return fields.String(validate=[Length(min=1, max=longest), LINE, VISIBLE], **kwargs)


def _kind(**kwargs: Any) -> fields.String:
    return fields.String(validate=OneOf(KINDS), **kwargs)


class BuildingChange(Schema):
    """What of a building may change."""

    name = _name(metadata={"example": "Stoa of Attalos"})
    description = fields.String(validate=[Length(max=4000), TEXT])
    street = _line(200)
    postal_code = _line(20)
    city = _name()
    region = _line(120)
    country = fields.String(validate=COUNTRY, metadata={"example": "PT"})
    email = fields.String(
        validate=[Length(max=254), Regexp(r"([^@\s]+@[^@\s]+)?\Z", error="Not an address.")]
    )
    phone = fields.String(validate=PHONE)
    website = fields.String(validate=[Length(max=500), WEBSITE])
    listed = fields.Boolean(metadata={"description": "Whether it stands in the directory for everybody."})


class BuildingIn(BuildingChange):
    """A new building."""

    name = _name(required=True, metadata={"example": "Stoa of Attalos"})
    city = _name(required=True)
    country = fields.String(required=True, validate=COUNTRY, metadata={"example": "PT"})
    admin_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "Who runs it; without it, the caller."}
    )


class DirectoryQuery(Schema):
    """Which buildings."""

    q = fields.String(
        validate=[Length(min=1, max=100), LINE], metadata={"description": "Part of the name or city."}
    )
    city = _name()
    country = fields.String(validate=COUNTRY)


class DirectoryItemOut(Schema):
    """A building as strangers see it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    city = fields.String(required=True)
    region = fields.String(required=True)
    country = fields.String(required=True)
    verified = fields.Function(lambda row: row.verified_at is not None, required=True)


class MineOut(Schema):
    """One's own part in a building."""

    kind = fields.String(required=True)
    unit = fields.String(required=True, allow_none=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    admin = fields.Boolean(required=True)
    verified = fields.Boolean(required=True)
    joined_at = fields.DateTime(required=True)


class SettingsOut(Schema):
    """What is allowed in a building."""

    marketplace = fields.Boolean(required=True)
    chat = fields.Boolean(required=True)
    verification_required = fields.Boolean(required=True)
    auto_approve = fields.Boolean(required=True)
    category_ids = fields.List(
        fields.UUID(),
        required=True,
        metadata={"description": "Everybody's categories that are shown, with all below; empty: all."},
    )
    version = fields.Integer(required=True)


class SettingsChange(Schema):
    """What is left out stays."""

    marketplace = fields.Boolean()
    chat = fields.Boolean()
    verification_required = fields.Boolean()
    auto_approve = fields.Boolean()
    category_ids = fields.List(fields.UUID(), validate=Length(max=200))


class BuildingOut(SettingsOut):
    """A building as those see it who belong to it; `mine` null: one does not, and sees all buildings."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    street = fields.String(required=True)
    postal_code = fields.String(required=True)
    city = fields.String(required=True)
    region = fields.String(required=True)
    country = fields.String(required=True)
    email = fields.String(required=True)
    phone = fields.String(required=True)
    website = fields.String(required=True)
    listed = fields.Boolean(required=True)
    verified_at = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    mine = fields.Nested(MineOut, required=True, allow_none=True)


class UnitChange(Schema):
    """What of a unit may change."""

    number = _name(20, metadata={"example": "4B"})
    floor = _line(20)
    note = fields.String(validate=[Length(max=500), TEXT])


class UnitIn(UnitChange):
    """A new unit."""

    number = _name(20, required=True, metadata={"example": "4B"})
    floor = _line(20, load_default="")
    note = fields.String(load_default="", validate=[Length(max=500), TEXT])


class UnitsIn(Schema):
    """Units to be added; those whose number is there are left as they are."""

    units = fields.List(fields.Nested(UnitIn), required=True, validate=Length(min=1, max=10_000))


class UnitsAddedOut(Schema):
    """What an import did."""

    created = fields.Integer(required=True)
    skipped = fields.List(fields.String(), required=True)


class UnitsQuery(Schema):
    """Which units."""

    q = fields.String(validate=[Length(min=1, max=20), LINE], metadata={"description": "Part of the number."})


class UnitOut(Schema):
    """A unit."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    floor = fields.String(required=True)
    note = fields.String(required=True)
    version = fields.Integer(required=True)


class PersonOut(Schema):
    """A person, as their privacy settings show them."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    avatar_url = fields.String(required=True)


class UserIn(Schema):
    """Whom it is about."""

    user_id = fields.UUID(required=True)


class MembersQuery(Schema):
    """Which members; all but `kind` and `admin` is for who runs the building."""

    status = fields.String(load_default="ACTIVE", validate=OneOf(MEMBER_STATUSES))
    kind = _kind()
    admin = fields.Boolean()
    unit_id = fields.UUID()


class MemberChange(Schema):
    """What admins change of a member."""

    kind = _kind()
    unit_id = fields.UUID(allow_none=True)
    verified = fields.Boolean(metadata={"description": "Known to live there, on the admins' own word."})


class MemberOut(Schema):
    """Somebody who belongs to a building; unit and standing are their own and the admins' to see."""

    user_id = fields.UUID(required=True)
    user = fields.Nested(PersonOut, required=True, allow_none=True)
    kind = fields.String(required=True)
    admin = fields.Boolean(required=True)
    status = fields.String(required=True, validate=OneOf(MEMBER_STATUSES))
    joined_at = fields.DateTime(required=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)
    verified = fields.Boolean(required=True, allow_none=True)
    version = fields.Integer(required=True)


class JoinIn(Schema):
    """Who asks to belong."""

    kind = _kind(load_default="RESIDENT")
    unit = _line(20, load_default="", metadata={"description": "The number at the door.", "example": "4B"})
    message = fields.String(load_default="", validate=[Length(max=1000), TEXT])


class JoinQuery(Schema):
    """Which requests."""

    status = fields.String(load_default="PENDING", validate=OneOf(REQUEST_STATUSES))


class JoinApproval(Schema):
    """Where somebody lives."""

    unit_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "Without it, the unit whose number they gave."},
    )


class ReasonIn(Schema):
    """Why; who asked reads it."""

    reason = fields.String(load_default="", validate=[Length(max=1000), TEXT])


class JoinRequestOut(Schema):
    """A request to belong to a building."""

    id = fields.UUID(required=True)
    building_id = fields.UUID(required=True)
    user_id = fields.UUID(required=True)
    user = fields.Nested(PersonOut, required=True, allow_none=True)
    kind = fields.String(required=True)
    unit = fields.String(required=True, attribute="unit_number")
    message = fields.String(required=True)
    status = fields.String(required=True, validate=OneOf(REQUEST_STATUSES))
    reason = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    decided_at = fields.DateTime(required=True, allow_none=True)


class InvitationIn(Schema):
    """A code to hand out."""

    kind = _kind(load_default="RESIDENT")
    unit_id = fields.UUID(load_default=None, allow_none=True)
    uses = fields.Integer(bits=32, load_default=1, validate=Range(min=1, max=1000))
    days = fields.Integer(bits=32, load_default=None, allow_none=True, validate=Range(min=1, max=365))


class InvitationOut(Schema):
    """A code that may still be used; the code itself was shown once."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    uses_left = fields.Integer(required=True)
    expires_at = fields.DateTime(required=True)
    created_at = fields.DateTime(required=True)


class InvitationMadeOut(InvitationOut):
    """A new code."""

    code = fields.String(required=True)


class AcceptIn(Schema):
    """The code one was given."""

    code = fields.String(required=True, validate=[Length(min=1, max=100), LINE])
