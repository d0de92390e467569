"""Load plugins: discover → resolve → import → bind → collect → check → commit.

Nothing a plugin declares takes effect before all of it is checked together. A
fault names the plugin, the phase and the remedy; the policy decides what then:
`abort` raises the first, `continue` drops the plugin with its dependents and
goes on with the others. A hook is called once, however many plugins are dropped.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Final, Literal

import click
import peewee
import pluggy

from kernel import hookspecs
from kernel.checks import check
from kernel.declarations import AdminPage, Permission, Role, Route, Service, StorageBackend
from kernel.discovery import Discovery, discover
from kernel.errors import PluginError, one_line, raised_by
from kernel.events import Subscriber
from kernel.hooks import Hooks, freeze, misfits
from kernel.manifest import Manifest
from kernel.profile import Profile
from kernel.realtime.declarations import Namespace
from kernel.registry import Dropped, Plugin, Registry, registry_of
from kernel.resolution import resolve, without
from kernel.settings import KernelSettings, Settings
from kernel.tasks import Schedule, Task

PROJECT: Final = "stoa"
Stage = Callable[[Sequence[Manifest]], list[PluginError]]
_COLLECTED: Final[Mapping[str, tuple[type[Any], ...]]] = {
    "services": (Service,),
    "models": (peewee.ModelBase,),
    "permissions": (Permission, Role),
    "events": (type,),
    "subscribers": (Subscriber,),
    "routes": (Route,),
    "tasks": (Task, Schedule),
    "realtime": (Namespace,),
    "storage": (StorageBackend,),
    "commands": (click.Command,),
    "admin": (AdminPage,),
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading leaves: typed settings, the frozen registry, the frozen hooks."""

    settings: Settings
    registry: Registry
    hooks: Hooks


def load(
    profile: Profile, kernel_sections: Mapping[str, type[Any]], discovery: Discovery | None = None
) -> Loaded:
    """Load the profile's plugins; raise PluginError or ConfigurationError.

    `kernel_sections` are the settings of the kernel's rooms by section name.
    """
    kernel_only = {"kernel": profile.sections.get("kernel", {})}
    kernel = Settings(dataclasses.replace(profile, sections=kernel_only), {"kernel": KernelSettings})
    found = discover() if discovery is None else discovery
    return _Loading(profile, kernel_sections, found, kernel.section("kernel").policy).run()


