"""`manage.py sockets`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from kernel.cli.output import json_option, show
from kernel.cli.profiles import chosen, profile_option

if TYPE_CHECKING:
    from kernel.loader import Loaded
    from kernel.realtime.declarations import Namespace


@click.command(epilog="Example: manage.py sockets --json")
@click.argument("plugin", required=False)
@click.option("--asyncapi", is_flag=True, help="Print the AsyncAPI 3.0 document: what /asyncapi.json serves.")
@json_option
@profile_option
def sockets(plugin: str | None, asyncapi: bool, as_json: bool) -> None:
    """List every socket event, or one plugin's: namespace, direction, room, permission."""
    from kernel.cli.plugin_commands import load_profile

    loaded = load_profile(chosen())
    if plugin:
        loaded.registry.plugin(plugin)
    chosen_ones = [one for one in loaded.registry.realtime if plugin in (None, one.plugin)]
    if asyncapi:
        _document([namespace for _, namespace in chosen_ones], loaded)
        return
    rows = [row for owner, namespace in chosen_ones for row in _rows(owner, namespace)]
    show(rows, as_json=as_json, empty="No namespaces.")


def _document(namespaces: list[Namespace], loaded: Loaded) -> None:
    import orjson

    from kernel.realtime.routes import document

    click.echo(orjson.dumps(document(namespaces, loaded.settings), option=orjson.OPT_INDENT_2).decode())


def _rows(owner: str, namespace: Namespace) -> Iterator[dict[str, Any]]:
    for received in namespace.inbound:
        rate = received.rate
        yield _row(
            owner,
            namespace,
            "from clients",
            received,
            permission=received.permission,
            rate=f"{rate.count}/{rate.per:g}s by {rate.by}" if rate else None,
        )
    for sent in namespace.outbound:
        follows = sent.on.__event__.wire if sent.on is not None else None
        yield _row(owner, namespace, "to clients", sent, room=sent.room, follows=follows)


def _row(owner: str, namespace: Namespace, direction: str, event: Any, **more: Any) -> dict[str, Any]:
    columns = {"permission": None, "rate": None, "room": None, "follows": None, **more}
    return {
        "namespace": namespace.path,
        "event": event.name,
        "direction": direction,
        **columns,
        "plugin": owner,
        "summary": event.summary,
    }
