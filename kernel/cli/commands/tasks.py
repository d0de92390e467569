"""`manage.py tasks`: the task log, seen and driven by hand."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

import click

from kernel.cli.output import json_option, show
from kernel.cli.profiles import profile_option
from kernel.cli.runtime import runtime

STATES = ("queued", "running", "done", "failed", "cancelled")


@click.group(epilog="Example: manage.py tasks list --state failed")
@profile_option
def tasks() -> None:
    """Look at runs of tasks; retry and cancel them."""


@tasks.command("list", epilog="Example: manage.py tasks list --state failed --json")
@click.option("--state", type=click.Choice(STATES), help="Only runs in this state.")
@click.option("--name", help="Only this task, e.g. plugins.media.tasks.process.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="At most so many."
)
@json_option
@profile_option
def list_tasks(state: str | None, name: str | None, limit: int, as_json: bool) -> None:
    """Runs of tasks, the latest first."""
    with runtime().application() as application:
        found = application.tasks.log(state=state, name=name, limit=limit)
    rows = [asdict(one) for one in found]
    if not as_json:
        shown = ("id", "name", "state", "attempt", "attempts", "enqueued_at", "finished_at", "error")
        rows = [{column: row[column] for column in shown} | _last_line(row["error"]) for row in rows]
    show(rows, as_json=as_json, empty="No runs.")


def _last_line(error: str | None) -> dict[str, str]:
    return {"error": (error or "").strip().rpartition("\n")[2]}


@tasks.command(epilog="Example: manage.py tasks retry 01a1fa8e-5eb6-7077-bfc1-77129a76d54c")
@click.argument("ids", nargs=-1, type=click.UUID, required=True)
@profile_option
def retry(ids: tuple[UUID, ...]) -> None:
    """Run failed runs again, with all their attempts."""
    with runtime().application() as application:
        again = {one: application.tasks.retry(one) for one in ids}
    for one, queued in again.items():
        click.echo(f"{one}: {'will run again' if queued else 'has not failed'}")


@tasks.command(epilog="Example: manage.py tasks cancel 01a1fa8e-5eb6-7077-bfc1-77129a76d54c")
@click.argument("ids", nargs=-1, type=click.UUID, required=True)
@profile_option
def cancel(ids: tuple[UUID, ...]) -> None:
    """Take waiting runs out of the queue; what runs already is left to end."""
    with runtime().application() as application:
        ended = {one: application.tasks.cancel(one) for one in ids}
    for one, cancelled in ended.items():
        click.echo(f"{one}: {'cancelled' if cancelled else 'does not wait'}")
