"""`manage.py routes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kernel.cli.output import json_option, show
from kernel.cli.profiles import chosen, profile_option

if TYPE_CHECKING:
    from kernel.declarations import Route
    from kernel.http.endpoint import Endpoint


@click.command(epilog="Example: manage.py routes accounts --json")
@click.argument("plugin", required=False)
@json_option
@profile_option
def routes(plugin: str | None, as_json: bool) -> None:
    """List every route, or one plugin's, with permission and limits."""
    from kernel.cli.plugin_commands import load_profile
    from kernel.http.endpoint import endpoints_of

    registry = load_profile(chosen()).registry
    if plugin:
        registry.plugin(plugin)
    rows = [
        _row(owner, route, method, declared)
        for owner, route in registry.routes
        if plugin in (None, owner)
        for method, declared in endpoints_of(route.resource).items()
        if declared is not None
    ]
    show(sorted(rows, key=lambda row: (row["path"], row["method"])), as_json=as_json, empty="No routes.")


def _row(owner: str, route: Route, method: str, declared: Endpoint) -> dict[str, Any]:
    rate = declared.rate
    return {
        "method": method.upper(),
        "path": route.path if route.root else f"/v1{route.path}",
        "permission": declared.permission,
        "rate": f"{rate.count}/{rate.per:g}s by {rate.by}" if rate else None,
        "idempotent": "yes" if declared.idempotent else None,
        "plugin": owner,
        "summary": declared.summary,
    }
