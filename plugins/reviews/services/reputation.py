"""Reputations: kept with every review, the same as counted anew.

Whoever changes the tallies of a person in a role holds the lock of their
reputation row first, so that two reviews at once are both in the score.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from kernel import StoaError, app, uuid7
from plugins.reviews import sql
from plugins.reviews.events import ReputationChanged
from plugins.reviews.models import Reputation, Review, Tally
from plugins.reviews.settings import ReviewsSettings

BATCH: Final = 500


class TallyMissingError(StoaError):
    """A review that counted is in no tally: run `manage.py reviews recount --repair`."""


def month_of(moment: datetime) -> date:
    """Return the first day of a moment's month, in UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def formula() -> dict[str, Any]:
    """Return what the statements of `sql` take besides a person: the settings and the present month."""
    settings, now = app.settings.of(ReviewsSettings), app.clock.now()
    return {
        "prior_mean": Decimal(str(settings.prior_mean)),
        "prior_weight": settings.prior_weight,
        "half_life": settings.half_life_months,
        "as_of": month_of(now),
        "now": now,
    }


def count(review: Review, was: int | None, rating: int | None) -> ReputationChanged:
    """Count a review that counted as `was` stars (None: not at all) as `rating`; in its transaction.

    Returns the event to publish.
    """
    values = formula() | {"user_id": review.subject_id, "role": review.role, "id": uuid7()}
    values["month"] = month_of(review.created_at)
    [(held,)] = app.db.rows(sql.LOCK, values)
    if was is not None and not app.db.rows(sql.TAKE, values | {"rating": was}):
        raise TallyMissingError(f"review {review.id}: {TallyMissingError.__doc__}")
    if rating is not None:
        app.db.execute_sql(sql.ADD, values | {"rating": rating})
    return _scored(held, values)


def _scored(held: UUID, values: Mapping[str, Any]) -> ReputationChanged:
    [(user_id, role, n, score)] = app.db.rows(sql.SCORE, {**values, "ids": [held]})
    return ReputationChanged(user_id=user_id, role=role, count=n, score=score)


def refresh() -> int:
    """Let a month's reviews weigh less where the score is of a month before; return how many there were."""
    done = 0
    while batch := _refreshed():
        done += batch
    return done


def _refreshed() -> int:
    with app.db.atomic():
        values = formula()
        ids = [held for (held,) in app.db.rows(sql.OUTDATED, values | {"limit": BATCH})]
        return len(app.db.rows(sql.SCORE, values | {"ids": ids})) if ids else 0


def differing() -> list[tuple[UUID, str]]:
    """Return whose tallies or scores (as of their month) are not what their reviews make: of one moment."""
    with app.db.snapshot():
        found = {*app.db.rows(sql.DIFFERENT, {}), *app.db.rows(sql.MISCOUNTED, formula())}
    return sorted((user_id, role) for user_id, role in found)


def repair(user_id: UUID, role: str) -> None:
    """Count a person's reviews in a role anew; what is written meanwhile is counted once, too."""
    with app.db.atomic():
        values = formula() | {"user_id": user_id, "role": role, "id": uuid7()}
        [(held,)] = app.db.rows(sql.LOCK, values)
        app.db.execute_sql(sql.FORGET, values)
        app.db.execute_sql(sql.RECOUNT, values)
        app.bus.publish(_scored(held, values))


def forget(user_ids: Collection[UUID]) -> None:
    """Delete people's reputations; in the caller's transaction."""
    ids = list(user_ids)
    Reputation.delete().where(Reputation.user_id.in_(ids)).execute()
    Tally.delete().where(Tally.user_id.in_(ids)).execute()
