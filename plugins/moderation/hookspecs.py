"""Extension points of moderation: implement with `@hookimpl(optionalhook=True)`.

Where a hook returns `ModeratableType`, `Card` or `Rule`, a mapping with its
fields does as well: a plugin that does not require moderation imports nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from kernel import hookspec
from plugins.moderation.kinds import ModeratableType
from plugins.moderation.rules import Rule


@hookspec
def moderation_types() -> Sequence[ModeratableType]:
    """Return what of yours can be reported: listings, messages, reviews.

    Called once per process, when kinds are first asked for. No I/O.
    """
    raise AssertionError("a specification is never called")


@hookspec
def moderation_rules() -> Sequence[Rule]:
    """Return rules that look at what people publish and flag what moderators should see.

    Called once per process, when rules are first asked for. No I/O. A rule itself
    runs in the transaction of an event's delivery: memory or one query, no outside I/O.
    """
    raise AssertionError("a specification is never called")
