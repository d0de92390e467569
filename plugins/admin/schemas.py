"""What requests of the console take and responses show."""

from __future__ import annotations

from typing import Final

from marshmallow.validate import Length, Range, Regexp

from kernel import Schema, fields

MAX_PEOPLE: Final = 100
MAX_IDS: Final = 37 * MAX_PEOPLE
MAX_SCOPES: Final = 121 * MAX_PEOPLE
KEY: Final = Length(max=300)
TEXT: Final = Length(max=100)


class ScopeOut(Schema):
    """A scope, and what it is called."""

    scope = fields.String(required=True)
    name = fields.String(required=True)


class ScopesQuery(Schema):
    """What to find."""

    q = fields.String(load_default="", validate=TEXT, metadata={"description": "A part of the name."})
    of = fields.String(
        load_default="",
        validate=Length(max=MAX_SCOPES),
        metadata={"description": "These scopes alone, with commas between."},
    )
    limit = fields.Integer(load_default=20, validate=Range(1, 100))


class ScopesOut(Schema):
    """The scopes found."""

    items = fields.List(fields.Nested(ScopeOut), required=True)


class PagesOut(Schema):
    """What the caller may use of the console."""

    title = fields.String(required=True, metadata={"description": "What the service is called."})
    pages = fields.List(
        fields.Dict(keys=fields.String()),
        required=True,
        metadata={
            "description": "The pages, in the order of the menu; `scopes` is null where everything is open."
        },
    )
    scopes = fields.List(fields.Nested(ScopeOut), required=True)
    every_scope = fields.Boolean(
        required=True, metadata={"description": "Some page is open everywhere: ask for scopes by name."}
    )


class PeopleQuery(Schema):
    """Whom to name."""

    ids = fields.String(
        required=True,
        validate=Length(1, MAX_IDS),
        metadata={"description": f"Ids of at most {MAX_PEOPLE} accounts, with commas between."},
    )


class PersonOut(Schema):
    """What an account is called."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class PeopleOut(Schema):
    """Those that are known."""

    items = fields.List(fields.Nested(PersonOut), required=True)


class EventsQuery(Schema):
    """Which events."""

    actor = fields.UUID(metadata={"description": "The account that acted, itself or by an API key."})
    type = fields.String(
        validate=[TEXT, Regexp(r"[a-z0-9_]+(\.[a-z0-9_]+)*\Z", error="Name a type, or how it begins.")],
        metadata={"description": "A type, or its beginning: `payments`, `payments.payment`."},
    )
    key = fields.String(validate=KEY, metadata={"description": "What it was about: the id of the thing."})
    since = fields.DateTime()
    until = fields.DateTime(metadata={"description": "Not included."})


class EventOut(Schema):
    """Something that happened, as it stands in the event store."""

    id = fields.UUID(required=True)
    position = fields.Integer(required=True)
    occurred_at = fields.DateTime(required=True)
    type = fields.String(required=True)
    actor = fields.String(
        required=True,
        metadata={"description": "`user`, `api_key`, `system`; empty where nobody in particular acted."},
    )
    actor_id = fields.String(required=True, allow_none=True)
    key = fields.String(required=True)
    scope = fields.String(required=True, allow_none=True)
    correlation_id = fields.String(required=True, metadata={"description": "The request, as in the logs."})
    data = fields.Dict(keys=fields.String(), required=True)


class SettingsQuery(Schema):
    """Which settings."""

    q = fields.String(load_default="", validate=TEXT, metadata={"description": "A part of name or meaning."})
    section = fields.String(load_default="", validate=TEXT)
    changed = fields.Boolean(load_default=False, metadata={"description": "Only what is not the default."})


class SettingOut(Schema):
    """A setting as it is in force. A secret is never shown."""

    id = fields.String(required=True)
    type = fields.String(required=True)
    value = fields.String(required=True)
    default = fields.String(required=True)
    source = fields.String(required=True)
    variable = fields.String(required=True, metadata={"description": "What sets it in the environment."})
    help = fields.String(required=True)
    secret = fields.Boolean(required=True)


class RoleOut(Schema):
    """A role of this profile."""

    id = fields.String(required=True)
    summary = fields.String(required=True)
    granted = fields.String(required=True)
    permissions = fields.List(fields.String(), required=True)


class PluginOut(Schema):
    """A plugin of this profile."""

    id = fields.String(required=True)
    version = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["enabled", "left out"]})
    summary = fields.String(required=True)
    requires = fields.List(fields.String(), required=True)
    wanted_by = fields.List(
        fields.String(), required=True, metadata={"description": "Which plugins pulled it in."}
    )
    problem = fields.String(required=True)


class CheckOut(Schema):
    """A check of the service's health."""

    id = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["ok", "failing"]})
    detail = fields.String(required=True)
    data = fields.Dict(keys=fields.String(), required=True)
