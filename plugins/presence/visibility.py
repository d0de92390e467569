"""Who sees whom: a relation that is the same both ways."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kernel import app
from plugins.accounts import api as accounts

Pair = tuple[UUID, UUID]


def visible(pairs: Collection[Pair]) -> set[Pair]:
    """Return those of `pairs` in which each sees the other: two statements for any number.

    Both show `last_seen` to each other by their privacy settings, and nothing
    (a block) stands between them. Everybody sees themselves.
    """
    if not pairs:
        return set()
    shown = accounts.mutual("last_seen", pairs)
    asked = {pair for pair in shown if pair[0] != pair[1]}
    if asked:
        for hidden in app.hooks.call("presence_hidden", pairs=asked):
            shown.difference_update(hidden)
    return shown
