"""What a requester does: ask, fill in steps, submit, withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from peewee import IntegrityError

from kernel import FieldError, NotFound, Principal, app, invalid, uuid7, violated_constraint
from plugins.media import api as media
from plugins.verification import notices
from plugins.verification.events import RequestResubmitted, RequestSubmitted, RequestWithdrawn
from plugins.verification.kinds import Kind, Kinds, Step
from plugins.verification.models import Request
from plugins.verification.problems import VerificationExists, VerificationIncomplete
from plugins.verification.services.rows import (
    OWNER_TYPE,
    expect,
    kind_of,
    locked,
    move,
    person,
    publish,
    verified,
    write,
)
from plugins.verification.states import EDITABLE, refused

Steps = Mapping[str, Mapping[str, Any]]


def ask(caller: Principal, kind_name: str, subject: str | None, steps: Steps, *, submit: bool) -> UUID:
    """Open a request, a draft unless `submit`; return its id.

    Raises Invalid for an unknown kind, NotFound for a subject that is not the
    caller's to ask about, VerificationExists, VerificationIncomplete.
    """
    requester = person(caller)
    kind = app.service(Kinds).get(kind_name)
    if kind is None:
        raise invalid("/kind", "This is not verified here; /v1/verifications/kinds says what is.")
    about = _spelt(subject or f"user:{requester}")
    if not about.startswith(f"{kind.subject}:"):
        raise invalid("/subject", f"It begins with {kind.subject}: for this kind.")
    with app.db.atomic():
        scope = kind.admits(requester, about) or ""
        made = _made(kind.name, about, requester, scope)
        for name, given in steps.items():
            made = _filled(made, kind, name, given, f"/steps/{name}")
        if submit:
            _submitted(made, kind)
        return UUID(str(made.id))


def _spelt(subject: str) -> str:
    """Return a subject under its one name: an id that is a UUID in lower case, with dashes."""
    begins, _, name = subject.partition(":")
    try:
        return f"{begins}:{UUID(name)}"
    except ValueError:
        return subject


def _made(kind: str, subject: str, requester: UUID, scope: str) -> Request:
    try:
        with app.db.atomic():
            made: Request = Request.create(
                id=uuid7(), kind=kind, subject=subject, requester_id=requester, scope=scope, status="DRAFT",
                steps={}, submissions=0, queued_at=app.clock.now(), reason="", reminded=False,
            )  # fmt: skip
    except IntegrityError as ex:
        if violated_constraint(ex) != "verification_request_living":
            raise
        raise VerificationExists(
            "Go on with that one.", verification_id=_living(kind, subject, requester)
        ) from ex
    return made


def _living(kind: str, subject: str, requester: UUID) -> str:
    same = (Request.kind == kind, Request.subject == subject, Request.requester_id == requester)
    return str(Request.select(Request.id).where(*same, Request.status != "WITHDRAWN").scalar())


def fill(
    caller: Principal, request_id: UUID, version: int | None, step: str, given: Mapping[str, Any]
) -> None:
    """Replace what was handed over in a step, before the request is submitted (again)."""
    with app.db.atomic():
        request = _own(caller, request_id)
        if request.status not in EDITABLE:
            raise refused("change", request.status)
        expect(request, version)
        _filled(request, kind_of(request), step, given, "")


def _filled(request: Request, kind: Kind, name: str, given: Mapping[str, Any], at: str) -> Request:
    step = kind.step(name)
    values = dict(given.get("values", {}))
    documents = list(given.get("documents", ()))
    _check_values(step, values, f"{at}/values")
    _check_documents(step, documents, request.requester_id, f"{at}/documents")
    content = {"values": values, "documents": [_stored(one) for one in documents]}
    steps = {**request.steps, name: content}
    kept, new = _media_of(steps), _media_of({name: content})
    gone = _media_of(request.steps) - kept
    if gone:
        media.detach(OWNER_TYPE, request.id, gone)
    if new:
        media.attach(new, OWNER_TYPE, request.id)
    return write(request, steps=steps)


def _check_values(step: Step, values: Mapping[str, str], at: str) -> None:
    known = {*step.fields, *(("accepted",) if step.accepts else ())}
    for name in values:
        if name not in known:
            raise invalid(f"{at}/{name}", f"This step asks for: {', '.join(sorted(known)) or 'no texts'}.")
    if step.accepts and values.get("accepted", step.accepts) != step.accepts:
        raise invalid(f"{at}/accepted", f"The agreement is at version {step.accepts} now.")


def _check_documents(step: Step, documents: Sequence[Mapping[str, Any]], owner: UUID, at: str) -> None:
    today = app.clock.now().date()
    for index, one in enumerate(documents):
        if one["type"] not in step.documents:
            raise invalid(
                f"{at}/{index}/type", f"This step asks for: {', '.join(step.documents) or 'no documents'}."
            )
        if one["expires_on"] is not None and one["expires_on"] < today:
            raise invalid(f"{at}/{index}/expires_on", "It has expired.")
    cards = media.require_owned([one["media_id"] for one in documents], owner, pointer=at)
    for index, card in enumerate(cards):
        if card.visibility != "private":
            raise invalid(f"{at}/{index}/media_id", "Anybody can read it: upload it with visibility private.")


def _stored(document: Mapping[str, Any]) -> dict[str, Any]:
    ends = document["expires_on"]
    return {
        "type": document["type"],
        "media_id": str(document["media_id"]),
        "expires_on": ends.isoformat() if ends else None,
    }


def _media_of(steps: Steps) -> set[UUID]:
    return {UUID(one["media_id"]) for content in steps.values() for one in content["documents"]}


def submit(caller: Principal, request_id: UUID, version: int | None) -> None:
    """Hand a request to the reviewers, for the first time or again.

    Raises NotFound, VerificationStatus, VerificationIncomplete, and MediaNotReady
    while a document is still processed.
    """
    with app.db.atomic():
        request = _own(caller, request_id)
        if request.status not in EDITABLE:
            raise refused("submit", request.status)
        expect(request, version)
        _submitted(request, kind_of(request))


def _submitted(request: Request, kind: Kind) -> None:
    lacking = [fault for step in kind.steps for fault in _lacking(step, request.steps.get(step.name, {}))]
    if lacking:
        raise VerificationIncomplete("It can be submitted when this is there.", errors=lacking)
    media.require_ready(sorted(_media_of(request.steps)), request.requester_id, pointer="/documents")
    after = move(
        request,
        "submit",
        request.requester_id,
        submissions=request.submissions + 1,
        queued_at=app.clock.now(),
        expires_at=None,
    )
    publish(RequestSubmitted if request.submissions == 0 else RequestResubmitted, after)
    notices.to_review(after, kind)


def _lacking(step: Step, content: Mapping[str, Any]) -> list[FieldError]:
    values = content.get("values", {})
    ends = {one["type"]: one["expires_on"] for one in content.get("documents", ())}
    today = app.clock.now().date()
    at = f"/steps/{step.name}"
    faults = [
        FieldError("Fill this in.", pointer=f"{at}/values/{name}")
        for name in step.fields
        if not values.get(name)
    ]
    if step.accepts and values.get("accepted") != step.accepts:
        faults.append(
            FieldError(f"Accept the agreement, version {step.accepts}.", pointer=f"{at}/values/accepted")
        )
    for type_ in step.documents:
        if type_ not in ends:
            faults.append(FieldError(f"Hand over: {type_}.", pointer=f"{at}/documents"))
        elif ends[type_] and date.fromisoformat(ends[type_]) < today:
            faults.append(FieldError(f"The {type_} has expired.", pointer=f"{at}/documents"))
    return faults


def withdraw(caller: Principal, request_id: UUID, version: int | None) -> None:
    """Take a request back, an approval included."""
    with app.db.atomic():
        request = _own(caller, request_id)
        expect(request, version)
        withdrawn(request, request.requester_id)


def withdrawn(request: Request, actor: UUID | None) -> None:
    """Withdraw a locked request; its kind hears of the end of an approval. Raises VerificationStatus."""
    after = move(request, "withdraw", actor)
    media.detach(OWNER_TYPE, request.id)
    kind = app.service(Kinds).get(request.kind)
    if request.status == "APPROVED" and kind is not None:
        kind.on_ended(verified(after))
    publish(RequestWithdrawn, after)


def _own(caller: Principal, request_id: UUID) -> Request:
    request = locked(request_id)
    if request.requester_id != caller.id:
        raise NotFound
    return request
