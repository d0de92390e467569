"""What `/v1/auth` and `/v1/users` answer."""

from __future__ import annotations

from marshmallow.validate import OneOf

from kernel import Schema, fields
from plugins.accounts.schemas.parts import LEVELS
from plugins.accounts.schemas.requests import STATUSES


class RoleOut(Schema):
    """A role somebody holds; `scope` null means everywhere."""

    role = fields.String(required=True)
    scope = fields.String(required=True, allow_none=True)


class PreferencesOut(Schema):
    """How a person wants the product to look."""

    theme = fields.String(required=True)
    language = fields.String(required=True)
    timezone = fields.String(required=True)


class PrivacyOut(Schema):
    """Who sees what: everyone, contacts or nobody."""

    last_seen = fields.String(required=True, validate=OneOf(LEVELS))
    photo = fields.String(required=True, validate=OneOf(LEVELS))
    bio = fields.String(required=True, validate=OneOf(LEVELS))
    read_receipts = fields.String(required=True, validate=OneOf(LEVELS))


class ProfileOut(Schema):
    """One's own account."""

    id = fields.UUID(required=True)
    email = fields.String(required=True, allow_none=True)
    email_verified = fields.Boolean(required=True)
    pending_email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    phone_verified = fields.Boolean(required=True)
    has_password = fields.Boolean(required=True)
    name = fields.String(required=True)
    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    avatar_url = fields.String(required=True)
    bio = fields.String(required=True)
    status_message = fields.String(required=True)
    preferences = fields.Nested(PreferencesOut, required=True)
    privacy = fields.Nested(PrivacyOut, required=True)
    roles = fields.List(fields.Nested(RoleOut), required=True)
    created_at = fields.DateTime(required=True)


class TokensOut(Schema):
    """Tokens of a session; `expires_in` is the seconds the access token lives."""

    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    session_id = fields.UUID(required=True)


class SignedInOut(TokensOut):
    """Who signed in, and the tokens."""

    user = fields.Nested(ProfileOut, required=True)


class AcceptedOut(Schema):
    """The same for everybody, whether or not anything is sent."""

    detail = fields.String(required=True)


class SessionOut(Schema):
    """A device signed in."""

    id = fields.UUID(required=True)
    device = fields.String(required=True)
    ip = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    last_used_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    current = fields.Boolean(required=True)


class MfaOut(Schema):
    """The state of the second factor."""

    enabled = fields.Boolean(required=True)
    recovery_codes_left = fields.Integer(required=True)


class EnrolmentOut(Schema):
    """For an authenticator app: type the secret, or show the URI as a QR code."""

    secret = fields.String(required=True)
    otpauth_uri = fields.String(required=True)


class RecoveryCodesOut(Schema):
    """Recovery codes, shown this once; each works once."""

    recovery_codes = fields.List(fields.String(), required=True)


class ProviderOut(Schema):
    """An identity provider people may sign in with."""

    name = fields.String(required=True)
    title = fields.String(required=True)


class ProvidersOut(Schema):
    """The identity providers, in the order of the profile."""

    items = fields.List(fields.Nested(ProviderOut), required=True)
    next = fields.String(
        required=True, allow_none=True, metadata={"description": "Always null: all are here."}
    )


class AuthorizationOut(Schema):
    """Send the browser to the URL; keep the flow token until it is back, out of any URL."""

    authorization_url = fields.String(required=True)
    state = fields.String(required=True)
    flow_token = fields.String(required=True)


class IdentityOut(Schema):
    """An external identity that may sign in to the account."""

    id = fields.UUID(required=True)
    provider = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class ApiKeyOut(Schema):
    """A key as its owner sees it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    prefix = fields.String(required=True)
    permissions = fields.List(fields.String(), required=True, allow_none=True)
    scopes = fields.List(fields.String(), required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    last_used_at = fields.DateTime(required=True, allow_none=True)


class NewApiKeyOut(ApiKeyOut):
    """A new key and its text, shown this once."""

    key = fields.String(required=True)


class UserCardOut(Schema):
    """What others see of a person, by that person's privacy settings."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    avatar_url = fields.String(required=True)
    bio = fields.String(required=True)
    status_message = fields.String(required=True)
    verified = fields.Boolean(required=True)
    member_since = fields.DateTime(required=True, allow_none=True)


class UserOut(UserCardOut):
    """A person in a list; what follows the card is null without `accounts:read`."""

    email = fields.String(dump_default=None, allow_none=True)
    phone = fields.String(dump_default=None, allow_none=True)
    status = fields.String(dump_default=None, allow_none=True, validate=OneOf([*STATUSES, None]))
    status_until = fields.DateTime(dump_default=None, allow_none=True)
    roles = fields.List(fields.Nested(RoleOut), dump_default=None, allow_none=True)


class RolesOut(Schema):
    """The roles granted to an account."""

    items = fields.List(fields.Nested(RoleOut), required=True)
    next = fields.String(
        required=True, allow_none=True, metadata={"description": "Always null: all are here."}
    )


class StandingChangeOut(Schema):
    """A change of an account's standing."""

    standing = fields.String(required=True)
    reason = fields.String(required=True)
    until = fields.DateTime(required=True, allow_none=True)
    changed_by = fields.UUID(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class StandingOut(Schema):
    """An account's standing now, and how it came to it: the newest hundred changes."""

    status = fields.String(required=True)
    until = fields.DateTime(required=True, allow_none=True)
    history = fields.List(fields.Nested(StandingChangeOut), required=True)


class ExportOut(Schema):
    """All that is stored about a person, by plugin."""

    user_id = fields.UUID(required=True)
    exported_at = fields.DateTime(required=True)
    plugins = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)
