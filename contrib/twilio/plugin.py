"""Twilio: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.twilio.configuration import provider
from contrib.twilio.settings import TwilioSettings
from kernel import Service, hookimpl
from plugins.notifications.api import SmsProvider

if TYPE_CHECKING:
    from kernel import Application, Settings


@hookimpl
def register_settings() -> type[TwilioSettings]:
    return TwilioSettings


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(SmsProvider, provider, name="twilio")]


@hookimpl
def startup(app: Application) -> None:
    app.service(SmsProvider, "twilio")  # type: ignore[type-abstract]  # mypy #4717
