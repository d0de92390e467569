"""Extension points of notifications: implement with `@hookimpl(optionalhook=True)`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from kernel import hookspec

if TYPE_CHECKING:
    from plugins.notifications.kinds import NotificationType, Recipient


@hookspec
def notifications_types() -> Sequence[NotificationType]:
    """Return the types of messages this plugin sends, each named `<plugin>.<name>`.

    Called once per process, at `startup`; no I/O. A type of a foreign name, with an
    unknown channel or without its templates stops the boot.
    """
    raise AssertionError("a specification is never called")


@hookspec(firstresult=True)
def notifications_recipient(user_id: UUID) -> Recipient | None:
    """Return where and how an account is reached; None when this plugin does not know it.

    Called in a worker, once for each message to the account: answer with a query or two.
    """
    raise AssertionError("a specification is never called")


@hookspec
def notifications_undisturbed(user_ids: Collection[UUID]) -> Collection[UUID]:
    """Return those of `user_ids` who do not want to be disturbed now: nothing is pushed to them.

    What is mandatory is pushed all the same, and the list in the application
    fills. Called in a worker, once for a batch of pushes: answer with one query.
    """
    raise AssertionError("a specification is never called")
