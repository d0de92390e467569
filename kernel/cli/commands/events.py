"""`manage.py events`: what the dispatcher does, seen and driven by hand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from kernel.cli.output import json_option, show
from kernel.cli.profiles import chosen, profile_option
from kernel.cli.runtime import runtime


@click.group(
    epilog="Example: manage.py events dead; manage.py events retry --subscriber notes.follow_profile"
)
@profile_option
def events() -> None:
    """Look at events; replay and retry deliveries."""


@events.command("list", epilog="Example: manage.py events list --type accounts.user.registered.v1 --json")
@click.option("--type", "kind", help="Only this wire type.")
@click.option("--key", help="Only this key, e.g. an account's id.")
@click.option("--after", default=0, show_default=True, help="Only behind this position.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="At most so many."
)
@json_option
@profile_option
def list_events(kind: str | None, key: str | None, after: int, limit: int, as_json: bool) -> None:
    """Stored events, oldest first."""
    with runtime().application() as application:
        found = application.bus.operations.history(type=kind, key=key, after_position=after, limit=limit)
    rows = [asdict(one) for one in found]
    if not as_json:
        rows = [
            {name: row[name] for name in ("position", "type", "key", "actor", "occurred_at")} for row in rows
        ]
    show(rows, as_json=as_json, empty="No events.")


@events.command("show", epilog="Example: manage.py events show 1042")
@click.argument("position", type=int)
@profile_option
def show_event(position: int) -> None:
    """One stored event with its data, as JSON."""
    with runtime().application() as application:
        found = application.bus.operations.history(after_position=position - 1, limit=1)
    if not found or found[0].position != position:
        raise click.UsageError(f"there is no event at position {position}")
    show([asdict(found[0])], as_json=True)


@events.command(epilog="Example: manage.py events dead --json")
@click.option("--subscriber", help="Only this subscriber's.")
@json_option
@profile_option
def dead(subscriber: str | None, as_json: bool) -> None:
    """Deliveries that failed at every attempt, and why."""
    with runtime().application() as application:
        rows = [asdict(one) for one in application.bus.operations.dead(subscriber)]
    show(rows, as_json=as_json, empty="No dead letters.")


@events.command(epilog="Example: manage.py events retry --subscriber notes.follow_profile --position 1042")
@click.option("--subscriber", help="Only this subscriber's.")
@click.option("--position", type=int, help="Only the event at this position.")
@profile_option
def retry(subscriber: str | None, position: int | None) -> None:
    """Deliver dead letters again, with all their attempts."""
    with runtime().application() as application:
        count = application.bus.operations.retry(subscriber, position)
    click.echo(f"{count} deliveries will be tried again.")


@events.command(
    epilog="Example: manage.py events replay --subscriber notes.follow_profile --since 2026-01-31"
)
@click.option("--subscriber", required=True, help="Whom to deliver to.")
@click.option("--from-position", default=0, show_default=True, help="The first event's position.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Only events since then (UTC)."
)
@profile_option
def replay(subscriber: str, from_position: int, since: datetime | None) -> None:
    """Deliver stored events to a subscriber again, oldest first."""
    moment = since.replace(tzinfo=UTC) if since else None
    with runtime().application() as application:
        count = application.bus.operations.replay(subscriber, from_position=from_position, since=moment)
    click.echo(f"{count} deliveries to {subscriber} are queued.")


@events.command(epilog="Example: manage.py events snapshot --plugin loyalty --directory docs/events")
@click.option("--plugin", help="Only this plugin's events.")
@click.option(
    "--directory",
    default="docs/events",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the snapshots stand.",
)
@profile_option
def snapshot(plugin: str | None, directory: Path) -> None:
    """Write the schemas of events; refuse a change stored events would not survive."""
    from kernel.cli.plugin_commands import load_profile
    from kernel.events.schemas import write

    registry = load_profile(chosen()).registry
    written = write([cls for owner, cls in registry.events if plugin in (None, owner)], directory)
    click.echo(f"{len(written)} snapshots written to {directory}/")
