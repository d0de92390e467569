"""Which providers serve a channel, in which order, and which rest after a failure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from kernel import ConfigurationError
from kernel.nearest import suggestion
from plugins.notifications.ports import EmailProvider, PushProvider, SmsProvider
from plugins.notifications.settings import NotificationsSettings

if TYPE_CHECKING:
    from kernel import Application

MAILBOX: Final = "mailbox"
PORTS: Final[dict[str, type[Any]]] = {"email": EmailProvider, "sms": SmsProvider, "push": PushProvider}


class DeliveryProviders:
    """The chosen providers of one process.

    A provider that failed rests: it is asked last for `[notifications] rest`
    seconds (or as long as it wished), so that an outage costs one timeout and
    not one a batch.
    """

    def __init__(self, app: Application) -> None:
        self._app = app
        self._settings = app.settings.of(NotificationsSettings)
        self._production = app.settings.kernel.environment == "production"
        self._resting: dict[tuple[str, str], datetime] = {}
        self._chosen = {
            "email": self._names("email", self._settings.email_providers),
            "sms": self._names("sms", self._settings.sms_providers),
        }

    def _names(self, channel: str, wanted: list[str]) -> tuple[str, ...]:
        offered = self._app.registry.services_of(PORTS[channel])
        for name in wanted:
            key = f"notifications.{channel}_providers"
            if name not in offered:
                known = [one for one in offered if one != MAILBOX or not self._production]
                remedy = f"enable the plugin that offers it{suggestion(name, known)}"
                raise ConfigurationError(f"{key}: no enabled plugin offers `{name}`: {remedy}")
            if name == MAILBOX and self._production:
                raise ConfigurationError(f"{key}: the development mailbox is refused in production")
        return tuple(wanted) or (() if self._production else (MAILBOX,))

    def chosen(self, channel: str, address: str = "") -> tuple[str, ...]:
        """Return the names of a channel's providers; an address for push names its own."""
        if channel != "push":
            return self._chosen[channel]
        name = address.partition(":")[0]
        if name != MAILBOX and name in self._app.registry.services_of(PushProvider):
            return (name,)
        return () if self._production else (MAILBOX,)

    @property
    def push(self) -> tuple[str, ...]:
        """The names devices may be registered under; in production not the mailbox's."""
        offered = self._app.registry.services_of(PushProvider)
        return tuple(sorted(name for name in offered if name != MAILBOX or not self._production))

    def ordered(self, channel: str, names: tuple[str, ...]) -> list[str]:
        """Return providers in the order to ask them: the rested first."""
        now = self._app.clock.now()
        return sorted(names, key=lambda name: self._resting.get((channel, name), now) > now)

    def provider(self, channel: str, name: str) -> Any:
        """Return a provider of a channel."""
        return self._app.service(PORTS[channel], name)

    def rest(self, channel: str, name: str, seconds: float | None) -> None:
        """Ask a provider last for a while."""
        pause = max(self._settings.rest, seconds or 0)
        self._resting[channel, name] = self._app.clock.now() + timedelta(seconds=pause)

    def rested(self, channel: str, name: str) -> None:
        """Ask a provider in its turn again: it works."""
        self._resting.pop((channel, name), None)
