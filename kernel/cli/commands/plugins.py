"""`manage.py plugins list|show|uninstall`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from kernel.cli.output import json_option, show
from kernel.cli.profiles import chosen, profile_option
from kernel.cli.runtime import runtime
from kernel.errors import PluginError

if TYPE_CHECKING:
    from kernel.application import Application
    from kernel.registry import Plugin


@click.group(invoke_without_command=True, epilog="Example: manage.py plugins show accounts")
@profile_option
@click.pass_context
def plugins(ctx: click.Context) -> None:
    """List, show and uninstall plugins."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_plugins)


@plugins.command("list", epilog="Example: manage.py plugins list --json")
@json_option
@profile_option
def list_plugins(as_json: bool = False) -> None:
    """Every installed plugin, and whether the profile enables it."""
    from kernel.discovery import discover
    from kernel.profile import read_profile
    from kernel.resolution import resolve

    found = discover()
    wanted = read_profile(chosen(), os.environ).plugins
    resolution = resolve(wanted, found)
    enabled = {one.name for one in resolution.order}
    faulty = {fault.plugin: fault.remedy for fault in resolution.faults} | {
        name: error.remedy for name, error in found.broken.items()
    }
    rows: list[dict[str, Any]] = [
        {
            "plugin": name,
            "version": str(manifest.version),
            "state": _state(name, enabled, resolution.pulled_in.get(name, ()), faulty),
            "summary": manifest.summary,
        }
        for name, manifest in sorted(found.found.items())
    ]
    rows += [
        {"plugin": name, "version": "", "state": faulty[name], "summary": ""}
        for name in sorted(faulty.keys() - found.found.keys())
    ]
    show(rows, as_json=as_json, empty="No plugin is installed.")


def _state(name: str, enabled: set[str], pulled_in_by: tuple[str, ...], faulty: dict[str, str]) -> str:
    if name in faulty:
        return f"cannot be used: {faulty[name]}"
    if name not in enabled:
        return "installed"
    return f"enabled, required by {', '.join(pulled_in_by)}" if pulled_in_by else "enabled"


@plugins.command("show", epilog="Example: manage.py plugins show accounts --json")
@click.argument("name")
@json_option
@profile_option
def show_plugin(name: str, as_json: bool) -> None:
    """What an enabled plugin declares."""
    from kernel.cli.plugin_commands import load_profile

    plugin = load_profile(chosen()).registry.plugin(name)
    declared = {
        "plugin": f"{plugin.name} {plugin.manifest.version}",
        "summary": plugin.manifest.summary,
        "from": plugin.manifest.distribution or str(plugin.manifest.directory),
        "prefixes": ["/" if prefix == "/" else f"/v1/{prefix}" for prefix in plugin.manifest.prefixes],
        "requires": [str(one) for one in plugin.manifest.requires],
        **_declarations(plugin),
    }
    if as_json:
        show([declared], as_json=True)
        return
    for key, values in declared.items():
        lines = values if isinstance(values, list) else [values]
        for index, line in enumerate(lines or ["-"]):
            click.echo(f"{key if index == 0 else '':<13}{line}")


def _declarations(plugin: Plugin) -> dict[str, list[str]]:
    from kernel.events.event_type import wire_type

    return {
        "routes": [route.path for route in plugin.routes],
        "permissions": [one.name for one in plugin.permissions],
        "events": [wire_type(one) for one in plugin.events],
        "subscribers": [one.name for one in plugin.subscribers],
        "tasks": [str(getattr(one, "name", one)) for one in plugin.tasks],
        "tables": [model._meta.table_name for model in plugin.models],
        "commands": [str(command.name) for command in plugin.commands],
    }


@plugins.command(epilog="Example: manage.py plugins uninstall loyalty --yes")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do it; without this the plan is only printed.")
@profile_option
def uninstall(name: str, yes: bool) -> int:
    """Remove a plugin's data: its hook, then its down migrations.

    Prints the plan first: who depends on it, which tables and rows go. Leaving
    a plugin out of the profile keeps its data; this does not.
    """
    with runtime().application(migrate=True) as application:
        plugin = application.registry.plugin(name)
        dependents = _dependents(application, name)
        tables = _tables(application, plugin)
        click.echo(f"Uninstalling {name} {plugin.manifest.version} removes:")
        for table, rows in tables:
            click.echo(f"  table {table}: {rows} row{'' if rows == 1 else 's'}")
        if dependents:
            raise PluginError(name, "uninstall", f"required by {', '.join(dependents)}: uninstall that first")
        if not yes:
            click.echo("Nothing was changed. Repeat with --yes to do it.")
            return 0
        _remove(application, name)
    click.echo(f"{name} is uninstalled. Take it from `plugins` in the profile.")
    return 0


def _dependents(application: Application, name: str) -> list[str]:
    """Return the plugins that require one and are enabled, or have their tables here."""
    from kernel.discovery import discover

    enabled = {one.name for one in application.registry.plugins}
    applied = {key.partition(".")[0] for key in application.migrations().ledger()}
    return [one for one in discover().requiring(name) if one in enabled | applied]


def _tables(application: Application, plugin: Plugin) -> list[tuple[str, int]]:
    from psycopg2 import sql

    counted = []
    for model in plugin.models:
        table = model._meta.table_name
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        rows = application.db.rows(query.as_string(application.db.connection()))
        counted.append((table, int(rows[0][0])))
    return counted


def _remove(application: Application, name: str) -> None:
    """Run the plugin's own hook, then its down migrations."""
    for owner, function in application.hooks.implementations("uninstall"):
        if owner == name:
            function(app=application)
    for key in application.migrations().down(name):
        click.echo(f"  undone {key}", err=True)
