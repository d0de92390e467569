"""Read paths: one's own requests, the queue, one request, how it came about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from peewee import SQL

from kernel import ALL, Forbidden, NotFound, Page, Principal, app, paginate
from plugins.accounts import api as accounts
from plugins.media import api as media
from plugins.verification.kinds import Kinds, Step
from plugins.verification.models import Change, Note, Request
from plugins.verification.states import allowed_from

SUBMITTED: Final = Request.submissions > 0
"""What reviewers see: a draft is its author's alone."""


def reviews(caller: Principal, request: Request) -> bool:
    """Say whether a request is the caller's to review."""
    kind = app.service(Kinds).get(request.kind)
    return kind is not None and request.submissions > 0 and caller.can(kind.permission, request.scope or None)


def kinds() -> list[dict[str, Any]]:
    """Return what can be verified here."""
    return [
        {
            "name": kind.name,
            "title": kind.title,
            "subject": kind.subject,
            "steps": [_step(s) for s in kind.steps],
        }
        for kind in app.service(Kinds)
    ]


def _step(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "title": step.title,
        "fields": list(step.fields),
        "documents": list(step.documents),
        "agreement_version": step.accepts or None,
    }


def mine(user_id: UUID, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of somebody's own requests, the latest first: one statement."""
    query = Request.select().where(Request.requester_id == user_id, *_filters(asked))
    page = paginate(query, (Request.id.desc(),), cursor=asked["cursor"], limit=asked["limit"])
    return Page([_item(row) for row in page.items], page.next)


def queue(caller: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of what the caller reviews, who waits longest first: two statements."""
    query = Request.select().where(SUBMITTED, _reviewed_by(caller), *_filters(asked))
    if "claimed" in asked:
        query = query.where(Request.claimed_by.is_null(not asked["claimed"]))
    page = paginate(query, (Request.queued_at, Request.id), cursor=asked["cursor"], limit=asked["limit"])
    cards = accounts.user_cards([row.requester_id for row in page.items])
    return Page([_item(row) | {"requester": cards.get(row.requester_id)} for row in page.items], page.next)


def _reviewed_by(caller: Principal) -> Any:
    """Return the condition that a request is the caller's to review."""
    wanted: Any = SQL("FALSE")
    for kind in app.service(Kinds):
        scopes = caller.scopes_for(kind.permission)
        if scopes is ALL:
            wanted |= Request.kind == kind.name
        elif scopes:
            wanted |= (Request.kind == kind.name) & Request.scope.in_(sorted(scopes))
    return wanted


def _filters(asked: Mapping[str, Any]) -> Iterable[Any]:
    return [getattr(Request, name) == asked[name] for name in ("status", "kind", "scope") if name in asked]


def _item(row: Request) -> dict[str, Any]:
    return {
        **{
            name: row.__data__[name]
            for name in (
                "id", "kind", "subject", "requester_id", "status", "submissions", "queued_at", "claimed_by",
                "claimed_at", "decided_at", "reason", "expires_at", "created_at", "version",
            )
        },
        "scope": row.scope or None,
    }  # fmt: skip


def one(request_id: UUID, viewer: Principal) -> dict[str, Any]:
    """Return a request with its documents for its requester or who reviews it; raise NotFound for others.

    Who reviews stays unnamed to the requester. Three statements at most.
    """
    row = visible(request_id, viewer)
    reviewer = reviews(viewer, row)
    party = "requester" if row.requester_id == viewer.id else "reviewer"  # of one's own one is never both
    shown = _item(row) | {"steps": _steps(row), "allowed": allowed_from(row.status, by=[party])}
    if not reviewer:
        return shown | {"claimed_by": None, "claimed_at": None, "requester": None}
    return shown | {"requester": accounts.user_cards([row.requester_id]).get(row.requester_id)}


def visible(request_id: UUID, viewer: Principal) -> Request:
    """Return a request's row for its requester or who reviews it; raise NotFound for others."""
    row: Request | None = Request.get_or_none(Request.id == request_id)
    if row is None or not (row.requester_id == viewer.id or reviews(viewer, row)):
        raise NotFound
    return row


def _steps(row: Request) -> list[dict[str, Any]]:
    cards = media.cards(_media_ids(row.steps))
    return [
        {
            "name": name,
            "values": content["values"],
            "documents": [one | {"file": cards.get(UUID(one["media_id"]))} for one in content["documents"]],
        }
        for name, content in row.steps.items()
    ]


def _media_ids(steps: Mapping[str, Any]) -> Collection[UUID]:
    return [UUID(one["media_id"]) for content in steps.values() for one in content["documents"]]


def history(request_id: UUID, viewer: Principal, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of how a request came to its status, the earliest first: two statements.

    To its requester reviewers are nobody in particular.
    """
    row = visible(request_id, viewer)
    named = reviews(viewer, row)
    query = Change.select().where(Change.request == request_id)
    page = paginate(query, (Change.id,), cursor=cursor, limit=limit)
    return Page([_change(each, row, named=named) for each in page.items], page.next)


def _change(change: Change, request: Request, *, named: bool) -> dict[str, Any]:
    shown = named or change.actor_id == request.requester_id
    return {
        "from": change.source,
        "to": change.target,
        "actor_id": change.actor_id if shown else None,
        "reason": change.reason,
        "at": change.created_at,
    }


def notes(request_id: UUID, viewer: Principal, cursor: str | None, limit: int) -> Page[Any]:
    """Return a page of the reviewers' notes; Forbidden for the requester, NotFound for others."""
    if not reviews(viewer, visible(request_id, viewer)):
        raise Forbidden("Notes are the reviewers'.")
    query = Note.select().where(Note.request == request_id)
    return paginate(query, (Note.id,), cursor=cursor, limit=limit)


def status(kind: str, subject: str, requester_id: UUID | None) -> str | None:
    """Return the best status there is of a subject's requests; see `api.status`."""
    query = Request.select(Request.status).where(
        Request.kind == kind, Request.subject == subject, Request.status != "WITHDRAWN"
    )
    if requester_id is not None:
        query = query.where(Request.requester_id == requester_id)
    found = {row.status for row in query}
    order = ("APPROVED", "PENDING", "REJECTED", "EXPIRED", "DRAFT")
    return next((each for each in order if each in found), None)
