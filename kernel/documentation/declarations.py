"""`reference/permissions.md` and `reference/events.md`, from the declarations."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.documentation.markdown import first_line, table
from kernel.events.event_type import event_type
from kernel.loader import Loaded

_PERMISSIONS = """\
# Permissions and roles

`[auth.roles]` of a profile changes which role may do what ([how](../plugins/auth.md#permissions-and-roles)).
Built in are the roles `anonymous` (everybody), `user` (every active account) and `admin` (every permission,
everywhere).
"""
_EVENTS = """\
# Events

What plugins publish, by wire type. The JSON Schema of each stands in `docs/events/`; how to subscribe:
[events](../plugins/events.md).
"""


def permissions_page(loaded: Loaded) -> str:
    """Return the page: per plugin its permissions, then its roles."""
    return _PERMISSIONS + "".join(
        f"\n## `{plugin.name}`\n{text}"
        for plugin in loaded.registry.plugins
        if (text := _rights(loaded, plugin.name) + _roles(loaded, plugin.name))
    )


def _rights(loaded: Loaded, plugin: str) -> str:
    rows = [
        (f"`{one.name}`", one.summary, ", ".join(one.roles) or "(admin)")
        for owner, one in loaded.registry.permissions
        if owner == plugin
    ]
    return _spaced(table(("permission", "meaning", "roles that have it"), rows))


def _roles(loaded: Loaded, plugin: str) -> str:
    rows = [
        (f"`{one.name}`", one.summary, "within a scope" if one.scoped else "globally")
        for owner, one in loaded.registry.roles
        if owner == plugin
    ]
    return _spaced(table(("role", "meaning", "granted"), rows))


def events_page(loaded: Loaded) -> str:
    """Return the page: per plugin the events it publishes."""
    heads = ("event", "ordered by", "fields", "meaning")
    return _EVENTS + "".join(
        f"\n## `{plugin.name}`\n{_spaced(table(heads, _event_rows(plugin.events)))}"
        for plugin in loaded.registry.plugins
        if plugin.events
    )


def _event_rows(events: tuple[type, ...]) -> Iterator[tuple[str, ...]]:
    for event in events:
        declared = event_type(event)
        fields = ", ".join(f"`{name}`" for name in getattr(event, "__dataclass_fields__", {}))
        yield f"`{declared.wire}`", declared.key or "—", fields, first_line(event)


def _spaced(text: str) -> str:
    return f"\n{text}" if text else ""