class _Loading:
    """One run of the loader over a shrinking list of plugins."""

    def __init__(
        self,
        profile: Profile,
        kernel_sections: Mapping[str, type[Any]],
        discovery: Discovery,
        policy: Literal["abort", "continue"],
    ) -> None:
        self.profile = profile
        self.kernel_sections = kernel_sections
        self.discovery = discovery
        self.policy = policy
        self.order: list[Manifest] = []
        self.faults: dict[str, PluginError] = {}
        self.modules: dict[str, ModuleType] = {}
        self.plugins: dict[str, Plugin] = {}
        self.collected: set[str] = set()
        self.manager = pluggy.PluginManager(PROJECT)

    def run(self) -> Loaded:
        resolution = resolve(self.profile.plugins, self.discovery)
        self._note(resolution.faults)
        self.order = list(resolution.order)
        self._until_sound(self._import)
        self._until_sound(self._bind)
        settings = self._settings()
        self._until_sound(lambda order: self._collect(order, settings))
        self._until_sound(self._check)
        self._until_sound(self._bind)
        plugins = tuple(self.plugins[manifest.name] for manifest in self.order)
        names = {plugin.name for plugin in plugins}
        pulled_in = {name: by for name, by in resolution.pulled_in.items() if name in names}
        return Loaded(settings, registry_of(plugins, self._dropped(), pulled_in), freeze(self.manager))

    def _until_sound(self, stage: Stage) -> None:
        """Run a stage; drop the faulty and run it again until it finds none."""
        while faults := stage(tuple(self.order)):
            self.order, all_faults = without(self.order, faults)
            self._note(all_faults)

    def _note(self, faults: Sequence[PluginError]) -> None:
        if faults and self.policy == "abort":
            raise faults[0]
        for fault in faults:
            self.faults.setdefault(fault.plugin, fault)

    def _dropped(self) -> tuple[Dropped, ...]:
        found = self.discovery.found
        return tuple(
            Dropped(name, found[name].prefixes if name in found else (), error)
            for name, error in self.faults.items()
        )

    def _import(self, order: Sequence[Manifest]) -> list[PluginError]:
        faults = []
        for manifest in order:
            try:
                self.modules[manifest.name] = import_module(manifest.module)
            except Exception as ex:  # noqa: BLE001 - a stranger's module may raise anything
                faults.append(raised_by(manifest.name, "import", ex))
        return faults

    def _bind(self, order: Sequence[Manifest]) -> list[PluginError]:
        """Register the plugins with a fresh pluggy manager and call the first hooks."""
        self.manager = pluggy.PluginManager(PROJECT)
        self.manager.add_hookspecs(hookspecs)
        faults = [fault for manifest in reversed(order) for fault in self._register(manifest)]
        if faults:
            return faults
        for manifest in order:
            faults += self._introduce(manifest)
        return faults or misfits(self.manager)

    def _register(self, manifest: Manifest) -> list[PluginError]:
        try:
            self.manager.register(self.modules[manifest.name], manifest.name)
        except pluggy.PluginValidationError as ex:
            return [PluginError(manifest.name, "plugin.py", one_line(ex))]
        return []

    def _introduce(self, manifest: Manifest) -> list[PluginError]:
        """Ask a plugin for its settings and its own hook specifications."""
        name = manifest.name
        try:
            plugin = self.plugins.get(name) or Plugin(
                manifest,
                self.modules[name],
                settings=self._one(name, "register_settings", _is_frozen),
                hookspecs=self._one(name, "register_hookspecs", lambda value: isinstance(value, ModuleType)),
            )
            self.plugins[name] = plugin
            if plugin.hookspecs:
                self._add_hookspecs(name, plugin.hookspecs)
        except PluginError as ex:
            return [ex]
        return []

    def _one(self, plugin: str, hook: str, fits: Callable[[Any], bool]) -> Any:
        value = self._call(plugin, hook)
        if value is not None and not fits(value):
            expected = "a frozen dataclass (the class)" if hook == "register_settings" else "a module"
            raise PluginError(plugin, hook, f"returned {value!r}: return {expected}")
        return value

    def _add_hookspecs(self, plugin: str, module: ModuleType) -> None:
        for name in vars(module):
            if self.manager.parse_hookspec_opts(module, name) is not None:
                self._may_specify(plugin, name)
        try:
            self.manager.add_hookspecs(module)
        except pluggy.PluginValidationError as ex:
            raise PluginError(self.manager.get_name(ex.plugin) or plugin, "plugin.py", one_line(ex)) from ex
        except ValueError as ex:
            raise PluginError(
                plugin, "register_hookspecs", f"{one_line(ex)}: return a module of @hookspec functions"
            ) from ex

    def _may_specify(self, plugin: str, name: str) -> None:
        if not name.startswith(f"{plugin}_"):
            remedy = f"hook `{name}` must begin with `{plugin}_`: rename it"
            raise PluginError(plugin, "register_hookspecs", remedy)

    def _call(self, plugin: str, hook: str, **arguments: Any) -> Any:
        """Call one plugin's implementation of a hook; None when it has none."""
        for one in getattr(self.manager.hook, hook).get_hookimpls():
            if one.plugin_name == plugin:
                try:
                    return one.function(**{name: arguments[name] for name in one.argnames})
                except Exception as ex:
                    raise raised_by(plugin, hook, ex) from ex
        return None

    def _implements(self, plugin: str, hook: str) -> bool:
        return any(one.plugin_name == plugin for one in getattr(self.manager.hook, hook).get_hookimpls())

    def _settings(self) -> Settings:
        """Type the settings; sections of installed plugins that are not loaded may stand."""
        plugins = [self.plugins[manifest.name] for manifest in self.order]
        sections = {plugin.name: plugin.settings for plugin in plugins if plugin.settings}
        idle = self.discovery.found.keys() | self.discovery.broken.keys() | self.faults.keys()
        return Settings(self.profile, {**sections, **self.kernel_sections}, idle - sections.keys())

    def _collect(self, order: Sequence[Manifest], settings: Settings) -> list[PluginError]:
        faults = []
        for manifest in order:
            if manifest.name in self.collected:
                continue
            try:
                declared: dict[str, Any] = {
                    kind: self._declared(manifest.name, kind, settings) for kind in _COLLECTED
                }
                self.plugins[manifest.name] = dataclasses.replace(self.plugins[manifest.name], **declared)
                self.collected.add(manifest.name)
            except PluginError as ex:
                faults.append(ex)
        return faults

    def _declared(self, plugin: str, kind: str, settings: Settings) -> tuple[Any, ...]:
        hook = f"register_{kind}"
        if not self._implements(plugin, hook):
            return ()
        values = self._call(plugin, hook, settings=settings)
        if not isinstance(values, Sequence) or isinstance(values, str):
            returned = "nothing" if values is None else type(values).__name__
            raise PluginError(plugin, hook, f"returned {returned}: return a list")
        for value in values:
            _fits(plugin, hook, value, _COLLECTED[kind])
        return tuple(values)

    def _check(self, order: Sequence[Manifest]) -> list[PluginError]:
        return check([self.plugins[manifest.name] for manifest in order], self.kernel_sections)


def _fits(plugin: str, hook: str, value: Any, kinds: tuple[type[Any], ...]) -> None:
    if not isinstance(value, kinds) or (hook == "register_events" and not hasattr(value, "__event__")):
        wanted = {"register_events": "@event classes", "register_models": "peewee model classes"}
        names = wanted.get(hook) or " or ".join(kind.__name__ for kind in kinds)
        raise PluginError(plugin, hook, f"returned {value!r} among its values: return a list of {names}")


def _is_frozen(value: Any) -> bool:
    """Tell whether a value is a dataclass, the class itself, whose objects cannot be changed."""
    is_class = isinstance(value, type) and dataclasses.is_dataclass(value)
    return is_class and bool(value.__dataclass_params__.frozen)
