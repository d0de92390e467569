"""Clerk's user object, as our accounts know people.

Shape: https://clerk.com/docs/reference/backend/types/backend-user (JSON names).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugins.accounts.api import ExternalIdentity


def identity_of(user: Mapping[str, Any], issuer: str) -> ExternalIdentity:
    """Return the identity in a user object; what is missing or of another type is empty."""
    given, family = _text(user, "first_name"), _text(user, "last_name")
    email, email_verified = _primary(user, "email_address", "email_addresses")
    phone, phone_verified = _primary(user, "phone_number", "phone_numbers")
    return ExternalIdentity(
        issuer=issuer,
        subject=_text(user, "id"),
        email=email,
        email_verified=email_verified,
        name=f"{given} {family}".strip() or _text(user, "username"),
        given_name=given,
        family_name=family,
        picture=_text(user, "image_url") if user.get("has_image") is True else "",
        phone=phone if phone_verified else "",
    )


def _primary(user: Mapping[str, Any], kind: str, many: str) -> tuple[str, bool]:
    """Return the primary address or number, and whether Clerk verified it."""
    chosen, offered = user.get(f"primary_{kind}_id"), user.get(many)
    for one in offered if isinstance(offered, list) else ():
        if isinstance(one, Mapping) and chosen is not None and one.get("id") == chosen:
            verification = one.get("verification")
            verified = isinstance(verification, Mapping) and verification.get("status") == "verified"
            return _text(one, kind), verified
    return "", False


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""
