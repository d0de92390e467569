"""The WSGI application: every declared route, compiled and mounted on falcon."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import falcon

from kernel.declarations import Route
from kernel.errors import ConfigurationError
from kernel.http.dispatch import compile_endpoint
from kernel.http.endpoint import Endpoint, endpoints_of
from kernel.http.envelope import Envelope, answer_fault
from kernel.http.problems import PluginUnavailable
from kernel.http.request import Request, Response
from kernel.http.stack import Stack

VERSION_PREFIX = "/v1"


def build_wsgi(routes: Sequence[Route], stack: Stack) -> falcon.App[Request, Response]:
    """Compile every endpoint and return the application.

    Raises ConfigurationError naming the route of a responder without a sound
    `@endpoint`.
    """
    app: falcon.App[Request, Response] = falcon.App(
        request_type=Request, response_type=Response, middleware=[Envelope(stack)],
    )
    app.add_error_handler(Exception, answer_fault)
    app.add_error_handler(falcon.HTTPError, answer_fault)
    for route in routes:
        app.add_route(path_of(route), _compiled(route, stack))
    for prefix, plugin in stack.unavailable.items():
        app.add_sink(_refusal(plugin), re.compile(rf"{VERSION_PREFIX}/{re.escape(prefix)}(/|$)"))
    return app


def path_of(route: Route) -> str:
    """Return the path a route is mounted at: below `/v1`, or at the root."""
    return route.path if route.root else VERSION_PREFIX + route.path


def declared_endpoints(route: Route) -> dict[str, Endpoint]:
    """Return the declarations of a route by method; raise ConfigurationError for missing or unsound ones."""
    found: dict[str, Endpoint] = {}
    for method, declared in endpoints_of(route.resource).items():
        name = f"{type(route.resource).__name__}.on_{method} at {path_of(route)}"
        if declared is None:
            raise ConfigurationError(f"{name} has no @endpoint declaration")
        if faults := declared.faults(method):
            raise ConfigurationError(f"{name}: {'; '.join(faults)}")
        found[method] = declared
    if not found:
        raise ConfigurationError(f"{type(route.resource).__name__} at {path_of(route)} has no on_<method>")
    return found


def _compiled(route: Route, stack: Stack) -> object:
    """Return falcon's resource: a compiled function per method, HEAD for GET, and OPTIONS."""
    path, resource = path_of(route), SimpleNamespace()
    for method, declared in declared_endpoints(route).items():
        responder = getattr(route.resource, f"on_{method}")
        setattr(resource, f"on_{method}", compile_endpoint(declared, method, responder, f"{method.upper()} {path}", stack))
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
