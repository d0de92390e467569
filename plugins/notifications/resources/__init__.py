"""The HTTP surface of notifications: parse, call, respond."""

from __future__ import annotations

from kernel import Route
from plugins.notifications.resources.administration import ADMINISTRATION
from plugins.notifications.resources.devices import DEVICES
from plugins.notifications.resources.listing import LISTING
from plugins.notifications.resources.mailbox import MAILBOX
from plugins.notifications.resources.preferences import PREFERENCES
from plugins.notifications.resources.unsubscribing import UNSUBSCRIBING


def routes(*, production: bool) -> tuple[Route, ...]:
    """Return the routes; the development mailbox has none in production."""
    always = (*LISTING, *PREFERENCES, *DEVICES, *ADMINISTRATION, *UNSUBSCRIBING)
    return always if production else (*always, *MAILBOX)
