"""Bodies and queries of `/v1/auth` and `/v1/users`."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema
from marshmallow.validate import Length, OneOf, Range

from kernel import Schema, fields
from plugins.accounts.schemas.parts import (
    DeviceFields,
    MfaFields,
    PreferencesFields,
    PrivacyFields,
    email,
    line,
    name,
    new_password,
    phone,
    secret,
)

ROLE = Length(min=1, max=64)
SCOPE = Length(min=3, max=120)
STATUSES = ("active", "suspended", "banned", "deactivated")
YEAR = 366


def _either(data: dict[str, Any], *names: str) -> None:
    """Refuse a body that does not hold exactly one of some fields."""
    if sum(bool(data.get(each)) for each in names) != 1:
        raise ValidationError(f"Send one of {', '.join(names)}.", names[0])


class RegisterIn(DeviceFields):
    """A new account."""

    email = email(required=True)
    password = new_password()
    name = name(required=True)


class LoginIn(DeviceFields, MfaFields):
    """An address or a verified number, with the password."""

    email = email(load_default="")
    phone = phone(load_default="")
    password = secret(required=True)

    @validates_schema
    def _one_login(self, data: dict[str, Any], **_: Any) -> None:
        _either(data, "email", "phone")


class MfaLoginIn(DeviceFields):
    """The second half of a sign-in that was answered with `mfa-required`."""

    mfa_token = secret(required=True)
    code = secret(required=True, metadata={"description": "TOTP or recovery code."})


class RefreshIn(Schema):
    """A refresh token, spent by this."""

    refresh_token = secret(required=True)


class TokenIn(Schema):
    """The token of a link."""

    token = secret(required=True)


class EmailIn(Schema):
    """Somebody's address."""

    email = email(required=True)


class ResetPasswordIn(TokenIn):
    """The token of a reset link and the new password."""

    password = new_password()


class ChangePasswordIn(Schema):
    """The present password and the next."""

    current_password = secret(required=True)
    new_password = new_password()


class ChangeEmailIn(Schema):
    """The new address; the password proves who asks."""

    new_email = email(required=True)
    password = secret(required=True)


class PhoneIn(Schema):
    """A phone number."""

    phone = phone(required=True)


class PhoneCodeIn(PhoneIn):
    """A phone number and the code sent to it."""

    code = secret(required=True)


class PhoneLoginIn(PhoneCodeIn, DeviceFields, MfaFields):
    """A sign-in with a code sent by SMS."""

    name = line(
        100, load_default="", metadata={"description": "For an account that this opens, where that is on."}
    )


class EnrolIn(Schema):
    """The password, unless the account has none."""

    password = secret(load_default="")


class CodeIn(Schema):
    """A second factor."""

    code = secret(required=True, metadata={"description": "TOTP or recovery code."})


class StepUpIn(Schema):
    """One proof more: the second factor if it is on, else the password or a code sent by SMS."""

    code = secret(load_default="", metadata={"description": "TOTP or recovery code."})
    password = secret(load_default="")
    phone_code = secret(load_default="", metadata={"description": "From `POST /v1/auth/otp/request`."})

    @validates_schema
    def _one_proof(self, data: dict[str, Any], **_: Any) -> None:
        _either(data, "code", "password", "phone_code")


class AuthorizeIn(Schema):
    """Where the provider sends the browser back to."""

    redirect_uri = line(2000, required=True)
    link = fields.Boolean(
        load_default=False,
        metadata={"description": "Link the identity to the account signed in, instead of signing in."},
    )


class AnswerIn(Schema):
    """What the browser came back with, and the flow token kept meanwhile."""

    flow_token = secret(required=True)
    state = secret(required=True)
    code = fields.String(required=True, validate=Length(min=1, max=4096))
    iss = line(2000, load_default="", metadata={"description": "If the provider sent one (RFC 9207)."})


class CallbackIn(AnswerIn, DeviceFields, MfaFields):
    """The end of a sign-in with an external identity."""


class ProviderTokenIn(Schema):
    """A token an identity provider issued."""

    token = fields.String(required=True, validate=Length(min=1, max=8192))


class ExchangeIn(ProviderTokenIn, DeviceFields, MfaFields):
    """A provider's token, to be exchanged for a session."""


class ApiKeyIn(Schema):
    """A key for a machine, bound to less than its owner may do, if you like."""

    name = name(required=True)
    permissions = fields.List(
        fields.String(validate=Length(max=100)),
        load_default=None,
        allow_none=True,
        validate=Length(max=500),
        metadata={"description": "Null: all. `authenticated`: also what takes none, one's own things."},
    )
    scopes = fields.List(
        fields.String(validate=SCOPE),
        load_default=None,
        allow_none=True,
        validate=Length(max=100),
        metadata={
            "description": "Null: all; else one's own things only if `permissions` say `authenticated`."
        },
    )
    expires_in_days = fields.Integer(load_default=None, allow_none=True, validate=Range(min=1, max=10 * YEAR))


class ProfileIn(Schema):
    """What to change of one's profile; what is left out stays."""

    name = name()
    given_name = line(100)
    family_name = line(100)
    avatar_url = line(
        2000, metadata={"description": "https, or a path of this API such as `/v1/media/…`; empty: none."}
    )
    bio = fields.String(validate=Length(max=2000))
    status_message = line(140)
    preferences = fields.Nested(PreferencesFields)
    privacy = fields.Nested(PrivacyFields)


class UsersQuery(Schema):
    """Whom to list; all but `q` take `accounts:read`."""

    q = fields.String(
        validate=Length(min=1, max=100), metadata={"description": "Beginnings of words of the name."}
    )
    email = email(metadata={"description": "The exact address."})
    role = fields.String(validate=ROLE)
    scope = fields.String(validate=SCOPE, metadata={"description": "Where `role` is held; absent: anywhere."})
    status = fields.String(validate=OneOf(STATUSES))


class ReasonIn(Schema):
    """Why; the person reads it."""

    reason = fields.String(required=True, validate=Length(min=1, max=1000))


class SuspendIn(ReasonIn):
    """Why, and until when; without an end, until somebody lifts it."""

    until = fields.DateTime(load_default=None, allow_none=True)


class RoleIn(Schema):
    """A role, and where it is to hold."""

    role = fields.String(required=True, validate=ROLE)
    scope = fields.String(
        load_default=None, allow_none=True, validate=SCOPE, metadata={"example": "shop:0190f3c2"}
    )


class RoleQuery(Schema):
    """Where a role is held; absent: everywhere."""

    scope = fields.String(load_default=None, validate=SCOPE)


class PageQuery(Schema):
    """The token of a link."""

    token = secret(load_default="")
