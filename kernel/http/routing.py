"""Where routes are mounted, and whether their declarations are sound."""

from __future__ import annotations

from typing import Final

from kernel.declarations import Route
from kernel.errors import ConfigurationError
from kernel.http.endpoint import Endpoint, endpoints_of

VERSION_PREFIX: Final = "/v1"


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
