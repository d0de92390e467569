"""One function per endpoint, compiled from its declaration at boot.

    size → negotiation → rate → authenticate → permission → validate → idempotency → responder → serialise

PERF: a step an endpoint does not need is None and costs a comparison; there is
no chain of middleware to walk. Figures stand in docs/decisions/0004-http.md.
"""

# ruff: noqa: ARG001, ARG005 - the steps of an endpoint share one signature

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson

from kernel import context
from kernel.errors import FieldError, Forbidden, Invalid, NotAcceptable, Unauthorized
from kernel.http.cursors import CursorSeal
from kernel.http.endpoint import ANONYMOUS, AUTHENTICATED, OPEN, Binary, Cached, Endpoint
from kernel.http.etags import current, tag_of
from kernel.http.idempotency import Answer, idempotent
from kernel.http.limits import limit_for
from kernel.http.page import Page, PageOf
from kernel.http.reading import (
    JSON,
    LimitedStream,
    check_length,
    check_media_type,
    is_absent,
    parse_json,
    read_body,
)
from kernel.http.request import Request, Response, WsgiHeaders, read_version
from kernel.http.response_cache import Produce, kept
from kernel.http.serializers import Serializer, compile_serializer
from kernel.http.stack import Stack
from kernel.http.validation import body_loader, is_optional, query_loader, query_schema

Responder = Callable[..., Any]
Step = Callable[[Request, Response, dict[str, Any]], None]

_SAFE = frozenset({"get", "head", "options"})
_WILLING = frozenset({"", "*/*", JSON})


def compile_endpoint(
    declared: Endpoint,
    method: str,
    responder: Responder,
    name: str,
    stack: Stack,
) -> Responder:
    """Return the function falcon calls for `<method> <name>`."""
    limit = stack.settings.max_body_bytes if declared.max_body is None else declared.max_body
    before, after, refused = _limits(declared, name, stack)
    admit, query, body = (
        _admission(declared, refused, stack),
        _query(declared, stack),
        _body(declared, limit, stack),
    )
    prepare, answer = _preparation(declared, method), _answer(declared, method, responder, name, stack)
    if stack.wrote is not None and method not in _SAFE:
        answer = _noted(answer, stack.wrote)
    if declared.cached:
        query = None  # validated when the answer is not kept yet: see _json

    def respond(req: Request, resp: Response, **params: Any) -> None:
        req.endpoint = declared
        check_length(req, limit)
        if before is not None:
            before(req, resp)
        admit(req, resp, params)
        if after is not None:
            after(req, resp)
        prepare(req, resp, params)
        if query is not None:
            query(req, resp, params)
        if body is not None:
            body(req, resp, params)
        answer(req, resp, params)

    return respond


def _noted(answer: Answer, wrote: Callable[[UUID], None]) -> Answer:
    """Return `answer`, after which it is told who may have changed something, also where it failed."""

    def noted(req: Request, resp: Response, params: dict[str, Any]) -> None:
        try:
            answer(req, resp, params)
        finally:
            if req.principal.id is not None:
                wrote(req.principal.id)

    return noted


def _limits(declared: Endpoint, name: str, stack: Stack) -> tuple[Any, Any, Any]:
    """Return what limits a call before the caller is known, after, and when they are refused.

    A limit by principal has nobody to count before that: who is refused pays from
    the client's default bucket, or wrong keys could be tried as fast as they come.
    """
    check = limit_for(declared.rate, name, stack)
    if declared.rate is not None and declared.rate.by == "principal":
        return None, check, limit_for(None, name, stack)
    return check, None, None


def _admission(declared: Endpoint, refused: Any, stack: Stack) -> Step:
    """Return what recognises the caller and checks the permission; `refused` counts whom it turns away."""
    authenticate = None if declared.permission == ANONYMOUS else stack.auth.principal_for
    set_actor, gate = context.principal.set, _gate(declared, stack)

    def admit(req: Request, resp: Response, params: dict[str, Any]) -> None:
        try:
            if authenticate is not None:
                req.principal = authenticate(WsgiHeaders(req.env))
            set_actor(req.principal)
            if gate is not None:
                gate(req, resp, params)
        except (Unauthorized, Forbidden):
            if refused is not None:
                refused(req, resp)
            raise

    return admit


