"""Fields that several requests share, and the rules of their texts."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import available_timezones

from marshmallow import ValidationError
from marshmallow.validate import Length, OneOf, Regexp

from kernel import Schema, fields
from plugins.accounts.addresses import MAX_EMAIL
from plugins.accounts.password_rules import MAX_LENGTH, MIN_LENGTH

LEVELS: Final = ("everyone", "contacts", "nobody")
LONGEST_SECRET: Final = 1024
ONE_LINE = Regexp(r"^[^\x00-\x1f\x7f]*$", error="Write it in one line, without control characters.")
LANGUAGE = Regexp(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$", error="Not a language tag such as en or pt-BR.")


def ends_here(text: str) -> None:
    """Refuse a line break at the very end, which Python's `$` lets pass and JSON Schema's does not."""
    if text.endswith("\n"):
        raise ValidationError("Write it in one line.")


def visible(text: str) -> None:
    """Refuse a text of spaces only."""
    if not text.strip():
        raise ValidationError("Not empty.")


def email(**kwargs: Any) -> fields.String:
    """Return a field for an e-mail address; `normal_email` is its real check."""
    kwargs.setdefault("metadata", {"format": "email", "example": "ada@example.com"})
    return fields.String(validate=Length(min=3, max=MAX_EMAIL), **kwargs)


def phone(**kwargs: Any) -> fields.String:
    """Return a field for a phone number; `normal_phone` is its real check."""
    kwargs.setdefault(
        "metadata",
        {"description": "E.164, or as dialled in the profile's region.", "example": "+14155552671"},
    )
    return fields.String(validate=Length(min=3, max=40), **kwargs)


def new_password(**kwargs: Any) -> fields.String:
    """Return a field for a password to be set; `password_rules` is its real check."""
    kwargs.setdefault("metadata", {"format": "password", "example": "violet-harbour-71"})
    return fields.String(required=True, validate=Length(min=MIN_LENGTH, max=MAX_LENGTH), **kwargs)


def secret(**kwargs: Any) -> fields.String:
    """Return a field for a password, code or token to be checked."""
    kwargs.setdefault("metadata", {"format": "password"})
    return fields.String(validate=Length(min=1, max=LONGEST_SECRET), **kwargs)


def name(**kwargs: Any) -> fields.String:
    """Return a field for a name people see."""
    return fields.String(validate=[Length(min=1, max=100), ONE_LINE, ends_here, visible], **kwargs)


def line(longest: int, **kwargs: Any) -> fields.String:
    """Return a field for a short text, possibly empty."""
    return fields.String(validate=[Length(max=longest), ONE_LINE, ends_here], **kwargs)


def timezone(**kwargs: Any) -> fields.String:
    """Return a field for a time zone of the IANA database."""
    return fields.String(
        validate=OneOf(sorted(available_timezones()), error="Not a time zone such as Europe/Paris (IANA)."),
        metadata={"description": "IANA name.", "example": "Europe/Paris"}, **kwargs,
    )  # fmt: skip


class DeviceFields(Schema):
    """What a client may say of its device when it signs in."""

    device_name = line(100, load_default="", metadata={"description": "What the list of sessions shows."})
    device_id = line(
        200,
        load_default="",
        metadata={"description": "Your own stable id of the device: new ones are announced."},
    )


class MfaFields(Schema):
    """A second factor sent along with the first."""

    mfa_code = secret(
        load_default="", metadata={"description": "TOTP or recovery code, if the account needs one."}
    )


class PreferencesFields(Schema):
    """How a person wants the product to look."""

    theme = fields.String(validate=OneOf(("system", "light", "dark")))
    language = fields.String(
        validate=[Length(max=35), LANGUAGE, ends_here], metadata={"description": "BCP 47.", "example": "en"}
    )
    timezone = timezone()


class PrivacyFields(Schema):
    """Who sees what of a person."""

    last_seen = fields.String(validate=OneOf(LEVELS))
    photo = fields.String(validate=OneOf(LEVELS))
    bio = fields.String(validate=OneOf(LEVELS), metadata={"description": "The bio and the status message."})
    read_receipts = fields.String(validate=OneOf(LEVELS))
