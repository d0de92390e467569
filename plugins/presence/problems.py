"""What can go wrong with presence, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict


class TooManySubscriptions(Conflict):
    """The socket watches as many people as it may (`[presence] max_subscriptions`)."""

    type, title = "too-many-subscriptions", "This socket watches too many people"
