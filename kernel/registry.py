"""What is loaded: frozen after boot, read by every room.

Each value stands with the plugin that declared it, in dependency order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from kernel.declarations import AdminPage, Permission, Role, Route, Service, StorageBackend
from kernel.errors import ConfigurationError, PluginError
from kernel.manifest import Manifest
from kernel.nearest import suggestion
from kernel.resolution import without
from kernel.tasks import Schedule, Task

if TYPE_CHECKING:
    import click
    from peewee import Model

    from kernel.events import Subscriber
    from kernel.realtime.declarations import Namespace

T = TypeVar("T")


class Owned(NamedTuple, Generic[T]):
    """A declared value and the plugin that declared it."""

    plugin: str
    value: T


@dataclass(frozen=True, slots=True)
class Plugin:
    """One loaded plugin and all it declared."""

    manifest: Manifest
    module: ModuleType
    settings: type[Any] | None = None
    hookspecs: ModuleType | None = None
    services: tuple[Service, ...] = ()
    models: tuple[type[Model], ...] = ()
    permissions: tuple[Permission | Role, ...] = ()
    events: tuple[type[Any], ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    routes: tuple[Route, ...] = ()
    tasks: tuple[Task | Schedule, ...] = ()
    realtime: tuple[Namespace, ...] = ()
    storage: tuple[StorageBackend, ...] = ()
    commands: tuple[click.Command, ...] = ()
    admin: tuple[AdminPage, ...] = ()

    @property
    def name(self) -> str:
        """The plugin's name, from its manifest."""
        return self.manifest.name


@dataclass(frozen=True, slots=True)
class Dropped:
    """A plugin the `continue` policy left out, and why."""

    name: str
    prefixes: tuple[str, ...]
    error: PluginError


@dataclass(frozen=True)
class Registry:
    """Everything the loaded plugins declared; see the fields of `Plugin`."""

    plugins: tuple[Plugin, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    pulled_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    services: tuple[Owned[Service], ...] = ()
    models: tuple[Owned[type[Model]], ...] = ()
    permissions: tuple[Owned[Permission], ...] = ()
    roles: tuple[Owned[Role], ...] = ()
    events: tuple[Owned[type[Any]], ...] = ()
    subscribers: tuple[Owned[Subscriber], ...] = ()
    routes: tuple[Owned[Route], ...] = ()
    tasks: tuple[Owned[Task], ...] = ()
    schedules: tuple[Owned[Schedule], ...] = ()
    realtime: tuple[Owned[Namespace], ...] = ()
    storage: tuple[Owned[StorageBackend], ...] = ()
    commands: tuple[Owned[click.Command], ...] = ()
    admin: tuple[Owned[AdminPage], ...] = ()

    def plugin(self, name: str) -> Plugin:
        """Return a loaded plugin; raise PluginError with the nearest name."""
        for plugin in self.plugins:
            if plugin.name == name:
                return plugin
        loaded = [plugin.name for plugin in self.plugins]
        raise PluginError(name, "registry", f"not loaded: enable it in the profile{suggestion(name, loaded)}")

    def __contains__(self, name: object) -> bool:
        """Tell whether the plugin of this name is loaded."""
        return any(plugin.name == name for plugin in self.plugins)

    def without(self, fault: PluginError) -> Registry:
        """Return this registry without a plugin and all that depends on it."""
        staying, faults = without([plugin.manifest for plugin in self.plugins], [fault])
        names = {manifest.name for manifest in staying}
        gone = {plugin.name: plugin.manifest.prefixes for plugin in self.plugins if plugin.name not in names}
        dropped = tuple(Dropped(one.plugin, gone.get(one.plugin, ()), one) for one in faults)
        plugins = tuple(plugin for plugin in self.plugins if plugin.name in names)
        return registry_of(plugins, (*self.dropped, *dropped), self.pulled_in)

    def unavailable(self) -> dict[str, str]:
        """Return the URL prefixes of dropped plugins, and the plugin of each."""
        return {prefix: dropped.name for dropped in self.dropped for prefix in dropped.prefixes}

    def services_of(self, port: type[Any]) -> dict[str, Service]:
        """Return the implementations of a port by their names."""
        return {service.name: service for _, service in self.services if service.port is port}

    def service(self, port: type[Any], name: str = "default") -> Service:
        """Return one implementation's declaration; raise ConfigurationError."""
        offered = self.services_of(port)
        if name in offered:
            return offered[name]
        missing = f"{port.__name__} `{name}` is offered by no enabled plugin"
        raise ConfigurationError(f"{missing}: enable one that does{suggestion(name, offered)}")


def registry_of(
    plugins: tuple[Plugin, ...], dropped: tuple[Dropped, ...], pulled_in: Mapping[str, tuple[str, ...]]
) -> Registry:
    """Return the frozen registry of checked plugins."""
    plain = (
        "services", "models", "events", "subscribers", "routes", "realtime", "storage", "commands", "admin",
    )  # fmt: skip
    granted, worked = _flat(plugins, "permissions"), _flat(plugins, "tasks")
    return Registry(
        plugins,
        dropped,
        pulled_in,
        permissions=tuple(one for one in granted if isinstance(one.value, Permission)),
        roles=tuple(one for one in granted if isinstance(one.value, Role)),
        tasks=tuple(one for one in worked if not isinstance(one.value, Schedule)),
        schedules=tuple(one for one in worked if isinstance(one.value, Schedule)),
        **{name: _flat(plugins, name) for name in plain},
    )


def _flat(plugins: tuple[Plugin, ...], name: str) -> tuple[Owned[Any], ...]:
    return tuple(Owned(plugin.name, value) for plugin in plugins for value in getattr(plugin, name))
