"""Firebase Cloud Messaging: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.fcm.configuration import provider
from contrib.fcm.settings import FcmSettings
from kernel import Service, hookimpl
from plugins.notifications.api import PushProvider

if TYPE_CHECKING:
    from kernel import Application, Settings


@hookimpl
def register_settings() -> type[FcmSettings]:
    return FcmSettings


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(PushProvider, provider, name="fcm")]


@hookimpl
def startup(app: Application) -> None:
    app.service(PushProvider, "fcm")  # type: ignore[type-abstract]  # mypy #4717
