"""The read paths: the event store as an audit log, and Stoa itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from kernel import FieldError, Invalid, Page, app
from kernel.events.event_type import wire_type
from plugins.accounts import api as accounts

Json = dict[str, Any]

_EVENTS: Final = """
SELECT position, id, type, key, actor, scope, correlation_id, data, occurred_at FROM kernel_event
WHERE {} ORDER BY position DESC LIMIT %(limit)s
"""
_CONDITIONS: Final = {
    "cursor": "position < %(cursor)s",
    "actor": "actor = ANY(%(actor)s)",
    "type": "type = ANY(%(type)s)",
    "key": "key = %(key)s",
    "since": "occurred_at >= %(since)s",
    "until": "occurred_at < %(until)s",
}


def events(asked: Mapping[str, Any]) -> Page[Json]:
    """Return a page of what happened, the latest first. One statement."""
    values = {name: _value(name, asked[name]) for name in _CONDITIONS if asked.get(name) is not None}
    where = " AND ".join(_CONDITIONS[name] for name in values) or "TRUE"
    limit = asked["limit"]
    rows = app.db.dicts(_EVENTS.format(where), {**values, "limit": limit + 1})
    following = str(rows[limit - 1]["position"]) if len(rows) > limit else None
    return Page([_event(row) for row in rows[:limit]], following)


def _value(name: str, value: Any) -> Any:
    if name == "cursor":
        return _position(value)
    if name == "actor":
        return [f"user:{value}", f"api_key:{value}"]
    return _types(value) if name == "type" else value


def _position(cursor: str) -> int:
    if not cursor.isdecimal():
        raise Invalid(errors=(FieldError("Start this list without a cursor.", parameter="cursor"),))
    return int(cursor)


def _types(asked: str) -> list[str]:
    """Return the registered types that begin with whole words of `asked`, or that one type alone."""
    known = [wire_type(one) for _, one in app.registry.events]
    return [one for one in known if one.startswith(f"{asked}.")] or [asked]


def _event(row: Json) -> Json:
    kind, _, account = row["actor"].partition(":")
    return {**row, "actor": kind, "actor_id": account or None}


def settings(asked: Mapping[str, Any]) -> Page[Json]:
    """Return every setting as it is in force; a secret only as whether it is set."""
    found = (
        {
            "id": f"{one.section}.{one.key}",
            "type": one.type,
            "value": one.value if one.secret else _written(one.section, one.key),
            "default": one.default,
            "source": one.source,
            "variable": one.variable,
            "help": one.help,
            "secret": one.secret,
        }
        for one in app.settings.describe()
        if (not asked["section"] or one.section == asked["section"])
        and (not asked["changed"] or one.source != "default")
    )
    wanted = asked["q"].casefold()
    kept = [one for one in found if wanted in f"{one['id']} {one['help']}".casefold()]
    return _paged(kept, asked)


def _written(section: str, key: str) -> str:
    """Return a value as its default is written: as JSON."""
    return json.dumps(getattr(app.settings.section(section), key), default=str, ensure_ascii=False)


def roles(asked: Mapping[str, Any]) -> Page[Json]:
    """Return the roles, and what each may do in this profile."""
    known = app.auth.roles
    return _paged(
        [
            {
                "id": name,
                "summary": known.role(name).summary,
                "granted": "within a scope" if known.role(name).scoped else "globally",
                "permissions": sorted(known.permissions_of(name)),
            }
            for name in known.names()
        ],
        asked,
    )


def plugins(asked: Mapping[str, Any]) -> Page[Json]:
    """Return what is loaded, and what the failure policy left out."""
    registry = app.registry
    loaded = [
        {
            "id": one.name,
            "version": str(one.manifest.version),
            "state": "enabled",
            "summary": one.manifest.summary,
            "requires": [each.name for each in one.manifest.requires],
            "wanted_by": list(registry.pulled_in.get(one.name, ())),
            "problem": "",
        }
        for one in registry.plugins
    ]
    dropped = [
        {
            "id": one.name, "version": "", "state": "left out", "summary": "", "requires": [],
            "wanted_by": [], "problem": str(one.error),
        }
        for one in registry.dropped
    ]  # fmt: skip
    return _paged(sorted([*loaded, *dropped], key=lambda one: str(one["id"])), asked)


def health() -> Page[Json]:
    """Return every check of the service and of its plugins, run now."""
    report = app.observability.health.report()
    return Page(
        [
            {
                "id": one.name, "state": "ok" if one.ok else "failing", "detail": one.detail,
                "data": dict(one.data),
            }
            for one in report.checks
        ]
    )  # fmt: skip


def _paged(items: Sequence[Json], asked: Mapping[str, Any]) -> Page[Json]:
    """Return a page of a list that is in memory, by the id of the last one before it."""
    cursor, limit = asked["cursor"], asked["limit"]
    ordered = sorted(items, key=lambda one: str(one["id"]))
    after = [one for one in ordered if cursor is None or one["id"] > cursor]
    return Page(after[:limit], after[limit - 1]["id"] if len(after) > limit else None)


def scopes(known: set[str] | None, q: str, limit: int) -> list[Json]:
    """Return scopes with their names, by name: of `known`, or of all there are (None)."""
    names: dict[str, str] = {}
    for found in app.hooks.call("admin_scopes", scopes=known, q=q, limit=limit):
        names |= {scope: name for scope, name in found.items() if known is None or scope in known}
    wanted = q.casefold()
    shown = [(scope, name) for scope, name in names.items() if wanted in name.casefold()]
    ordered = sorted(shown, key=lambda one: (one[1].casefold(), one[0]))
    return [{"scope": scope, "name": name} for scope, name in ordered[:limit]]


def people(ids: Iterable[UUID], viewer: UUID | None) -> list[Json]:
    """Return what people are called, as the caller may see them. One statement, or two."""
    cards = accounts.user_cards(ids, viewer)
    return [{"id": one.id, "name": one.name} for one in cards.values()]
