"""The OpenAPI 3.1 document, written from the declarations that also enforce it.

`openapi_document(routes, settings)` is a plain dict; `manage.py openapi` prints
it and `/openapi.json` serves it. Component schemas are named
`<plugin>.<Schema>`, so two plugins may both have an `ItemOut`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from kernel.declarations import Route
from kernel.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    HeadTooLarge,
    Invalid,
    NotAcceptable,
    NotFound,
    PreconditionFailed,
    Problem,
    RequestTimeout,
    TargetTooLong,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
)
from kernel.http.endpoint import ANONYMOUS, OPEN, UNLIMITED, UNREGISTERED, Binary, Endpoint
from kernel.http.page import PageOf
from kernel.http.patterns import Converter
from kernel.http.problems import MEDIA_TYPE, KeyInUse, KeyRequired, KeyReused
from kernel.http.reading import JSON
from kernel.http.routing import declared_endpoints, path_of
from kernel.http.settings import HttpSettings
from kernel.http.validation import is_optional, query_schema

_PARAMETER = re.compile(r"{(?P<name>\w+)(?::(?P<kind>\w+)(?:\([^)]*\))?)?}")
_PATH_TYPES: dict[str | None, dict[str, Any]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "dt": {"type": "string", "format": "date-time"},
}
_MODIFIERS = ("only", "exclude", "partial", "load_only", "dump_only")


class Schemas(MarshmallowPlugin):
    """apispec's plugin, with our names of schemas and our reading of patterns."""

    Converter = Converter

    def __init__(self) -> None:
        super().__init__(schema_name_resolver=_schema_name)


def openapi_document(routes: Sequence[Route], settings: HttpSettings, version: str = "1") -> dict[str, Any]:
    """Return the whole document as JSON-able data."""
    spec = APISpec(
        title=settings.title,
        version=version,
        openapi_version="3.1.0",
        plugins=[Schemas()],
        info={
            "description": "Errors are problem documents (RFC 9457); each `type` has a page that explains it."
        },
    )
    _declare_components(spec)
    for route in sorted(routes, key=path_of):
        operations = {
            method: _operation(route, method, declared, spec)
            for method, declared in declared_endpoints(route).items()
        }
        spec.path(path=_PARAMETER.sub(r"{\g<name>}", path_of(route)), operations=operations)
    document: dict[str, Any] = spec.to_dict()
    document["tags"] = [{"name": name} for name in sorted(_tags(document))]
    return document


def owner_of(declared_in: object) -> str:
    """Return the plugin a resource or schema belongs to, by its module; `kernel` for the kernel's."""
    kind = declared_in if isinstance(declared_in, type) else type(declared_in)
    first, *rest = kind.__module__.split(".")
    return rest[0] if first in {"plugins", "contrib"} and rest else first


def _schema_name(schema: Any) -> Any:
    """Return the component name of a schema; None inlines one that is narrowed at its use."""
    if not isinstance(schema, type) and any(_narrowed(schema, name) for name in _MODIFIERS):
        return None
    kind = schema if isinstance(schema, type) else type(schema)
    name = kind.__name__.removesuffix("Schema") or kind.__name__
    owner = owner_of(kind)
    return name if owner == "kernel" else f"{owner}.{name}"


def _narrowed(schema: Schema, modifier: str) -> bool:
    return bool(getattr(schema, modifier)) and not (modifier == "load_only" and not schema.load_only)


def _tags(document: dict[str, Any]) -> set[str]:
    return {
        tag for path in document["paths"].values() for operation in path.values() for tag in operation["tags"]
    }


# -- components ---------------------------------------------------------------


def _declare_components(spec: APISpec) -> None:
    spec.components.schema("Problem", PROBLEM)
    spec.components.security_scheme(
        "bearer",
        {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The `access_token` of a sign-in.",
        },
    )
    spec.components.security_scheme("api_key", {"type": "apiKey", "in": "header", "name": "X-API-Key"})


PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). A kind of problem may add members of its own.",
    "required": ["type", "title", "status", "request_id"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Stable; resolves to an explanation.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string", "description": "Quote it when you report this."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "detail": {"type": "string"},
                    "pointer": {"type": "string", "description": "JSON Pointer into the body."},
                    "parameter": {"type": "string", "description": "Name of a query parameter or header."},
                },
            },
        },
    },
}


# -- operations ---------------------------------------------------------------


def _operation(route: Route, method: str, declared: Endpoint, spec: APISpec) -> dict[str, Any]:
    responder = getattr(route.resource, f"on_{method}")
    shown: dict[str, Any] = {
        "operationId": _operation_id(method, path_of(route)),
        "tags": [owner_of(route.resource)],
        "summary": declared.summary,
        "description": _description(declared, inspect.getdoc(responder) or ""),
        "parameters": [
            *_path_parameters(path_of(route)),
            *_query_parameters(declared),
            *_headers(declared, method),
        ],
        "responses": _responses(declared, method, path_of(route), spec),
        "security": _security(declared.permission),
    }
    if body := _request_body(declared):
        shown["requestBody"] = body
    if declared.deprecated:
        shown["deprecated"] = True
    return {key: value for key, value in shown.items() if key == "security" or value not in ("", [])}


def _operation_id(method: str, path: str) -> str:
    words = re.findall(r"\w+", _PARAMETER.sub(r"by_\g<name>", path.removeprefix("/v1")))
    return "_".join([method, *words])


def _description(declared: Endpoint, docstring: str) -> str:
    text = declared.description or docstring
    if declared.permission not in UNREGISTERED:
        text += f"\n\nTakes the permission `{declared.permission}`."
    if declared.step_up:
        text += "\n\nTakes a second factor shown a short while ago."
    return text.strip()


