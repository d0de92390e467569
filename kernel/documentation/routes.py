"""`reference/routes.md` and `reference/problems.md`, from what the endpoints declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kernel.assembly import assemble
from kernel.clock import TestClock
from kernel.declarations import Route
from kernel.documentation.markdown import first_line, table
from kernel.http.endpoint import Endpoint, endpoints_of
from kernel.http.own_routes import own_routes
from kernel.http.problems import kinds
from kernel.http.routing import path_of
from kernel.http.stack import Stack
from kernel.loader import Loaded
from kernel.profile import SHIPPED_PROFILES
from kernel.storage.blob_routes import blob_routes
from kernel.storage.signing import UrlSigner

_ROUTES = """\
# Routes

Every address of the API. What each takes and answers stands in the reference of a running server
(`/reference`, or `/openapi.json`); `manage.py routes` lists those of a profile.

*more*: **key** takes an `Idempotency-Key` (**key!** demands one), **cached** for so many seconds, **etag**
sends and honours entity tags, **factor** demands a recent second factor, **rate** is a limit of its own,
**old** is deprecated.
"""
_PROBLEMS = """\
# Problems

The `type` of an error ends in one of these ([how errors look](../api/conventions.md#errors)). A running
server explains each at `/problems/<type>`.

"""
_HEADS = ("method", "path", "", "permission", "more")
_NOWHERE = {
    "plugins": [],
    "kernel": {"environment": "test", "test_clock": True, "secret_key": "k" * 32},
    "database": {"url": "postgresql://nobody@nowhere/nothing"},
}


def routes_page(loaded: Loaded) -> str:
    """Return the page: per plugin its routes, the kernel's own last."""
    text = _ROUTES
    for plugin in loaded.registry.plugins:
        if plugin.routes:
            text += f"\n## `{plugin.name}`\n\n{table(_HEADS, _rows(plugin.routes))}"
    return f"{text}\n## The kernel's own\n\n{table(_HEADS, _rows(kernel_routes()))}"


def kernel_routes() -> list[Route]:
    """Return the routes every deployment has; nothing is opened for it."""
    application = assemble(SHIPPED_PROFILES / "base.toml", {}, _NOWHERE, TestClock())
    stack = Stack(
        settings=application.settings.http,
        secret="",
        clock=application.clock,
        auth=application.auth,
        limiter=application.limiter,
        cache=application.cache,
        db=application.db,
        environment="test",
    )
    signer = UrlSigner("", application.clock)
    files = blob_routes(application.blobs, signer)
    return [*application.observability.routes, *files, *own_routes([], stack)]


def _rows(routes: Iterable[Route]) -> Iterator[tuple[str, ...]]:
    for route in routes:
        for method, declared in endpoints_of(route.resource).items():
            if declared is not None:
                yield (
                    method.upper(),
                    f"`{path_of(route)}`",
                    declared.summary,
                    f"`{declared.permission}`" if ":" in declared.permission else declared.permission,
                    ", ".join(_more(declared)),
                )


def _more(declared: Endpoint) -> Iterator[str]:
    if declared.idempotent:
        yield "key!" if declared.idempotent == "required" else "key"
    if declared.cached:
        yield f"cached {declared.cached.seconds:g} s"
    if declared.etag:
        yield "etag"
    if declared.step_up:
        yield "factor"
    if declared.rate and declared.rate.count:
        yield f"rate {declared.rate.count}/{declared.rate.per:g} s"
    if declared.deprecated:
        yield "old"


def problems_page() -> str:
    """Return the page: every kind of problem the kernel and the loaded plugins raise."""
    rows = ((f"`{slug}`", str(kind.status), kind.title, first_line(kind)) for slug, kind in kinds().items())
    return _PROBLEMS + table(("type", "status", "title", "meaning"), rows)
