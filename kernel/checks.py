"""Check all plugins' declarations against each other, before any takes effect.

Every check yields one-line faults that name the plugin, the hook and the remedy.
When two plugins claim one thing, the later in dependency order is at fault.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from peewee import ForeignKeyField

from kernel.admin_checks import admin_faults, endpoints_by_shape, shape_of
from kernel.auth.roles import BUILT_IN
from kernel.declarations import Permission, Role
from kernel.errors import PluginError
from kernel.events.event_type import wire_type
from kernel.http.endpoint import UNREGISTERED, endpoints_of
from kernel.http.routing import path_of
from kernel.nearest import suggestion
from kernel.realtime.checks import faults_of
from kernel.registry import Plugin

RESERVED_PREFIXES = frozenset(
    {
        "_blobs",
        "_clock",
        "health",
        "metrics",
        "openapi.json",
        "problems",
        "reference",
        "socket.io",
        "asyncapi.json",
        "v1",
    }
)
_FIELD = re.compile(r"\{(\w+)(?::[^}]*)?\}")  # of a path: {note_id:uuid}
_HARMLESS = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})

Claim = tuple[str, str, str]  # the hook, the kind of thing, its name


def check(plugins: Iterable[Plugin], kernel_sections: Iterable[str]) -> list[PluginError]:
    """Return every fault of the plugins' declarations, in dependency order."""
    ordered = tuple(plugins)
    reserved = frozenset(kernel_sections)
    faults = [fault for plugin in ordered for fault in _alone(plugin, reserved)]
    for together in (
        _claimed_twice,
        _unknown_permissions,
        _unknown_events,
        _namespaces,
        _admin,
        _foreign_keys,
    ):
        faults += together(ordered)
    return faults


def warnings(plugins: Iterable[Plugin], roles_of_profile: Iterable[str] = ()) -> list[str]:
    """Return what is odd but may be meant: a role of a plugin that is not enabled here, say."""
    ordered = tuple(plugins)
    known = {one.name for one in BUILT_IN} | {one.name for one in _roles(ordered)} | set(roles_of_profile)
    return [
        f"{plugin.name}: permission `{permission.name}` is granted to role `{role}`, which nobody declares"
        f"{suggestion(role, known)}"
        for plugin in ordered
        for permission in plugin.permissions
        if isinstance(permission, Permission)
        for role in permission.roles
        if role not in known
    ]


def _alone(plugin: Plugin, reserved: frozenset[str]) -> Iterator[PluginError]:
    """Yield what is wrong with one plugin whatever the others declare."""
    if plugin.name in reserved:
        remedy = f"[{plugin.name}] is a settings section of the kernel: take another plugin name"
        yield PluginError(plugin.name, "manifest", remedy)
    for prefix in plugin.manifest.prefixes:
        if prefix in RESERVED_PREFIXES:
            yield PluginError(plugin.name, "manifest", f"prefix `{prefix}` is the kernel's: take another")
    yield from _names(plugin)
    yield from _routes(plugin)


def _names(plugin: Plugin) -> Iterator[PluginError]:
    """Yield names that do not begin with the plugin's."""
    rules: tuple[tuple[str, str, str, Iterable[str]], ...] = (
        ("register_models", "table", f"{plugin.name}_", map(_table, plugin.models)),
        ("register_permissions", "permission", f"{plugin.name}:", _permission_names(plugin)),
        ("register_events", "event", f"{plugin.name}.", map(wire_type, plugin.events)),
        ("register_subscribers", "subscriber", f"{plugin.name}.", (one.name for one in plugin.subscribers)),
        ("register_admin", "page", f"{plugin.name}.", (one.name for one in plugin.admin)),
    )
    for hook, kind, start, names in rules:
        for name in names:
            if not name.startswith(start):
                yield PluginError(plugin.name, hook, f"{kind} `{name}` must begin with `{start}`: rename it")


