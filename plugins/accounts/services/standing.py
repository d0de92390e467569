"""Suspend, ban, reactivate: an account's standing, its reasons and its history."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from kernel import Conflict, Principal, app, invalid
from plugins.accounts import notices
from plugins.accounts.events import StatusChanged
from plugins.accounts.models import StandingChange
from plugins.accounts.services import people

Standing = Literal["active", "suspended", "banned"]


def change(
    by: Principal,
    user_id: UUID,
    standing: Standing,
    reason: str,
    until: datetime | None = None,
    *,
    tell: bool = True,
) -> None:
    """Put an account into a standing, in force at once everywhere; write down why.

    The person is mailed unless `tell` is False: then the caller tells them. An
    account that is suspended until then or banned already stays as it is: nothing
    is written, told or sent. Raises Forbidden about oneself, and about an
    administrator unless one is an administrator oneself; Invalid for an end that
    is past; Conflict for an account that is active already.
    """
    user = people.by_id(user_id)
    people.check_authority(by, user_id)
    if until is not None and until <= app.clock.now():
        raise invalid("/until", "The end is in the past.")
    if standing == "active" and app.auth.status(user_id).status == "active":
        raise Conflict("The account is active.")
    with app.db.atomic():
        if not app.auth.set_status(user_id, standing, until=until):
            if standing == "active":  # another lifted it at the same moment
                raise Conflict("The account is active.")
            return
        StandingChange.create(user=user_id, standing=standing, reason=reason, until=until, changed_by=by.id)
        app.bus.publish(
            StatusChanged(user_id=user_id, status=standing, reason=reason, until=until, changed_by=by.id)
        )
        if tell:
            notices.standing_changed(user, standing, reason, until)


def history(user_id: UUID) -> list[StandingChange]:
    """Return the changes of an account's standing, newest first, at most 100."""
    changes = StandingChange.select().where(StandingChange.user == user_id)
    return list(changes.order_by(StandingChange.id.desc()).limit(100))