def _security(permission: str) -> list[dict[str, list[str]]]:
    """Return the ways in: none where credentials are not read, an empty one where they are optional."""
    known: list[dict[str, list[str]]] = [{"bearer": []}, {"api_key": []}]
    if permission == ANONYMOUS:
        return []
    return [{}, *known] if permission in OPEN else known


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {
            "in": "path",
            "name": found["name"],
            "required": True,
            "schema": _PATH_TYPES.get(found["kind"], {"type": "string"}),
        }
        for found in _PARAMETER.finditer(path)
    ]


def _query_parameters(declared: Endpoint) -> list[dict[str, Any]]:
    schema = query_schema(declared.query, declared.response)
    return [{"in": "query", "schema": schema}] if schema else []


def _headers(declared: Endpoint, method: str) -> list[dict[str, Any]]:
    text = {"type": "string"}
    shown = []
    if declared.idempotent:
        shown.append(
            {
                "in": "header",
                "name": "Idempotency-Key",
                "required": declared.idempotent == "required",
                "schema": text | {"minLength": 8, "maxLength": 255, "pattern": "^[!-~]+$"},
                "description": "New for each new request; the same on a retry, which then answers the same.",
            }
        )
    if declared.etag and method != "get":
        shown.append(
            {
                "in": "header",
                "name": "If-Match",
                "schema": text,
                "description": "The `ETag` this change builds on; 412 when somebody else changed it first.",
            }
        )
    if method == "get" and (declared.etag or declared.cached):
        shown.append(
            {
                "in": "header",
                "name": "If-None-Match",
                "schema": text,
                "description": "The `ETag` you have; 304 when it is still current.",
            }
        )
    return shown


def _request_body(declared: Endpoint) -> dict[str, Any]:
    if declared.body is not None:
        media: dict[str, Any] = {"schema": declared.body}
        if "body" in declared.examples:
            media["examples"] = {"example": {"value": declared.examples["body"]}}
        return {"required": not is_optional(declared.body), "content": {JSON: media}}
    if declared.consumes:
        return {"required": True, "content": {kind: {} for kind in declared.consumes}}
    return {}


# -- responses ----------------------------------------------------------------


def _responses(declared: Endpoint, method: str, path: str, spec: APISpec) -> dict[str, Any]:
    shown = {str(declared.status): _success(declared)}
    if method == "get" and (declared.etag or declared.cached):
        shown["304"] = {"description": "What you have is current."}
    by_status: dict[int, list[type[Problem]]] = {}
    for kind in possible_problems(declared, method, path):
        by_status.setdefault(kind.status, []).append(kind)
    for status, kinds in sorted(by_status.items()):
        shown.setdefault(str(status), _refusal(status, kinds, spec))
    return shown


def possible_problems(declared: Endpoint, method: str, path: str) -> list[type[Problem]]:
    """Return every kind of problem a call may meet: what the kernel checks for it, and what it declares."""
    checks: tuple[tuple[bool, Iterable[type[Problem]]], ...] = (
        (True, (BadRequest, Unavailable, TooLarge, TargetTooLong, HeadTooLarge)),
        (declared.permission != ANONYMOUS, (Unauthorized,)),
        (declared.permission not in UNREGISTERED or declared.step_up, (Forbidden,)),
        (bool(_PARAMETER.search(path)), (NotFound,)),
        (not isinstance(declared.response, Binary | None), (NotAcceptable,)),
        (declared.body is not None or bool(declared.consumes), (RequestTimeout, UnsupportedMediaType)),
        (bool(declared.etag) and method != "get", (PreconditionFailed,)),
        (bool(declared.idempotent), (Conflict, KeyInUse, KeyReused)),
        (declared.idempotent == "required", (KeyRequired,)),
        (
            not isinstance(declared.response, Binary)
            or declared.query is not None
            or declared.body is not None,
            (Invalid,),
        ),
        (declared.rate != UNLIMITED, (TooManyRequests,)),
        (True, declared.errors),
    )
    return list(dict.fromkeys(kind for applies, kinds in checks if applies for kind in kinds))


def _success(declared: Endpoint) -> dict[str, Any]:
    shown: dict[str, Any] = {"description": HTTPStatus(declared.status).phrase}
    response = declared.response
    if isinstance(response, Binary):
        shown["content"] = {kind: {} for kind in response.media_types}
    elif response is not None:
        schema = response.schema if isinstance(response, PageOf) else response
        shown["content"] = {JSON: {"schema": schema}}
        if "response" in declared.examples:
            shown["content"][JSON]["examples"] = {"example": {"value": declared.examples["response"]}}
    if declared.etag or declared.cached:
        shown["headers"] = {"ETag": {"schema": {"type": "string"}}}
    return shown


def _refusal(status: int, kinds: list[type[Problem]], spec: APISpec) -> dict[str, Any]:
    """Return one status's response; the same kinds share one component."""
    name = ".".join(kind.type for kind in kinds)
    if name not in spec.components.responses:
        text = " ".join(_sentence(kind) for kind in kinds)
        response: dict[str, Any] = {
            "description": text,
            "content": {
                MEDIA_TYPE: {"schema": "Problem", "examples": {kind.type: _example(kind) for kind in kinds}}
            },
        }
        if status == TooManyRequests.status:
            response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
        spec.components.response(name, response)
    return {"$ref": f"#/components/responses/{name}"}


def _sentence(kind: type[Problem]) -> str:
    return f"`{kind.type}`: {' '.join((inspect.getdoc(kind) or kind.title).split())}"


def _example(kind: type[Problem]) -> dict[str, Any]:
    return {
        "value": {
            "type": f"/problems/{kind.type}",
            "title": kind.title,
            "status": kind.status,
            "request_id": "01990e5c-7d1f-7c3a-9b62-5f0c4b8e2a11",
        }
    }
