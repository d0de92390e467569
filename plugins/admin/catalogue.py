"""The pages of all plugins, with what a browser needs to show them and to make their forms.

Made once a process from the declarations, and from the same schemas that check requests,
so it is there also where the API's documents are not served.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kernel import ALL, AdminAction, AdminPage, Application, Principal
from kernel.admin_checks import shape_of
from kernel.http.openapi import openapi_document
from kernel.http.routing import path_of

MAX_DEPTH: Final = 8
"""How deep schemas are written into each other; below, anything goes (and the API checks)."""

GROUPS: Final = (
    *("Approvals", "Buildings", "People", "Moderation", "Market", "Finance", "Analytics"),
    *("Messages", "System"),
)
"""The menu's headings in their order; a plugin's own come before the last two."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """A page, and what is told of it: by `rights` apart from what everybody is told."""

    page: AdminPage
    told: Json
    actions: tuple[tuple[AdminAction, Json], ...]


class Catalogue:
    """Every page; `visible` to a caller are those whose permission they hold somewhere."""

    def __init__(self, app: Application) -> None:
        pages = sorted((page for _, page in app.registry.admin), key=_place)
        document = _document(app, pages)
        self._entries = tuple(_entry(page, document) for page in pages)

    def visible(self, caller: Principal) -> list[Json]:
        """Return the caller's pages, each with where they may use it and what they may do there."""
        return [
            {
                **entry.told,
                "scopes": at,
                "actions": [
                    {**told, "scopes": place}
                    for action, told in entry.actions
                    if (place := _where(caller, action.permission or entry.page.permission, entry.page)) != []
                ],
            }
            for entry in self._entries
            if (at := _where(caller, entry.page.permission, entry.page)) != []
        ]

    def scopes_of(self, caller: Principal) -> set[str] | None:
        """Return the scopes in which the caller has a page; None when some page is theirs everywhere."""
        at = [self._at(caller, entry.page) for entry in self._entries]
        if any(each is None for each in at):
            return None
        return {scope for each in at for scope in each or ()}

    def _at(self, caller: Principal, page: AdminPage) -> list[str] | None:
        return _where(caller, page.permission, page)


def _where(caller: Principal, permission: str, page: AdminPage) -> list[str] | None:
    """Return the scopes in which a caller has a page; None: everywhere; none at all: they have it not."""
    held = caller.scopes_for(permission)
    if held is ALL:
        return None
    start = f"{page.scope_kind}:" if page.scope_kind else ""
    within = page.scoped or bool(page.scope_kind)
    return sorted(scope for scope in held if scope.startswith(start)) if within else []


def _place(page: AdminPage) -> int:
    """Return where a page's group stands: what is worked through first, Stoa itself last."""
    return GROUPS.index(page.group) if page.group in GROUPS else GROUPS.index("Messages") - 1


def collected(app: Application) -> Catalogue:
    """Return the catalogue of what the loaded plugins declared."""
    return Catalogue(app)


def _document(app: Application, pages: Iterable[AdminPage]) -> Json:
    """Return the operations the pages use, by the shape of their path; only those are written."""
    used = {shape_of(path.partition("?")[0]) for page in pages for path in _paths(page)}
    routes = [route for _, route in app.registry.routes if shape_of(path_of(route)) in used]
    document = openapi_document(routes, app.settings.http)
    schemas = document.get("components", {}).get("schemas", {})
    paths = document["paths"].items()
    return {"schemas": schemas, "paths": {shape_of(path): methods for path, methods in paths}}


def _paths(page: AdminPage) -> Iterable[str]:
    yield page.reads
    yield from page.details.values()
    yield from (action.calls.partition(" ")[2] for action in page.actions)


def _entry(page: AdminPage, document: Json) -> Entry:
    reads = document["paths"][shape_of(page.reads.partition("?")[0])]["get"]
    query = {one["name"]: one for one in reads.get("parameters", ()) if one["in"] == "query"}
    told = {
        "name": page.name,
        "title": page.title,
        "group": page.group,
        "about": page.about,
        "scope_kind": page.scope_kind,
        "reads": page.reads,
        "takes_scope": "scope" in query,
        "paged": "limit" in query,
        "columns": [{"field": name, "title": title} for name, title in page.columns.items()],
        "people": list(page.people),
        "filters": [
            {"name": name, "schema": _plain(query[name].get("schema", {}), document["schemas"])}
            for name in page.filters
        ],
        "charts": [_chart(one) for one in page.charts],
        "details": [{"title": title, "path": path} for title, path in page.details.items()],
        "downloads": [{"title": title, "path": path} for title, path in page.downloads.items()],
        "waiting": dict(page.waiting),
    }
    return Entry(page, told, tuple((one, _action(one, document)) for one in page.actions))


def _chart(chart: Any) -> Json:
    told = {**dataclasses.asdict(chart), "counts": list(chart.counts)}
    return {**told, "y": [{"field": name, "title": title} for name, title in chart.y.items()]}


def _action(action: AdminAction, document: Json) -> Json:
    method, _, path = action.calls.partition(" ")
    operation = document["paths"][shape_of(path)][method.lower()]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    query = [
        {**one, "schema": _plain(one.get("schema", {}), document["schemas"])}
        for one in operation.get("parameters", ())
        if one["in"] == "query"
    ]
    return {
        "label": action.label,
        "method": method,
        "path": path,
        "about": operation["description"].partition("\n\n")[0],
        "body": None if body is None else _asked(_plain(body, document["schemas"]), action.sends),
        "query": query,
        "confirm": action.confirm,
        "danger": action.danger,
        "alone": action.alone,
        "when": {name: list(values) for name, values in action.when.items()},
        "sends": dict(action.sends),
    }


def _asked(body: Json, sent: Collection[str]) -> Json:
    """Return a body's schema without what the action sends by itself."""
    kept = {name: one for name, one in body.get("properties", {}).items() if name not in sent}
    required = [name for name in body.get("required", ()) if name not in sent]
    return {**body, "properties": kept, "required": required}


def _plain(schema: Any, schemas: Mapping[str, Any], depth: int = 0) -> Any:
    """Return a schema with what it refers to written into it."""
    if isinstance(schema, list):
        return [_plain(one, schemas, depth) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        if depth >= MAX_DEPTH:
            return {}
        found = schemas[schema["$ref"].rpartition("/")[2]]
        rest = {name: one for name, one in schema.items() if name != "$ref"}
        return {**_plain(found, schemas, depth + 1), **rest}
    return {name: _plain(one, schemas, depth) for name, one in schema.items()}