def _routes(plugin: Plugin) -> Iterator[PluginError]:
    """Yield routes outside the manifest's prefixes and responders declared badly."""
    for route in plugin.routes:
        first = route.path.lstrip("/").partition("/")[0] or "/"
        owned = plugin.manifest.prefixes
        if not route.path.startswith("/") or not {first, first.partition(".")[0]} & set(owned):
            listed = ", ".join(owned) or "none"
            mend = "leave /v1 out, it is put before" if first == "v1" else "add it to plugin.toml"
            remedy = f"path {route.path} is below no prefix of its manifest ({listed}): {mend}"
            yield PluginError(plugin.name, "register_routes", remedy)
        for remedy in _responders(route.path, route.resource):
            yield PluginError(plugin.name, "register_routes", remedy)


def _responders(path: str, resource: object) -> Iterator[str]:
    if isinstance(resource, type):
        yield f"{path}: {resource.__name__} is a class: mount an object of it, {resource.__name__}()"
        return
    declared = endpoints_of(resource)
    if not declared:
        yield f"{path}: {type(resource).__name__} has no responder: give it an on_get or another"
    for method, endpoint in declared.items():
        where = f"{path}: {type(resource).__name__}.on_{method}"
        if endpoint is None:
            yield f"{where} has no declaration: decorate it with @endpoint(…)"
        else:
            yield from (f"{where} {fault}" for fault in endpoint.faults(method))
            yield from (f"{where} {fault}" for fault in _misnamed(path, getattr(resource, f"on_{method}")))


def _misnamed(path: str, responder: Callable[..., Any]) -> Iterator[str]:
    """Yield the fields of the path that the responder does not take, and what it wants besides."""
    given = set(_FIELD.findall(path))
    taken = list(inspect.signature(responder).parameters.values())[2:]  # after req and resp
    names = {one.name for one in taken}
    if given - names and not any(one.kind is one.VAR_KEYWORD for one in taken):
        yield f"does not take {', '.join(sorted(given - names))} of its path: add it to its parameters"
    wanted = {one.name for one in taken if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD}
    if wanted - given:
        yield f"takes {', '.join(sorted(wanted - given))}, which its path has not: write it as {{name}} there"


def _claims(plugin: Plugin) -> Iterator[Claim]:
    """Yield every name that only one plugin, and only once, may hold."""
    yield from (("manifest", "prefix", prefix) for prefix in plugin.manifest.prefixes)
    yield from (("register_models", "table", _table(model)) for model in plugin.models)
    yield from (("register_permissions", "permission", name) for name in _permission_names(plugin))
    yield from (("register_permissions", "role", one.name) for one in _roles([plugin]))
    yield from (("register_events", "event", wire_type(event)) for event in plugin.events)
    yield from (("register_subscribers", "subscriber", one.name) for one in plugin.subscribers)
    yield from (("register_tasks", "task", one.name) for one in plugin.tasks)
    yield from (("register_realtime", "namespace", one.path) for one in plugin.realtime)
    yield from (("register_storage", "blob store", one.name) for one in plugin.storage)
    yield from (
        ("register_services", "service", f"{one.port.__module__}.{one.port.__qualname__} {one.name}")
        for one in plugin.services
    )
    yield from (("register_commands", "command", str(command.name)) for command in plugin.commands)
    yield from (("register_routes", "path", shape_of(path_of(one))) for one in plugin.routes)
    yield from (("register_admin", "page", one.name) for one in plugin.admin)


def _claimed_twice(plugins: Iterable[Plugin]) -> Iterator[PluginError]:
    holders: dict[tuple[str, str], str] = {}
    for plugin in plugins:
        for hook, kind, name in _claims(plugin):
            # A command stands below its plugin's name: only the plugin itself can repeat it.
            key = (kind, f"{plugin.name} {name}" if kind == "command" else name)
            holder = holders.setdefault(key, "")
            if holder:
                by = "it twice" if holder == plugin.name else f"{holder} too"
                yield PluginError(plugin.name, hook, f"{kind} `{name}` is claimed by {by}: rename one")
            holders[key] = plugin.name


