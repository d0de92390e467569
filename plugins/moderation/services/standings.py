"""What sanctions make of an account's standing, and what their end leaves of it.

Moderation is not alone: an administrator may suspend, ban and reactivate too. So
a sanction is put on top of the standing there is, and lifting one takes away no
more than it brought.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from kernel import SYSTEM, NotFound, Principal, app
from plugins.accounts import api as accounts
from plugins.moderation.models import Decision

_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('moderation_standing'), hashtext(%s))"


class Standing(NamedTuple):
    """A status of an account, and when it ends by itself."""

    status: accounts.Standing
    until: datetime | None = None


ACTIVE: Final = Standing("active")


def hold(owner_id: UUID) -> None:
    """Keep others from judging the same person until the transaction ends: strikes are counted then."""
    app.db.rows(_LOCK, (str(owner_id),))


def strikes(owner_id: UUID) -> int:
    """Return how many strikes of a person count now."""
    counting = Decision.strike_until.is_null() | (Decision.strike_until > app.clock.now())
    query = Decision.select().where(
        Decision.owner_id == owner_id, Decision.status == "IN_FORCE", Decision.sanction != "NONE", counting
    )
    return int(query.count())


def impose(by: Principal, owner_id: UUID, sanction: str, ends_at: datetime | None, reason: str) -> Standing:
    """Put a suspension or ban in force; return the standing from elsewhere that it is put on top of.

    Call with the person held. A ban is not shortened by a suspension, nor a longer
    one by a shorter. Raises NotFound, and Forbidden for who may not judge this person.
    """
    now, ours = _now(owner_id), strongest(map(_of, in_force(owner_id)))
    wanted = strongest([now, _standing(sanction, ends_at)])
    if wanted != now:
        _put(by, owner_id, wanted, reason)
    return ACTIVE if now == ours else now


def lift(by: Principal, decision: Decision, reason: str) -> None:
    """Take away what a sanction that was just reversed brought; what others decided stays in force."""
    if decision.owner_id is None or decision.sanction not in {"SUSPENSION", "BAN"} or _is_over(decision):
        return
    owner_id = decision.owner_id
    rest = in_force(owner_id)
    foreign = [
        Standing(cast("accounts.Standing", each.foreign_status), each.foreign_until)
        for each in (*rest, decision)
        if each.foreign_status and not _past(each.foreign_until)
    ]
    left = strongest([*foreign, *map(_of, rest)])
    try:
        now = _now(owner_id)
    except NotFound:  # the account is gone: there is nothing to give back
        return
    if now == strongest([left, _of(decision)]) and now != left:
        _put(by, owner_id, left, reason)


def in_force(owner_id: UUID) -> list[Decision]:
    """Return the suspensions and bans of a person that are in force by the clock."""
    lasting = Decision.ends_at.is_null() | (Decision.ends_at > app.clock.now())
    return list(
        Decision.select().where(
            Decision.owner_id == owner_id,
            Decision.status == "IN_FORCE",
            Decision.sanction.in_(("SUSPENSION", "BAN")),
            Decision.ended_at.is_null(),
            lasting,
        )
    )


def strongest(standings: Iterable[Standing]) -> Standing:
    """Return the standing that prevails: a ban, else the longest suspension, else active."""
    every = list(standings)
    if any(one.status == "banned" for one in every):
        return Standing("banned")
    ends = [one.until for one in every if one.status == "suspended"]
    if not ends:
        return ACTIVE
    known = [one for one in ends if one is not None]
    return Standing("suspended", max(known) if len(known) == len(ends) else None)


def lifted_elsewhere(user_id: UUID) -> None:
    """Note that an administrator reactivated somebody: none of their sanctions is in force any more."""
    now: Any = app.clock.now()
    over = Decision.update(ended_at=now).where(
        Decision.owner_id == user_id,
        Decision.status == "IN_FORCE",
        Decision.sanction.in_(("SUSPENSION", "BAN")),
        Decision.ended_at.is_null(),
    )
    over.execute()


def _now(owner_id: UUID) -> Standing:
    found = app.auth.status(owner_id)
    if found.status == "deleted":
        raise NotFound("There is no such account any more.")
    return Standing(found.status, found.until)


def _standing(sanction: str, ends_at: datetime | None) -> Standing:
    return Standing("banned") if sanction == "BAN" else Standing("suspended", ends_at)


def _of(decision: Decision) -> Standing:
    return _standing(decision.sanction, decision.ends_at)


def _is_over(decision: Decision) -> bool:
    return decision.ended_at is not None or _past(decision.ends_at)


def _past(moment: datetime | None) -> bool:
    return moment is not None and moment <= app.clock.now()


def _put(by: Principal, owner_id: UUID, standing: Standing, reason: str) -> None:
    # Who may reverse a decision is not asked again whether they may judge: they take back.
    who = SYSTEM if standing == ACTIVE else by
    accounts.change_standing(who, owner_id, standing.status, reason, standing.until, tell=False)
