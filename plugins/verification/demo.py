"""Requests to be verified: three wait, one is being looked at, others are decided.

Written past the services: nobody gets a letter, and nothing is made of an approval.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from plugins.accounts import api as accounts
from plugins.media import api as media
from plugins.verification.kinds import Kind, Kinds, Step
from plugins.verification.models import Change, Request
from plugins.verification.services.rows import OWNER_TYPE

if TYPE_CHECKING:
    from kernel import Application

REVIEWER: Final = 0
FIRST: Final = 14
REASON: Final = "The document cannot be read: photograph it in daylight, please."
CASES: Final = (
    ("PENDING", False),
    ("PENDING", False),
    ("PENDING", False),
    ("PENDING", True),
    ("APPROVED", False),
    ("REJECTED", False),
    ("DRAFT", False),
)
"""Their status, and whether a reviewer has taken them."""
WORDS: Final = {"date_of_birth": "1988-04-12", "account_number": "PT50 0000 0000 0000 0000 0000 0"}


def load(app: Application, progress: Callable[[int, int], None]) -> None:
    """Write the requests with their documents and histories."""
    kinds = [kind for kind in app.service(Kinds) if kind.name.startswith("verification.")]
    with app.db.atomic():
        for number, (status, taken) in enumerate(CASES if kinds else ()):
            kind = kinds[number % len(kinds)]
            _ask(kind, number, status, taken=taken, now=app.clock.now())
    progress(len(CASES), len(CASES))


def _ask(kind: Kind, number: int, status: str, *, taken: bool, now: datetime) -> None:
    at, person = now - timedelta(hours=5 * (len(CASES) - number)), accounts.demo_user(FIRST + number)
    same = (Request.kind == kind.name) & (Request.requester_id == person)
    if Request.select().where(same).exists():
        return
    decided, reviewer = status in {"APPROVED", "REJECTED"}, accounts.demo_user(REVIEWER)
    request = Request.create(
        id=_id(f"request {number}", at), created_at=at, updated_at=at, kind=kind.name,
        subject=f"user:{person}", requester_id=person, scope="", status=status,
        steps=_steps(kind, person, number, at),
        submissions=int(status != "DRAFT"), queued_at=at, reminded=False,
        claimed_by=reviewer if taken else None, claimed_at=now if taken else None,
        decided_by=reviewer if decided else None, decided_at=now if decided else None,
        reason=REASON if status == "REJECTED" else "",
    )  # fmt: skip
    papers = [UUID(one["media_id"]) for step in request.steps.values() for one in step["documents"]]
    media.demo_media([(paper, person, number) for paper in papers], private=True)
    media.attach(papers, OWNER_TYPE, request.id)
    if status != "DRAFT":
        _note(request, "DRAFT", "PENDING", person, at)
    if decided:
        _note(request, "PENDING", status, reviewer, now)


def _steps(kind: Kind, person: UUID, number: int, at: datetime) -> dict[str, Any]:
    name = accounts.user_card(person).name
    return {step.name: _content(step, name, f"document {number} {step.name}", at) for step in kind.steps}


def _content(step: Step, name: str, document: str, at: datetime) -> dict[str, Any]:
    values = {field: WORDS.get(field, name) for field in step.fields}
    papers = [
        {"type": kind, "media_id": str(_id(f"{document} {kind}", at)), "expires_on": None}
        for kind in step.documents
    ]
    return {
        "values": values | ({"accepted": step.accepts} if step.accepts else {}),
        "documents": papers,
    }


def _note(request: Request, source: str, target: str, actor: UUID, at: datetime) -> None:
    Change.create(
        id=_id(f"change {request.id} {target}", at), created_at=at, updated_at=at, request=request.id,
        source=source, target=target, actor_id=actor, reason=request.reason if target == "REJECTED" else "",
    )  # fmt: skip


def _id(name: str, at: datetime) -> UUID:
    """Return the id of a demo row: a UUIDv7 of when it was written, for lists go by it."""
    chance = int.from_bytes(hashlib.sha256(f"stoa demo verification {name}".encode()).digest()[:9], "big")
    return UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | chance >> 10)
