"""What an operator is told: missing providers, mail that piles up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from email.utils import parseaddr
from typing import TYPE_CHECKING, Final

import structlog

from kernel import ConfigurationError, HealthCheck
from plugins.notifications.catalogue import Catalogue
from plugins.notifications.providers import DeliveryProviders
from plugins.notifications.settings import NotificationsSettings

if TYPE_CHECKING:
    from kernel import Application

log = structlog.get_logger(__name__)
LATE: Final = 900  # seconds a delivery may be due before /health says so
_BACKLOG = """
SELECT channel, count(*), extract(epoch FROM %(now)s - min(due_at))::float8 FROM notifications_delivery
WHERE state IN ('queued', 'sending') AND due_at <= %(now)s GROUP BY channel
"""


def checked(app: Application) -> Sequence[HealthCheck]:
    """Return whether there is a provider for every channel in use, and nothing waits long."""
    lacking = unserved(app)
    late = [
        f"{count} by {channel} since {seconds / 60:.0f} min"
        for channel, count, seconds in app.db.rows(_BACKLOG, {"now": app.clock.now()})
        if seconds > LATE
    ]
    return (
        HealthCheck(
            "notification_providers", not lacking, f"none for {', '.join(lacking)}" if lacking else ""
        ),
        HealthCheck("notification_backlog", not late, "; ".join(late)),
    )


def prepare(app: Application) -> None:
    """Check the settings at the start, tell what is missing, and offer the queue's depth as a metric."""
    sender = app.settings.of(NotificationsSettings).sender
    if "@" not in parseaddr(sender)[1]:
        raise ConfigurationError(f"notifications.sender: `{sender}` is not like `Name <address@domain>`")
    app.metrics.observed(
        "notifications_due", "Deliveries that are due, by channel.", lambda: _depth(app), ("channel",)
    )
    for channel in unserved(app):
        log.warning("notifications_have_no_provider", channel=channel, setting=f"{channel}_providers")


def unserved(app: Application) -> list[str]:
    """Return the channels that types use and no provider serves."""
    providers = app.service(DeliveryProviders)
    used = {channel for declared in app.service(Catalogue) for channel in declared.channels}
    return sorted(one for one in used & {"email", "sms"} if not providers.chosen(one))


def _depth(app: Application) -> Iterable[tuple[Sequence[str], float]]:
    rows = app.db.rows(_BACKLOG, {"now": app.clock.now()})
    return [((channel,), float(count)) for channel, count, _ in rows]