def _gate(declared: Endpoint, stack: Stack) -> Step | None:
    """Return the check of the endpoint's permission, None when anyone may call it."""
    permission, scope = declared.permission, declared.scope
    require_step_up = stack.auth.require_step_up if declared.step_up else None
    if permission in OPEN:
        return None

    def check(req: Request, resp: Response, params: dict[str, Any]) -> None:
        principal = req.principal
        if permission == AUTHENTICATED:
            allowed = principal.may_act
        else:
            allowed = principal.can(permission, scope(req, **params) if scope else None)
        if not allowed:
            if not principal.is_authenticated:
                raise Unauthorized
            raise Forbidden(f"This takes the permission {permission}.")
        if require_step_up is not None:
            require_step_up(principal)

    return check


def _query(declared: Endpoint, stack: Stack) -> Step | None:
    """Return what validates the query string; an endpoint without a schema takes no parameter."""
    schema = query_schema(declared.query, declared.response)
    if schema is None:
        return None if isinstance(declared.response, Binary) else _refuse_query
    load, seal = query_loader(schema), CursorSeal(stack.secret)
    paged = isinstance(declared.response, PageOf)

    def check(req: Request, resp: Response, params: dict[str, Any]) -> None:
        req.query = query = load(req)
        if paged and query["cursor"] is not None:
            query["cursor"] = seal.open(req, query["cursor"])

    return check


def _refuse_query(req: Request, resp: Response, params: dict[str, Any]) -> None:
    if req.query_string:
        raise Invalid(errors=[FieldError("Unknown parameter.", parameter=name) for name in req.params])


def _body(declared: Endpoint, limit: int, stack: Stack) -> Step | None:
    """Return what reads the body: validated JSON, or a bounded stream of a declared type.

    A body takes as long as its client likes, so the connection that may have
    recognised the caller goes back first: a few slow ones would hold them all.
    """
    release = stack.db.release
    if declared.body is not None:
        body, load = declared.body, body_loader(declared.body)

        def read(req: Request, resp: Response, params: dict[str, Any]) -> None:
            if is_absent(req) and is_optional(body):
                req.payload, req.body = b"", load({})
                return
            check_media_type(req, (JSON,))
            release()
            req.payload = read_body(req, limit)
            req.body = load(parse_json(req.payload))

        return read
    if declared.consumes:
        taken = frozenset(declared.consumes)

        def stream(req: Request, resp: Response, params: dict[str, Any]) -> None:
            if "*/*" not in taken:
                check_media_type(req, taken)
            release()
            req.stream = req._bounded_stream = LimitedStream(req, limit)  # type: ignore[assignment]  # noqa: SLF001

        return stream
    return None


def _preparation(declared: Endpoint, method: str) -> Step:
    """Return what negotiates the type, sets status and Cache-Control, and reads If-Match."""
    status, cache_control = declared.status, _cache_control(declared, method)
    json = not isinstance(declared.response, Binary | None)
    conditional = declared.etag and method != "get"

    def prepare(req: Request, resp: Response, params: dict[str, Any]) -> None:
        resp.status = status
        resp._headers["cache-control"] = cache_control  # noqa: SLF001 - PERF: see kernel.http.envelope
        if json and req.env.get("HTTP_ACCEPT", "") not in _WILLING and not req.client_accepts(JSON):
            raise NotAcceptable(f"This is offered as {JSON}.")
        if conditional:
            req.if_match = read_version(req.env.get("HTTP_IF_MATCH", ""))

    return prepare


def _cache_control(declared: Endpoint, method: str) -> str:
    rule: Cached | None = declared.cached
    if method != "get":
        return "no-store"
    if rule:
        who = "public" if rule.per == "all" and declared.permission in OPEN else "private"
        return f"{who}, max-age={rule.client}" if rule.client else f"{who}, no-cache"
    return "private, no-cache" if declared.etag else "no-store"


