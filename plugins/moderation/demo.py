"""A queue to look at: reports of demo people, some decided, one appealed, one complained about.

Written in bulk and not through the services: nobody is suspended by a demo, or gets a letter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from plugins.accounts import api as accounts
from plugins.moderation.audience import reporter_key
from plugins.moderation.models import Appeal, Case, Complaint, Decision, Entry, Report

if TYPE_CHECKING:
    from kernel import Application

MODERATOR: Final = 0
FIRST_OWNER: Final = 20
CASES: Final = (
    ("PENDING", "spam", 1),
    ("PENDING", "fraud", 4),
    ("PENDING", "harassment", 2),
    ("REVIEWING", "inappropriate", 3),
    ("RESOLVED", "fraud", 2),
    ("DISMISSED", "other", 1),
)
"""Their status, why they were reported, and by how many people."""


def load(app: Application, progress: Callable[[int, int], None]) -> None:
    """Write the cases with their reports, a decision with an appeal, and a complaint."""
    now = app.clock.now()
    with app.db.atomic():
        for number, (status, reason, count) in enumerate(CASES):
            _open(number, status, reason, count, now - timedelta(hours=3 * (len(CASES) - number)))
            if status == "RESOLVED":
                _decide(number, now)
            if status == "DISMISSED":
                _complain(number, now)
    progress(len(CASES), len(CASES))


def _open(number: int, status: str, reason: str, count: int, at: datetime) -> None:
    moderator, owner = accounts.demo_user(MODERATOR), accounts.demo_user(FIRST_OWNER + number)
    over = status in {"RESOLVED", "DISMISSED"}
    taken = status == "REVIEWING"
    case = {
        **_row(f"case {number}", at), "version": 1, "kind": "user", "target_id": owner, "owner_id": owner,
        "scope": "", "status": status, "snapshot": {"title": "A profile", "text": "", "url": ""},
        "reports": count, "flags": 0, "reasons": [reason], "queued_at": at, "announced": True,
        "claimed_by": moderator if taken else None, "claimed_at": at if taken else None,
        "decided_by": moderator if over else None, "decided_at": at if over else None,
    }  # fmt: skip
    Case.insert(case).on_conflict_ignore().execute()
    for one in range(count):
        _report(number, one, reason, at)
    entry = {**_row(f"entry {number}", at), "case": case["id"], "what": "open", "actor_id": None, "note": ""}
    Entry.insert(entry).on_conflict_ignore().execute()


def _report(number: int, one: int, reason: str, at: datetime) -> None:
    reporter = accounts.demo_user(1 + one)
    said = {
        **_row(f"report {number} {one}", at), "case": _id(f"case {number}"), "source": "NOTICE", "rule": "",
        "reporter_key": reporter_key(reporter), "reporter_id": None if one % 2 else reporter,
        "reason": reason, "details": "Please have a look.",
    }  # fmt: skip
    Report.insert(said).on_conflict_ignore().execute()


def _decide(number: int, at: datetime) -> None:
    moderator, owner = accounts.demo_user(MODERATOR), accounts.demo_user(FIRST_OWNER + number)
    made = {
        **_row(f"decision {number}", at), "version": 1, "case": _id(f"case {number}"), "kind": "user",
        "target_id": owner, "owner_id": owner, "scope": "", "status": "IN_FORCE", "hidden": False,
        "sanction": "WARNING", "strike_until": at + timedelta(days=365), "ground_type": "TERMS",
        "ground": "Terms, 4.2", "facts": "It offered what it did not have.", "source": "NOTICE",
        "automated": False, "interim": False, "decided_by": moderator, "reversal": "", "foreign_status": "",
    }  # fmt: skip
    Decision.insert(made).on_conflict_ignore().execute()
    appeal = {
        **_row(f"appeal {number}", at), "version": 1, "decision": made["id"], "appellant_id": owner,
        "scope": "", "text": "I have the receipts.", "status": "PENDING", "contested_by": moderator,
        "answer": "",
    }  # fmt: skip
    Appeal.insert(appeal).on_conflict_ignore().execute()


def _complain(number: int, at: datetime) -> None:
    complaint = {
        **_row(f"complaint {number}", at), "version": 1, "case": _id(f"case {number}"), "scope": "",
        "report": _id(f"report {number} 0"), "text": "He did it again.", "status": "PENDING",
        "contested_by": accounts.demo_user(MODERATOR), "answer": "",
    }  # fmt: skip
    Complaint.insert(complaint).on_conflict_ignore().execute()


def _row(name: str, at: datetime) -> dict[str, Any]:
    return {"id": _id(name), "created_at": at, "updated_at": at}


def _id(name: str) -> UUID:
    """Return the id of a demo row, the same everywhere: a UUIDv7."""
    chance = int.from_bytes(hashlib.sha256(f"stoa demo moderation {name}".encode()).digest()[:7], "big")
    return UUID(int=0x019B_7677_8C00 << 80 | 7 << 76 | 2 << 62 | chance)
