"""Media: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import HealthCheck, Permission, Role, Route, hookimpl
from plugins.media import demo_images
from plugins.media.events import EVENTS
from plugins.media.films import find_ffmpeg
from plugins.media.models import MODELS
from plugins.media.permissions import PERMISSIONS
from plugins.media.resources import ROUTES
from plugins.media.schedules import SCHEDULES
from plugins.media.services.erasure import erase_own, export_own
from plugins.media.services.processing import remove_all_files
from plugins.media.settings import MediaSettings
from plugins.media.tasks import TASKS

if TYPE_CHECKING:
    from peewee import Model

    from kernel import Application, Schedule, Settings, Task


@hookimpl
def register_settings() -> type[MediaSettings]:
    return MediaSettings


@hookimpl
def register_models(settings: Settings) -> Sequence[type[Model]]:
    return MODELS


@hookimpl
def register_permissions(settings: Settings) -> Sequence[Permission | Role]:
    return PERMISSIONS


@hookimpl
def register_events(settings: Settings) -> Sequence[type[Any]]:
    return EVENTS


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def register_tasks(settings: Settings) -> Sequence[Task | Schedule]:
    return (*TASKS, *SCHEDULES)


@hookimpl
def health(app: Application) -> HealthCheck:
    ffmpeg = find_ffmpeg(app.settings.of(MediaSettings).ffmpeg)
    return HealthCheck("ffmpeg", ok=True, detail=ffmpeg or "none: films get no thumbnail")


@hookimpl
def demo_data(app: Application, progress: Callable[[int, int], None]) -> None:
    demo_images.load(app.blobs, progress)


@hookimpl
def export_personal_data(app: Application, user_id: UUID) -> Mapping[str, Any]:
    return export_own(user_id)


@hookimpl
def erase_personal_data(app: Application, user_id: UUID) -> None:
    erase_own(user_id)


@hookimpl
def uninstall(app: Application) -> None:
    remove_all_files()
