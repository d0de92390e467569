"""What can go wrong with notifications, as problem types of the API."""

from __future__ import annotations

from kernel import BadRequest, Conflict


class InvalidLink(BadRequest):
    """The link is incomplete or was not made here: copy all of it, or use the preferences."""

    type, title = "invalid-unsubscribe-link", "This link does not work"


class NotRetriable(Conflict):
    """Only a failed delivery whose content was kept can be tried again."""

    type, title = "delivery-not-retriable", "This delivery cannot be tried again"
