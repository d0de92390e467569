"""What blocks forbid, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict, Forbidden


class Blocked(Forbidden):
    """One of the two blocks the other; which one is not told."""

    type, title = "blocked", "You cannot reach this person"


class TooManyBlocks(Conflict):
    """The list of blocks is full (`[blocking] max_blocks`): take one back first."""

    type, title = "too-many-blocks", "You block too many people"
