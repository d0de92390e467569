"""What a client got, and whether its endpoint declares it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from falcon.routing import CompiledRouter
from marshmallow import Schema, fields

from kernel.http.endpoint import Binary, Endpoint, endpoints_of
from kernel.http.openapi import possible_problems
from kernel.http.page import PageOf
from kernel.http.routing import path_of
from kernel.registry import Registry

_ANYWHERE = frozenset({404, 405, 408, 413, 429, 503})
"""Errors a client may meet at any address, before its endpoint is asked."""

_BESIDE = frozenset({206, 301, 302, 303, 304, 307, 308})  # of conditional and range requests, and redirects


@dataclass(frozen=True)
class Answer:
    """What came back: status, lower-cased headers, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body read as UTF-8."""
        return self.body.decode()

    @property
    def problem(self) -> str:
        """The slug of the problem's type: `not-found` of `/problems/not-found`."""
        return str(self.json["type"]).rpartition("/")[2]

    @property
    def faults(self) -> dict[str, str]:
        """The details of `errors[]` by pointer or parameter."""
        return {
            each.get("pointer") or each.get("parameter", ""): each["detail"] for each in self.json["errors"]
        }


def check_answer(registry: Registry, method: str, path: str, answer: Answer) -> None:
    """Raise AssertionError naming the endpoint and what of the answer it does not declare."""
    endpoint, template = endpoint_at(registry, method, path)
    problems = possible_problems(endpoint, method.lower(), template) if endpoint else []
    faults = list(_faults(endpoint, {problem.status for problem in problems} | _ANYWHERE, answer))
    assert not faults, f"{method} {path} answered {answer.status}: {'; '.join(faults)}: {answer.body[:500]!r}"


def endpoint_at(registry: Registry, method: str, path: str) -> tuple[Endpoint | None, str]:
    """Return the plugin's endpoint at a concrete path, and its template; None for the kernel's own."""
    resource, _, _, template = _router(registry).find(path.partition("?")[0]) or (None, {}, {}, "")
    name = "get" if method == "HEAD" else method.lower()
    return (endpoints_of(resource).get(name) if resource else None), template or ""


_routers: dict[int, tuple[Registry, CompiledRouter]] = {}


def _router(registry: Registry) -> CompiledRouter:
    """Return a router over the registry's routes, made once."""
    known = _routers.get(id(registry))
    if known is None or known[0] is not registry:
        router = CompiledRouter()
        for _, route in registry.routes:
            router.add_route(path_of(route), route.resource, compile=False)
        _routers.clear()
        known = _routers[id(registry)] = (registry, router)
    return known[1]


def _faults(endpoint: Endpoint | None, declared: set[int], answer: Answer) -> Iterator[str]:
    if answer.status >= HTTPStatus.BAD_REQUEST:
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR and answer.status not in declared:
            yield "the server failed"
        elif endpoint and answer.status not in declared:
            yield f"declare a problem of status {answer.status} in errors=(…)"
        yield from _problem_faults(answer.status, answer.headers, answer.body)
    elif endpoint:
        yield from _success_faults(endpoint, answer.status, answer.body)


def _problem_faults(status: int, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    if headers.get("content-type", "").partition(";")[0] != "application/problem+json":
        if body:
            yield "errors are application/problem+json"
        return
    if body:
        problem = json.loads(body)
        if problem.get("status") != status or not str(problem.get("type", "")).startswith("/problems/"):
            yield "the problem lacks its type or status"


def _success_faults(endpoint: Endpoint, status: int, body: bytes) -> Iterator[str]:
    if status != endpoint.status and status not in _BESIDE:
        yield f"declared is {endpoint.status}"
    elif body and status == endpoint.status and not isinstance(endpoint.response, Binary):
        if endpoint.response is None:
            yield "no response is declared"
        else:
            kind = endpoint.response.schema if isinstance(endpoint.response, PageOf) else endpoint.response
            yield from _schema_faults(kind() if isinstance(kind, type) else kind, json.loads(body), "")


def _schema_faults(schema: Schema, value: Any, where: str) -> Iterator[str]:
    """Yield members the schema does not know, and null ones it does not allow."""
    if schema.many and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _members(schema, item, f"{where}/{index}")
    else:
        yield from _members(schema, value, where)


def _members(schema: Schema, value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where or '/'} is no object"
        return
    known = {field.data_key or name: field for name, field in schema.dump_fields.items()}
    for name, member in value.items():
        if name not in known:
            yield f"{where}/{name} is not in {type(schema).__name__}"
        elif member is not None:
            yield from _nested(known[name], member, f"{where}/{name}")


def _nested(field: fields.Field[Any], value: Any, where: str) -> Iterator[str]:
    if isinstance(field, fields.Nested):
        yield from _schema_faults(field.schema, value, where)
    elif (
        isinstance(field, fields.List) and isinstance(field.inner, fields.Nested) and isinstance(value, list)
    ):
        for index, item in enumerate(value):
            yield from _schema_faults(field.inner.schema, item, f"{where}/{index}")
