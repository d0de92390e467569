"""Every type of message the enabled plugins declare, with its templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import TemplateError

from kernel import ConfigurationError, PluginError, StoaError
from kernel.nearest import suggestion
from plugins.notifications.kinds import CHANNELS, NotificationType
from plugins.notifications.settings import NotificationsSettings
from plugins.notifications.templates import Templates

if TYPE_CHECKING:
    from kernel import Application

FOLDER = Path("templates", "notifications")


@dataclass(frozen=True, slots=True)
class Declared:
    """A type, and what renders it under its short name."""

    type: NotificationType
    templates: Templates

    @property
    def short(self) -> str:
        """The type's name without its plugin's: the stem of its templates."""
        return self.type.name.partition(".")[2]


class Catalogue:
    """The declared types by name, and the layouts all e-mail shares."""

    def __init__(self, declared: Iterable[Declared], layouts: Templates) -> None:
        self._declared = {one.type.name: one for one in declared}
        self.layouts = layouts

    def __iter__(self) -> Iterator[NotificationType]:
        """Yield the types, sorted by name."""
        return (self._declared[name].type for name in sorted(self._declared))

    def __contains__(self, name: object) -> bool:
        return name in self._declared

    def of(self, name: str) -> Declared:
        """Return a type; raise StoaError with the nearest name."""
        if name not in self._declared:
            hint = suggestion(name, self._declared)
            raise StoaError(f"no plugin declares notifications of type {name}: return it from"
                            f" notifications_types{hint}")  # fmt: skip
        return self._declared[name]


def collected(app: Application) -> Catalogue:
    """Collect the types of all plugins; raise PluginError naming the plugin at fault."""
    overrides = app.settings.of(NotificationsSettings).templates
    if overrides and not Path(overrides).is_dir():
        raise ConfigurationError(f"notifications.templates: there is no directory {overrides}")
    declared: dict[str, Declared] = {}
    for plugin, types in app.hooks.implementations("notifications_types"):
        templates = _templates(app, plugin, overrides)
        for one in types():
            made = Declared(one, templates)
            _check(plugin, made, declared)
            declared[one.name] = made
    return Catalogue(declared.values(), _templates(app, "notifications", overrides))


def _templates(app: Application, plugin: str, overrides: str) -> Templates:
    own = app.registry.plugin(plugin).manifest.directory / FOLDER
    return Templates([Path(overrides) / plugin, own] if overrides else [own])


def _check(plugin: str, made: Declared, others: Mapping[str, Declared]) -> None:
    for fault in _faults(plugin, made, others):
        raise PluginError(plugin, "notifications_types", f"type {made.type.name} {fault}")


def _faults(plugin: str, made: Declared, others: Mapping[str, Declared]) -> Iterator[str]:
    one = made.type
    if not one.name.startswith(f"{plugin}.") or not made.short:
        yield f"must be named {plugin}.<name>"
    if one.name in others:
        yield "is declared twice"
    for channel in (*one.channels, *one.opt_in):
        if channel not in CHANNELS:
            yield f"has no such channel as {channel}{suggestion(channel, CHANNELS)}"
    if not one.channels:
        yield "has no channel"
    if set(one.opt_in) - set(one.channels):
        yield "has opt_in channels that are not among its channels"
    if one.mandatory and one.opt_in:
        yield "cannot be mandatory and opt-in"
    if one.sensitive and "in_app" in one.channels:
        yield "is sensitive and cannot be in_app: its content would stay"
    yield from _missing(made)


def _missing(made: Declared) -> Iterator[str]:
    for channel in made.type.channels:
        try:
            found = made.templates.has(made.short, channel)
            made.templates.has(made.short, "html")
        except TemplateError as ex:
            yield f"has a template that does not compile: {ex}"
            continue
        if not found:
            where = " or ".join(str(folder) for folder in made.templates.folders)
            yield f"needs {made.short}.txt with a first line `Subject: …` for {channel}, in {where}"