def _unknown_permissions(plugins: Iterable[Plugin]) -> Iterator[PluginError]:
    ordered = tuple(plugins)
    known = {name for plugin in ordered for name in _permission_names(plugin)}
    for plugin in ordered:
        for route in plugin.routes:
            for method, endpoint in endpoints_of(route.resource).items():
                if endpoint and endpoint.permission not in known | UNREGISTERED:
                    where = f"{route.path}: {type(route.resource).__name__}.on_{method}"
                    hint = suggestion(endpoint.permission, known) or ": return it from register_permissions"
                    remedy = f"{where} names permission `{endpoint.permission}`, which nobody declares{hint}"
                    yield PluginError(plugin.name, "register_routes", remedy)


def _unknown_events(plugins: Iterable[Plugin]) -> Iterator[PluginError]:
    ordered = tuple(plugins)
    known = {wire_type(event) for plugin in ordered for event in plugin.events}
    for plugin in ordered:
        for one in plugin.subscribers:
            if one.type not in known and not one.optional:
                hint = suggestion(one.type, known) or ": require its plugin, or say optional=True"
                remedy = f"{one.name} awaits event `{one.type}`, which nobody registers{hint}"
                yield PluginError(plugin.name, "register_subscribers", remedy)


def _namespaces(plugins: Iterable[Plugin]) -> Iterator[PluginError]:
    """Yield what is wrong with the plugins' sockets."""
    ordered = tuple(plugins)
    permissions = {name for plugin in ordered for name in _permission_names(plugin)}
    events = {wire_type(event) for plugin in ordered for event in plugin.events}
    for plugin in ordered:
        owned = dict.fromkeys((plugin.name, *plugin.manifest.prefixes))
        for namespace in plugin.realtime:
            for remedy in faults_of(namespace, owned, permissions, events):
                yield PluginError(plugin.name, "register_realtime", remedy)


def _admin(plugins: Iterable[Plugin]) -> Iterator[PluginError]:
    """Yield what is wrong with the plugins' pages of the web console."""
    ordered = tuple(plugins)
    permissions = {name for plugin in ordered for name in _permission_names(plugin)}
    endpoints = endpoints_by_shape(route for plugin in ordered for route in plugin.routes)
    for plugin in ordered:
        for page in plugin.admin:
            for remedy in admin_faults(page, permissions, endpoints):
                yield PluginError(plugin.name, "register_admin", f"{page.name}: {remedy}")


def _foreign_keys(plugins: Iterable[Plugin]) -> Iterator[PluginError]:
    """Yield keys into another plugin's table that could block or dangle."""
    ordered = tuple(plugins)
    owners = {_table(model): plugin.name for plugin in ordered for model in plugin.models}
    for plugin in ordered:
        required = {requirement.name for requirement in plugin.manifest.requires}
        for model in plugin.models:
            for key in model._meta.sorted_fields:
                if isinstance(key, ForeignKeyField):
                    for remedy in _key_faults(plugin.name, key, owners, required):
                        yield PluginError(plugin.name, "register_models", remedy)


def _key_faults(
    plugin: str, key: ForeignKeyField, owners: Mapping[str, str], required: set[str]
) -> Iterator[str]:
    table = _table(key.rel_model)
    owner = "the kernel" if table.startswith("kernel_") else owners.get(table)
    where = f"{_table(key.model)}.{key.column_name} references {table}"
    if owner is None:
        yield f"{where}, which no plugin registers: register its model or use a plain id column"
    elif owner not in {plugin, "the kernel"} and owner not in required:
        yield f"{where} of {owner}: require {owner} in plugin.toml or use a plain id column"
    if owner != plugin and str(key.on_delete or "").upper() not in _HARMLESS:
        yield f"{where} of {owner or 'nobody'} and could block it: say on_delete='CASCADE' or 'SET NULL'"


def _roles(plugins: Iterable[Plugin]) -> Iterator[Role]:
    return (one for plugin in plugins for one in plugin.permissions if isinstance(one, Role))


def _permission_names(plugin: Plugin) -> list[str]:
    return [one.name for one in plugin.permissions if not isinstance(one, Role)]


def _table(model: Any) -> str:
    return str(model._meta.table_name)
