"""The rules. No HTTP here: whoever calls, the rules are the same."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from kernel import Conflict, app
from stoa_loyalty.events import PointsEarned
from stoa_loyalty.models import Account, Entry
from stoa_loyalty.settings import LoyaltySettings


class NotEnoughPoints(Conflict):
    """The account holds fewer points than were to be spent."""

    type, title = "loyalty-not-enough-points", "You have not enough points"


def earn(owner_id: UUID, points: int, reason: str) -> Entry:
    """Add points to somebody's account, opened if need be, and tell of it."""
    with app.db.atomic():
        balance = _add(owner_id, points)
        entry = Entry.create(owner_id=owner_id, points=points, reason=reason)
        app.bus.publish(PointsEarned(owner_id=owner_id, points=points, balance=balance, reason=reason))
    return entry


def spend(owner_id: UUID, points: int, reason: str) -> Entry:
    """Take points off somebody's account; raise NotEnoughPoints."""
    with app.db.atomic():
        # Check and write are one statement, so two tills cannot spend the same points.
        enough = (Account.owner_id == owner_id) & (Account.balance >= points)
        if not Account.update(balance=Account.balance - points).where(enough).execute():
            raise NotEnoughPoints
        return Entry.create(owner_id=owner_id, points=-points, reason=reason)


def lapse(batch: int = 500) -> int:
    """Empty accounts that lay still for `[loyalty] idle_days`; return how many.

    At most `batch` in one transaction: what is left is for the next call.
    """
    still_since = app.clock.now() - timedelta(days=app.settings.of(LoyaltySettings).idle_days)
    with app.db.atomic():
        idle = Account.select().where(Account.balance > 0, Account.updated_at < still_since)
        # Locked in one order, so that nothing is earned or spent meanwhile and nobody deadlocks.
        accounts = list(idle.order_by(Account.id).limit(batch).for_update())
        for account in accounts:
            spend(account.owner_id, account.balance, "Lapsed")
    return len(accounts)


def _add(owner_id: UUID, points: int) -> int:
    """Return the new balance, as the one statement that made it saw it."""
    added = Account.insert(owner_id=owner_id, balance=points, lifetime=points).on_conflict(
        conflict_target=[Account.owner_id],
        update={
            Account.balance: Account.balance + points,
            Account.lifetime: Account.lifetime + points,
            Account.updated_at: app.clock.now(),
        },
    )
    [account] = added.returning(Account.balance).execute()
    balance: int = account.balance
    return balance
