"""One spelling for each e-mail address and phone number.

Addresses are compared by a key: NFKC, case-folded, the domain in its ASCII form
(IDNA 2008). Mail always goes to the address as it was stored, never to what a
request spells, so two spellings of one key can not divert a reset link. Phone
numbers are stored as E.164.
"""

from __future__ import annotations

import unicodedata

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from kernel import Invalid, app, invalid
from plugins.accounts.settings import AccountsSettings

MAX_EMAIL = 254  # RFC 5321 4.5.3.1.3


def normal_email(text: str, pointer: str = "/email") -> tuple[str, str]:
    """Return the address as to be stored and its comparison key.

    Raise Invalid at `pointer` when no mail could ever be delivered to it; the
    reserved `.test` domains are taken outside production.
    """
    testing = app.settings.kernel.environment != "production"
    compatible = unicodedata.normalize("NFKC", text.strip()[: MAX_EMAIL + 1])
    try:
        checked = validate_email(compatible, check_deliverability=False, test_environment=testing)
    except EmailNotValidError as ex:
        raise invalid(pointer, str(ex)) from ex
    local = unicodedata.normalize("NFKC", checked.local_part.casefold())
    return checked.normalized, f"{local}@{checked.ascii_domain.lower()}"


def email_key(text: str) -> str | None:
    """Return the comparison key of what somebody typed; None when it is no address."""
    try:
        return normal_email(text)[1]
    except Invalid:
        return None


def normal_phone(text: str, pointer: str = "/phone") -> str:
    """Return the number as E.164 (`+14155552671`); raise Invalid when it is none."""
    region = app.settings.of(AccountsSettings).default_region
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as ex:
        raise invalid(pointer, "This is not a phone number; write it like +14155552671.") from ex
    if not phonenumbers.is_possible_number(number):
        raise invalid(pointer, "This is not a possible phone number; write it like +14155552671.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def possible_phone(text: str) -> str:
    """Return the number as E.164; empty when it is none."""
    try:
        return normal_phone(text) if text else ""
    except Invalid:
        return ""


def folded(name: str) -> str:
    """Return the form of a name that searches compare: NFKC, case-folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
