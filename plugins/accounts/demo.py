"""Forty people, the same on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from kernel import DemoNotes
from plugins.accounts.addresses import folded
from plugins.accounts.models import User

if TYPE_CHECKING:
    from kernel import Application

PASSWORD: Final = "stoa-demo-1"  # noqa: S105 - printed for everybody to use
ADMIN_EMAIL: Final = "admin@demo.stoa"
GIVEN: Final = (
    "Ada",
    "Ben",
    "Chloé",
    "Dmitri",
    "Esi",
    "Farid",
    "Grete",
    "Hiro",
    "Inés",
    "Jonas",
    "Kavya",
    "Liam",
    "Mei",
    "Nadia",
    "Oskar",
    "Priya",
    "Quentin",
    "Rosa",
    "Søren",
    "Tariq",
)
FAMILY: Final = ("Lindqvist", "Okafor")
BIOS: Final = (
    "Repairs bicycles at the weekend.",
    "Moving house; everything must go.",
    "Collects vinyl and sells duplicates.",
    "Teaches piano, beginners welcome.",
    "Bakes more bread than one family eats.",
)


def user_id(number: int) -> UUID:
    """Return the id of demo person `number` (0 is the administrator), the same everywhere."""
    digest = bytearray(hashlib.sha256(f"stoa demo user {number}".encode()).digest()[:16])
    digest[:6] = (1_735_689_600_000 + number).to_bytes(6)  # 2025-01-01: sorts before what is made later
    digest[6] = digest[6] & 0x0F | 0x70
    digest[8] = digest[8] & 0x3F | 0x80
    return UUID(bytes=bytes(digest))


def load(app: Application, progress: Callable[[int, int], None]) -> DemoNotes:
    """Insert the people; one password hash serves all, or it would take seconds."""
    rows = _people(app, app.auth.passwords.hash(PASSWORD))
    with app.db.atomic():
        User.insert_many(rows).on_conflict_ignore().execute()
        for done, row in enumerate(rows, start=1):
            app.auth.set_status(row["id"], "active")
            progress(done, len(rows))
        app.auth.grant(user_id(0), "admin")
    return DemoNotes(
        logins=(
            (ADMIN_EMAIL, PASSWORD, "platform administrator"),
            ("user1@demo.stoa", PASSWORD, "one of 39 people, user1 to user39"),
        )
    )


def _people(app: Application, hashed: str) -> list[dict[str, Any]]:
    now = app.clock.now()
    names = [("Demo", "Admin"), *((given, family) for family in FAMILY for given in GIVEN)][:40]
    common: dict[str, Any] = {"password_hash": hashed, "email_verified_at": now}
    common |= {"created_at": now, "updated_at": now}
    return [_person(number, *name, **common) for number, name in enumerate(names)]


def _person(number: int, given: str, family: str, **common: Any) -> dict[str, Any]:
    email = ADMIN_EMAIL if number == 0 else f"user{number}@demo.stoa"
    name = f"{given} {family}"
    return {
        "id": user_id(number),
        "email": email,
        "email_key": email,
        "name": name,
        "name_key": folded(name),
        "given_name": given,
        "family_name": family,
        "bio": BIOS[number % len(BIOS)],
        **common,
    }
