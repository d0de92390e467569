"""The settings sections of the kernel's own rooms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.auth.settings import AuthSettings
from kernel.cache.settings import CacheSettings
from kernel.events.settings import EventsSettings
from kernel.http.settings import HttpSettings
from kernel.observability.settings import ObservabilitySettings
from kernel.realtime.settings import RealtimeSettings
from kernel.redis import RedisSettings
from kernel.settings import KernelSettings
from kernel.storage.settings import DatabaseSettings, StorageSettings
from kernel.tasks.settings import TasksSettings

KERNEL_SECTIONS: Final[Mapping[str, type[Any]]] = {
    "kernel": KernelSettings,
    "database": DatabaseSettings,
    "redis": RedisSettings,
    "http": HttpSettings,
    "realtime": RealtimeSettings,
    "auth": AuthSettings,
    "events": EventsSettings,
    "tasks": TasksSettings,
    "cache": CacheSettings,
    "storage": StorageSettings,
    "observability": ObservabilitySettings,
}
