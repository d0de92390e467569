"""`manage.py migrate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kernel.cli.output import json_option, show
from kernel.cli.profiles import profile_option
from kernel.cli.runtime import runtime

if TYPE_CHECKING:
    from kernel.storage.migrations import Migrations


@click.command(epilog="Example: manage.py migrate --plan; manage.py migrate --down loyalty --to 0001")
@click.option("--plan", is_flag=True, help="Show every script and whether it is applied; change nothing.")
@click.option("--down", "plugin", metavar="PLUGIN", help="Undo the plugin's scripts, the latest first.")
@click.option("--to", metavar="NNNN", help="With --down: the script that stays applied.")
@json_option
@profile_option
def migrate(plan: bool, plugin: str | None, to: str | None, as_json: bool) -> None:
    """Apply the migrations of the kernel and of every plugin of the profile.

    Safe to run from several places at once: one works, the others wait.
    """
    if to and not plugin:
        raise click.UsageError("--to goes with --down PLUGIN")
    if to and not to.partition("_")[0].isdecimal():
        raise click.UsageError(f"--to {to} names no script: give its number, 0001 say, or 0000 for none")
    with runtime().application() as application:
        scripts = application.migrations()
        if plan:
            rows = [{"migration": one.key, "applied": one.applied or "pending"} for one in scripts.status()]
            show(rows, as_json=as_json)
        elif plugin:
            application.registry.plugin(plugin)
            from kernel.discovery import discover

            dependents = discover().requiring(plugin)
            _report(scripts.down(plugin, to, dependents), "undone", as_json=as_json)
        else:
            _report(_up(scripts), "applied", as_json=as_json)


def _up(scripts: Migrations) -> list[str]:
    """Apply what is pending; name each script when it is done."""
    return scripts.up(lambda key, seconds: click.echo(f"  {key}  {seconds * 1000:.0f} ms", err=True))


def _report(keys: list[str], verb: str, *, as_json: bool) -> None:
    if as_json:
        show([{"migration": key, "state": verb} for key in keys], as_json=True)
        return
    count = len(keys)
    click.echo(f"{count} migration{'' if count == 1 else 's'} {verb}." if keys else "Nothing to do.")
