"""SMTP: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from contrib.smtp.configuration import provider
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
    return [Service(EmailProvider, provider, name="smtp")]


@hookimpl
def startup(app: Application) -> None:
    app.service(EmailProvider, "smtp")  # type: ignore[type-abstract]  # mypy #4717


@hookimpl
def shutdown(app: Application) -> None:
    made = app.service(EmailProvider, "smtp")  # type: ignore[type-abstract]  # mypy #4717
    cast("SmtpProvider", made).close()
