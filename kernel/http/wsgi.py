"""The WSGI application: every declared route, compiled and mounted on falcon."""

# ruff: noqa: ARG001 - falcon calls every responder with the request and the response

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import falcon

from kernel.declarations import Route
from kernel.http.dispatch import compile_endpoint
from kernel.http.envelope import Envelope
from kernel.http.own_routes import own_routes
from kernel.http.problems import PluginUnavailable
from kernel.http.request import Request, Response
from kernel.http.routing import VERSION_PREFIX, declared_endpoints, path_of
from kernel.http.stack import Stack


def build_wsgi(routes: Sequence[Route], stack: Stack) -> falcon.App[Request, Response]:
    """Compile every endpoint and return the application.

    Raises ConfigurationError naming the route of a responder without a sound
    `@endpoint`.
    """
    envelope = Envelope(stack)
    app: falcon.App[Request, Response] = falcon.App(
        request_type=Request, response_type=Response, middleware=[envelope]
    )
    app.add_error_handler(Exception, envelope.answer_fault)
    app.add_error_handler(falcon.HTTPError, envelope.answer_fault)
    for route in [*routes, *own_routes(routes, stack)]:
        app.add_route(path_of(route), _compiled(route, stack))
    for prefix, plugin in stack.unavailable.items():
        app.add_sink(_refusal(plugin), re.compile(rf"{VERSION_PREFIX}/{re.escape(prefix)}(/|$)"))
    return app


def _compiled(route: Route, stack: Stack) -> object:
    """Return falcon's resource: a compiled function per method, HEAD for GET, and OPTIONS."""
    path, resource = path_of(route), SimpleNamespace()
    for method, declared in declared_endpoints(route).items():
        responder = getattr(route.resource, f"on_{method}")
        compiled = compile_endpoint(declared, method, responder, f"{method.upper()} {path}", stack)
        setattr(resource, f"on_{method}", compiled)
    if hasattr(resource, "on_get"):
        resource.on_head = resource.on_get
    methods = sorted(name.removeprefix("on_").upper() for name in vars(resource))
    resource.on_options = _options([*methods, "OPTIONS"])
    return resource


def _options(methods: Iterable[str]) -> Callable[..., None]:
    """Return the answer to OPTIONS, a CORS preflight included."""
    allowed = ", ".join(methods)

    def on_options(req: Request, resp: Response, **params: Any) -> None:
        resp.status = 204
        resp.set_header("Allow", allowed)
        if resp.get_header("Access-Control-Allow-Origin"):
            resp.set_header("Access-Control-Allow-Methods", allowed)

    return on_options


def _refusal(plugin: str) -> Callable[..., None]:
    def refuse(req: Request, resp: Response, **params: Any) -> None:
        raise PluginUnavailable(f"The plugin {plugin} is out of order.", plugin=plugin)

    return refuse