def _answer(declared: Endpoint, method: str, responder: Responder, name: str, stack: Stack) -> Answer:
    """Return what runs the responder and writes its value, with the cache or the key around it."""
    if isinstance(declared.response, Binary):
        answer = _binary(declared.response, responder)
    elif declared.response is None:
        answer = _empty(responder)
    else:
        answer = _json(declared, method, responder, name, stack)
    if declared.idempotent:
        return idempotent(answer, stack, required=declared.idempotent == "required")
    return answer


def _empty(responder: Responder) -> Answer:
    def answer(req: Request, resp: Response, params: dict[str, Any]) -> None:
        responder(req, resp, **params)

    return answer


def _binary(declared: Binary, responder: Responder) -> Answer:
    default = declared.media_types[0]

    def answer(req: Request, resp: Response, params: dict[str, Any]) -> None:
        value = responder(req, resp, **params)
        if isinstance(value, str):
            resp.data = value.encode()
        elif isinstance(value, bytes):
            resp.data = value
        elif value is not None:
            resp.stream = value
        if resp.content_type is None and (resp.data is not None or resp.stream is not None):
            resp.content_type = default

    return answer


def _json(declared: Endpoint, method: str, responder: Responder, name: str, stack: Stack) -> Answer:
    produce = _producer(declared, responder, name, stack)
    if declared.cached:
        produce = kept(declared.cached, _validated(_query(declared, stack), produce), stack)
    tagged, conditional = declared.etag or declared.cached is not None, method == "get"

    def answer(req: Request, resp: Response, params: dict[str, Any]) -> None:
        tag, resp.data = produce(req, resp, params)
        headers = resp._headers  # noqa: SLF001 - PERF: see kernel.http.envelope
        headers["content-type"] = JSON
        if tagged and tag:
            headers["etag"] = tag
            if conditional and (known := current(req.env.get("HTTP_IF_NONE_MATCH", ""), tag)):
                resp.status, resp.data, headers["etag"] = 304, None, known
                del headers["content-type"]

    return answer


def _validated(query: Step | None, produce: Produce) -> Produce:
    """Return `produce` behind the validation of the query string."""
    if query is None:
        return produce

    def check(req: Request, resp: Response, params: dict[str, Any]) -> tuple[str, bytes]:
        query(req, resp, params)
        return produce(req, resp, params)

    return check


def _producer(declared: Endpoint, responder: Responder, name: str, stack: Stack) -> Produce:
    """Return what runs the responder and gives the bytes of its value, and their tag where one is wanted."""
    write = _writer(declared, stack)
    tagged = declared.etag or declared.cached is not None

    def produce(req: Request, resp: Response, params: dict[str, Any]) -> tuple[str, bytes]:
        value = responder(req, resp, **params)
        if value is None:
            if resp.status_code == declared.status:
                raise TypeError(f"{name} declares a response and returned None")
            return "", b""  # the responder redirected, or answered without a body
        data = write(req, value)
        return (tag_of(value, data) if tagged else ""), data

    return produce


def _writer(declared: Endpoint, stack: Stack) -> Callable[[Request, Any], bytes]:
    dumps = orjson.dumps
    if not isinstance(declared.response, PageOf):
        serialize: Serializer = compile_serializer(declared.response)  # type: ignore[arg-type]
        return lambda req, value: dumps(serialize(value))
    return _page_writer(declared.response, stack)


def _page_writer(declared: PageOf, stack: Stack) -> Callable[[Request, Any], bytes]:
    dumps, seal, countable = orjson.dumps, CursorSeal(stack.secret), declared.countable
    page, doubting = compile_serializer(declared.schema), stack.environment == "test"

    def write(req: Request, value: Page[Any]) -> bytes:
        following = None if value.next is None else seal.seal(req, value.next)
        if not value.plain or doubting:
            written = dumps(page(replace(value, next=following)))
            if not value.plain:
                return written
        shown: dict[str, Any] = {"items": value.items, "next": following}
        if countable:
            shown["total"] = value.total
        data = dumps(shown)
        if doubting and orjson.loads(data) != orjson.loads(written):
            raise TypeError(f"a plain page of {declared.item.__name__} is not what its schema shows")
        return data

    return write
