"""Who may reach whom directly: blocks, and accounts that are no more."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kernel import app
from plugins.accounts import api as accounts
from plugins.chat.problems import NotReachable


def unreachable(sender: UUID, recipients: Collection[UUID]) -> set[UUID]:
    """Return those of `recipients` whom `sender` may not reach, as other plugins say."""
    found: set[UUID] = set()
    if app.hooks.implementations("chat_may_message"):
        for refused in app.hooks.call("chat_may_message", sender=sender, recipients=recipients):
            found.update(refused)
    return found & set(recipients)


def require_reachable(sender: UUID, recipients: Collection[UUID]) -> None:
    """Raise NotReachable unless `sender` may reach everybody in `recipients`."""
    if unreachable(sender, recipients):
        raise NotReachable


def strangers(ids: Collection[UUID]) -> set[UUID]:
    """Return the ids that are nobody's account, or a closed one's; one statement."""
    cards = accounts.user_cards(ids)
    return {each for each in ids if each not in cards or cards[each].deleted}
