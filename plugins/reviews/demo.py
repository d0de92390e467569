"""What people of the demo say of each other, with the reputations that follow.

Transactions are those other plugins have in their own demo data (`reviews_demo`).
Written past the services: nobody gets a letter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final
from uuid import UUID

from kernel import DemoNotes
from plugins.reviews.models import Review
from plugins.reviews.services import reputation
from plugins.reviews.transactions import Transaction, transaction

if TYPE_CHECKING:
    from kernel import Application

TEXTS: Final = {
    5: ("Exactly as described, and a friendly handover.", "Quick, kind, and well packed. Gladly again!"),
    4: ("All as agreed; the handover took a second try.", "Good value. A scratch more than in the pictures."),
    3: ("It works, but it came late.", "Not as clean as I had hoped."),
    2: ("A part was missing and turned up only when I asked.",),
}
RATINGS: Final = (5, 5, 5, 5, 4, 4, 4, 3, 2)
POOR: Final = 3
RESPONSE: Final = "Sorry about that, and thank you for telling me."


def load(app: Application, progress: Callable[[int, int], None]) -> DemoNotes:
    """Let buyers review most of what they bought, and some sellers their buyers."""
    refs = [ref for found in app.hooks.call("reviews_demo") for ref in found]
    with app.db.atomic():
        for number, ref in enumerate(refs):
            found = transaction(ref)
            if found is not None and found.completed_at is not None:
                _write(app, number, found, found.completed_at)
    progress(len(refs), len(refs))
    return DemoNotes(tries=("curl '{url}/v1/reputation?limit=3'",) if refs else ())


def _write(app: Application, number: int, found: Transaction, completed_at: datetime) -> None:
    chance = Random(number)  # noqa: S311 - the same every time is the point
    at = min(completed_at + timedelta(hours=1), app.clock.now())
    roles = [role for role, share in (("seller", 0.85), ("buyer", 0.4)) if chance.random() < share]
    for role in roles:
        _say(found, role, at, chance)


def _say(found: Transaction, role: str, at: datetime, chance: Random) -> None:
    """Write what one party says of the other, who has this role, and count it; once."""
    made = _review(found, role, at, chance)
    there = (Review.ref == made.ref) & (Review.reviewer_id == made.reviewer_id)
    if not Review.select().where(there).exists():
        made.save(force_insert=True)
        reputation.count(made, None, made.rating)


def _review(found: Transaction, role: str, at: datetime, chance: Random) -> Review:
    rating = chance.choice(RATINGS)
    answered = rating <= POOR and role == "seller"
    return Review(
        id=_id(f"{found.ref} {role}", at),
        created_at=at,
        updated_at=at,
        version=1,
        ref=found.ref,
        title=found.title,
        scope=found.scope or "",
        about=list(found.about),
        reviewer_id=found.parties["buyer" if role == "seller" else "seller"],
        subject_id=found.parties[role],
        role=role,
        rating=rating,
        text=chance.choice(TEXTS[rating]),
        gallery=[],
        response=RESPONSE if answered else "",
        responded_at=at if answered else None,
        withheld=[],
    )


def _id(name: str, at: datetime) -> UUID:
    """Return the id of a demo row: a UUIDv7 of when it was written, for lists go by it."""
    chance = int.from_bytes(hashlib.sha256(f"stoa demo review {name}".encode()).digest()[:9], "big")
    return UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | chance >> 10)
