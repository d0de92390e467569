"""What the parties do: review, change, delete, answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from peewee import IntegrityError

from kernel import Forbidden, Principal, app, invalid, violated_constraint
from plugins.accounts import api as accounts
from plugins.media import api as media
from plugins.reviews import notices
from plugins.reviews.events import ReviewDeleted, ReviewEdited, ReviewResponded, ReviewWritten
from plugins.reviews.models import Review
from plugins.reviews.problems import (
    ReviewAnswered,
    ReviewExists,
    ReviewFinal,
    ReviewTooLate,
    TransactionOpen,
)
from plugins.reviews.services.rows import OWNER_TYPE, checked, is_open, locked, person, told, write
from plugins.reviews.settings import ReviewsSettings
from plugins.reviews.transactions import Transaction, transaction


def review(reviewer: Principal, asked: Mapping[str, Any]) -> UUID:
    """Review a completed transaction the reviewer is a party of; return the review's id.

    Raises Invalid naming `/ref` or a medium, TransactionOpen, ReviewTooLate, and
    ReviewExists: of two at once one is stored.
    """
    author = person(reviewer)
    with app.db.atomic():
        made = _stored(_reviewable(asked["ref"], author), author, asked)
        media.attach(made.gallery, OWNER_TYPE, made.id)
        told(None, made, ReviewWritten(**_identity(made), rating=made.rating))
        notices.received(made)
    return made.id


def _reviewable(ref: str, author: UUID) -> Transaction:
    found = transaction(ref)
    if found is None or found.roles_of(author) is None:
        raise invalid("/ref", "You took part in no such transaction.")
    if found.completed_at is None:
        raise TransactionOpen("Review it when it is completed.")
    days = app.settings.of(ReviewsSettings).write_days
    until = found.completed_at + timedelta(days=days)
    if days and app.clock.now() >= until:
        told_until = until.isoformat()
        raise ReviewTooLate(f"It could be reviewed until {told_until}.", until=told_until)
    return found


def _stored(found: Transaction, author: UUID, asked: Mapping[str, Any]) -> Review:
    roles = found.roles_of(author)
    assert roles is not None, "_reviewable looked at it"
    subject = found.parties[roles[1]]
    if not accounts.exists(subject):
        raise invalid("/ref", "The other party's account was deleted.")
    content = {
        "rating": asked["rating"],
        "text": asked["text"].strip(),
        "gallery": checked(author, asked["media_ids"]),
    }
    try:
        with app.db.atomic():
            return Review.create(
                ref=found.ref, title=found.title, scope=found.scope or "", about=list(found.about),
                reviewer_id=author, subject_id=subject, role=roles[1], response="", withheld=[], **content,
            )  # fmt: skip
    except IntegrityError as ex:
        if violated_constraint(ex) != "reviews_review_once":
            raise
        there = Review.get(Review.ref == found.ref, Review.reviewer_id == author)
        detail = "It was deleted, and stays so." if there.deleted_at else "Change it instead."
        raise ReviewExists(detail, review_id=str(there.id)) from ex


def edit(author: Principal, review_id: UUID, version: int | None, changes: Mapping[str, Any]) -> None:
    """Change one's own review while that is possible.

    Raises NotFound, Forbidden, ReviewFinal, Invalid, PreconditionFailed.
    """
    with app.db.atomic():
        before = _own(author, review_id, version)
        if not is_open(before):
            raise ReviewFinal("Its time is over, or it was answered.")
        values = {name: changes[name] for name in ("rating", "text") if name in changes}
        if "text" in values:
            values["text"] = values["text"].strip()
        if "media_ids" in changes:
            values["gallery"] = _rehung(before, changes["media_ids"])
        after = write(before, edited_at=app.clock.now(), **values)
        told(before, after, ReviewEdited(**_identity(after), rating=after.rating, was=before.rating))


def _rehung(review: Review, media_ids: list[UUID]) -> list[UUID]:
    gallery = checked(review.reviewer_id, media_ids)
    media.attach([each for each in gallery if each not in review.gallery], OWNER_TYPE, review.id)
    media.detach(OWNER_TYPE, review.id, [each for each in review.gallery if each not in gallery])
    return gallery


def delete(author: Principal, review_id: UUID, version: int | None) -> None:
    """Delete one's own review with all it said; it cannot be written anew."""
    with app.db.atomic():
        emptied(_own(author, review_id, version))


def emptied(before: Review) -> None:
    """Delete a locked review; its row stays, empty."""
    media.detach(OWNER_TYPE, before.id)
    after = write(before, deleted_at=app.clock.now(), text="", response="", gallery=[])
    told(before, after, ReviewDeleted(**_identity(after), rating=before.rating))


def respond(subject: Principal, review_id: UUID, version: int | None, text: str) -> None:
    """Answer a review of oneself, once; of two at once one gets ReviewAnswered."""
    with app.db.atomic():
        before = locked(review_id, subject, version)
        if before.subject_id != person(subject):
            raise Forbidden("Who it is about may answer it.")
        if before.responded_at is not None:
            raise ReviewAnswered("A review is answered once.")
        after = write(before, response=text.strip(), responded_at=app.clock.now())
        identity = _identity(after)
        del identity["role"]
        told(before, after, ReviewResponded(**identity))
        notices.answered(after)


def _own(author: Principal, review_id: UUID, version: int | None) -> Review:
    row = locked(review_id, author, version)
    if row.reviewer_id != person(author):
        raise Forbidden("This review is somebody else's.")
    return row


def _identity(row: Review) -> dict[str, Any]:
    return {
        "review_id": row.id,
        "ref": row.ref,
        "reviewer_id": row.reviewer_id,
        "subject_id": row.subject_id,
        "role": row.role,
    }
