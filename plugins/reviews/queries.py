"""Read paths: pages of reviews, one review, reputations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from peewee import SQL

from kernel import ALL, NotFound, Page, Principal, app, paginate
from plugins.accounts import api as accounts
from plugins.media import api as media
from plugins.reviews import sql
from plugins.reviews.models import Reputation, Review
from plugins.reviews.permissions import BROWSE, MODERATE
from plugins.reviews.services.reputation import formula
from plugins.reviews.services.rows import is_open, may_see, moderates


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's reputation in a role; stars from 1 to 5, None without a counting review."""

    user_id: UUID
    role: str
    count: int
    average: float | None
    score: float | None


def page(viewer: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of the reviews a viewer may see, the latest first. Three statements."""
    query = Review.select().where(Review.deleted_at.is_null(), _audience(viewer), *_filters(asked))
    found = paginate(query, (Review.id.desc(),), cursor=asked["cursor"], limit=asked["limit"])
    return Page(shown(found.items, viewer), found.next)


def _filters(asked: Mapping[str, Any]) -> Iterable[Any]:
    columns = {"subject": "subject_id", "reviewer": "reviewer_id", "role": "role", "rating": "rating"}
    for name, column in columns.items():
        if name in asked:
            yield getattr(Review, column) == asked[name]
    if "about" in asked:
        yield Review.about.contains(asked["about"])
    if "withheld" in asked:
        yield SQL("withheld <> '{}'") if asked["withheld"] else SQL("withheld = '{}'")


def _audience(viewer: Principal) -> Any:
    """Return the condition that a review is the viewer's to see; `rows.may_see` in SQL."""
    moderated, browsed = viewer.scopes_for(MODERATE), viewer.scopes_for(BROWSE)
    if moderated is ALL:
        return SQL("TRUE")
    there: Any = Review.scope == ""
    if browsed is ALL:
        there = SQL("TRUE")
    elif browsed:
        there |= Review.scope.in_(sorted(browsed))
    if viewer.id is not None:
        there |= Review.subject_id == viewer.id
    seen = there & SQL("withheld = '{}'")
    if viewer.id is not None:
        seen |= Review.reviewer_id == viewer.id
    return seen | Review.scope.in_(sorted(moderated)) if moderated else seen


def one(review_id: UUID, viewer: Principal) -> dict[str, Any]:
    """Return a review; raise NotFound when it is not the viewer's to see. Three statements."""
    row: Review | None = Review.get_or_none(Review.id == review_id)
    if row is None or not may_see(row, viewer):
        raise NotFound
    return shown([row], viewer)[0]


def shown(rows: Sequence[Review], viewer: Principal) -> list[dict[str, Any]]:
    """Return reviews as the viewer sees them: the transaction is shown to its parties and moderators."""
    pictures = media.cards(each for row in rows for each in row.gallery)
    people = accounts.user_cards({row.reviewer_id for row in rows}, viewer.id)
    return [_shown(row, viewer, pictures) | {"reviewer": people.get(row.reviewer_id)} for row in rows]


def _shown(row: Review, viewer: Principal, pictures: Mapping[UUID, Any]) -> dict[str, Any]:
    moderator = moderates(row, viewer)
    author = viewer.id == row.reviewer_id
    party = author or moderator or viewer.id == row.subject_id
    same = ("id", "subject_id", "role", "about", "rating", "text", "created_at", "edited_at", "responded_at")
    return {
        **{name: row.__data__[name] for name in (*same, "version")},
        "ref": row.ref if party else None,
        "title": row.title if party else None,
        "scope": row.scope or None,
        "gallery": [pictures[each] for each in row.gallery if each in pictures],
        "response": row.response if row.responded_at else None,
        "withheld": row.withheld if author or moderator else [],
        "allowed": _allowed(row, viewer),
    }


def _allowed(row: Review, viewer: Principal) -> list[str]:
    found = []
    if viewer.id == row.reviewer_id:
        found += ["edit", "delete"] if is_open(row) else ["delete"]
    if viewer.id == row.subject_id and row.responded_at is None:
        found.append("respond")
    return found


def ranking(role: str, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of people with reviews in a role, the highest score first. Two statements."""
    query = Reputation.select().where(Reputation.role == role, SQL("count > 0"))
    order = (Reputation.score.desc(), Reputation.id.desc())
    found = paginate(query, order, cursor=asked["cursor"], limit=asked["limit"])
    people = accounts.user_cards([row.user_id for row in found.items])
    items = [_flat(_standing(row)) | {"user": people.get(row.user_id)} for row in found.items]
    return Page(items, found.next)


def standings(user_ids: Iterable[UUID], role: str) -> dict[UUID, Standing]:
    """Return reputations by person, those without a counting review as such. One statement."""
    asked = set(user_ids)
    wanted = Reputation.select().where(Reputation.user_id.in_(sorted(asked)), Reputation.role == role)
    found = {row.user_id: _standing(row) for row in wanted} if asked else {}
    return {each: found.get(each) or Standing(each, role, 0, None, None) for each in asked}


def standing(user_id: UUID, role: str) -> dict[str, Any]:
    """Return somebody's reputation with their stars: three statements; raise NotFound."""
    card = accounts.user_card(user_id)
    stars = dict(app.db.rows(sql.STARS, {"user_id": user_id, "role": role}))
    flat = _flat(standings([user_id], role)[user_id])
    return flat | {"user": card, "stars": {str(each): stars.get(each, 0) for each in range(5, 0, -1)}}


def history(user_id: UUID, role: str, months: int) -> dict[str, Any]:
    """Return month by month what came in and the score as of then, the oldest first. Two statements."""
    accounts.user_card(user_id)
    values = formula() | {"user_id": user_id, "role": role, "months": months}
    return {"items": [_point(row) for row in app.db.dicts(sql.HISTORY, values)]}


def _point(row: Mapping[str, Any]) -> dict[str, Any]:
    average = round(row["total"] / row["count"], 3) if row["count"] else None
    return {**row, "average": average, "score": row["score"] / 1000}


def _standing(row: Reputation) -> Standing:
    if not row.count:
        return Standing(row.user_id, row.role, 0, None, None)
    return Standing(row.user_id, row.role, row.count, round(row.total / row.count, 3), row.score / 1000)


def _flat(one: Standing) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("user_id", "role", "count", "average", "score")}
