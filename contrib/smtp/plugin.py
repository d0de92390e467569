"""SMTP: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from contrib.smtp.configuration import servers, services
from contrib.smtp.settings import SmtpSettings
from kernel import Service, hookimpl
from plugins.notifications.api import EmailProvider

if TYPE_CHECKING:
    from contrib.smtp.provider import SmtpProvider
    from kernel import Application, Settings


@hookimpl
def register_settings() -> type[SmtpSettings]:
    return SmtpSettings


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return services(settings)


@hookimpl
def startup(app: Application) -> None:
    for name, _ in servers(app.settings.of(SmtpSettings)):
        app.service(EmailProvider, name)  # type: ignore[type-abstract]  # mypy #4717


@hookimpl
def shutdown(app: Application) -> None:
    for name, _ in servers(app.settings.of(SmtpSettings)):
        made = app.service(EmailProvider, name)  # type: ignore[type-abstract]  # mypy #4717
        cast("SmtpProvider", made).close()
