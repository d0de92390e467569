"""Check a plugin's pages of the web console against the API they stand on.

A page is data about other declarations: a typing error in one would show up in
front of an operator, so it stops the start, with the nearest name.
"""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from marshmallow import Schema
from marshmallow import fields as base

from kernel.declarations import AdminAction, AdminPage, Route
from kernel.http.endpoint import Binary, Endpoint, endpoints_of
from kernel.http.page import PageOf
from kernel.http.routing import path_of
from kernel.http.validation import query_schema
from kernel.nearest import suggestion

METHODS = ("POST", "PUT", "PATCH", "DELETE")


class Found(NamedTuple):
    """A route, and its declarations by method."""

    path: str
    methods: Mapping[str, Endpoint]


def shape_of(path: str) -> str:
    """Return the path with its fields blanked: what routes are told apart by."""
    return "/" + "/".join("{}" if "{" in segment else segment for segment in path.strip("/").split("/"))


def endpoints_by_shape(routes: Iterable[Route]) -> dict[str, Found]:
    """Return every declared endpoint by the shape of its path; what is undeclared is another check's."""
    found: dict[str, Found] = {}
    for route in routes:
        declared = {name.upper(): one for name, one in endpoints_of(route.resource).items() if one}
        found[shape_of(path_of(route))] = Found(path_of(route), declared)
    return found


def item_of(declared: Endpoint) -> type[Schema] | None:
    """Return the schema of what a list lists; None when the answer is no list."""
    if isinstance(declared.response, PageOf):
        return declared.response.item
    if isinstance(declared.response, type):
        listed = _fields(declared.response).get("items")
        inner = listed.inner if isinstance(listed, base.List) else None
        if isinstance(inner, base.Nested) and isinstance(inner.nested, type):
            return inner.nested
    return None


def admin_faults(
    page: AdminPage, permissions: Collection[str], endpoints: Mapping[str, Found]
) -> Iterator[str]:
    """Yield what is wrong with a page, one line each."""
    yield from _unknown("permission", page.permission, permissions)
    path, _, always = page.reads.partition("?")
    read = _endpoint("GET", path, endpoints)
    if isinstance(read, str):
        yield read
    else:
        yield from _reading(page, read, [name for name, _ in parse_qsl(always)])
    for path in page.details.values():
        detail = _endpoint("GET", path, endpoints)
        if isinstance(detail, str):
            yield detail
    for path in page.downloads.values():
        yield from _downloading(path, endpoints)
    for action in page.actions:
        yield from (f"action `{action.label}`: {fault}" for fault in _acting(action, permissions, endpoints))


def _reading(page: AdminPage, read: Endpoint, always: Iterable[str]) -> Iterator[str]:
    item = item_of(read)
    if item is None and page.columns:
        yield f"GET {page.reads} answers no list: give the page charts, or no columns"
    if item is not None and not page.columns and not page.charts:
        yield "has neither columns nor charts: nothing would be shown"
    if item is not None:
        for column in page.columns:
            yield from _unknown("column", column.partition(".")[0], _names(item))
    asked = query_schema(read.query, read.response)
    for name in (*page.filters, *page.waiting, *always):
        yield from _unknown("filter", name, _names(asked) if asked else ())


def _downloading(target: str, endpoints: Mapping[str, Found]) -> Iterator[str]:
    path, _, always = target.partition("?")
    file = _endpoint("GET", path, endpoints)
    if isinstance(file, str):
        yield file
    elif not isinstance(file.response, Binary):
        yield f"GET {path} answers no file: show it in `details`"
    else:
        asked = query_schema(file.query, file.response)
        for name, _ in parse_qsl(always):
            yield from _unknown("filter", name, _names(asked) if asked else ())


def _acting(
    action: AdminAction, permissions: Collection[str], endpoints: Mapping[str, Found]
) -> Iterator[str]:
    method, _, path = action.calls.partition(" ")
    if method not in METHODS:
        yield f"`{action.calls}` is no call: write METHOD /path, the method one of {', '.join(METHODS)}"
        return
    called = _endpoint(method, path, endpoints)
    if isinstance(called, str):
        yield called
    elif called.body is not None:
        for name in action.sends:
            yield from _unknown("member of the body", name, _names(called.body))
    if action.permission:
        yield from _unknown("permission", action.permission, permissions)
    if action.danger and not action.confirm:
        yield "is dangerous and confirms nothing: say in `confirm` what will happen"
    try:
        list(string.Formatter().parse(action.confirm))
    except ValueError as ex:
        yield f"`confirm` cannot be filled in: {ex}"


def _endpoint(method: str, path: str, endpoints: Mapping[str, Found]) -> Endpoint | str:
    """Return the declaration of an endpoint, or what to do about there being none."""
    found = endpoints.get(shape_of(path))
    if found is not None and method in found.methods:
        return found.methods[method]
    if found is not None:
        return f"there is no {method} {path}: it takes {', '.join(found.methods)}"
    return f"there is no {method} {path}{suggestion(path, [one.path for one in endpoints.values()])}"


def _unknown(kind: str, name: str, known: Iterable[str]) -> Iterator[str]:
    among = set(known)
    if name not in among:
        yield f"there is no {kind} `{name}`{suggestion(name, among)}"


def _names(schema: type[Schema] | Schema) -> list[str]:
    return [field.data_key or name for name, field in _fields(schema).items()]


def _fields(schema: type[Schema] | Schema) -> Mapping[str, Any]:
    """Return a schema's fields without making an object of it, which copies them all."""
    declared: Mapping[str, Any] = schema._declared_fields  # noqa: SLF001 - marshmallow's only way to a class's fields
    return declared
