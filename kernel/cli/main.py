"""The `manage.py` command line: which commands there are, and how errors read.

Commands are imported when they are run, so `manage.py --help` and `serve` do
not pay for the libraries of `shell` or `openapi`. Plugins' commands stand below
the plugin's name; one whose name nobody else uses may be called without it.
"""

from __future__ import annotations

import difflib
import os
import sys
from importlib import import_module
from typing import Any

import click

from kernel.cli.faults import explained, tell
from kernel.cli.profiles import Choice, profile_option, take_profile

COMMANDS = {
    "demo": "Install, fill with demo data, serve, and say where.",
    "serve": "Serve the API, with a worker unless --no-worker.",
    "worker": "Run tasks, schedules and event deliveries.",
    "migrate": "Bring the database to the plugins' models.",
    "makemigrations": "Write the migration a changed model needs.",
    "plugins": "List, show and uninstall plugins.",
    "startplugin": "Write a new plugin that passes its tests.",
    "check": "Check profile, plugins and database; --static: the code.",
    "routes": "List every route, its permission and limits.",
    "openapi": "Print the OpenAPI 3.1 document.",
    "sockets": "List every socket event; --asyncapi: the document.",
    "events": "Look at events; replay and retry deliveries.",
    "tasks": "Look at runs of tasks; retry and cancel them.",
    "keys": "Rotate the keys that sign access tokens.",
    "shell": "Python with the application booted.",
    "test": "Install the test extra and run the tests.",
    "bench": "Measure every claim about speed and size.",
    "docs": "Build the documentation.",
}
EPILOG = (
    "Plugins add commands, such as `createadmin`: manage.py PLUGIN COMMAND; "
    "`plugins show PLUGIN` lists them. Every command explains itself with --help."
)


class Door(click.Group):
    """Finds kernel commands by name and plugins' commands in the registry."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the kernel's commands, in the order they are met in life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a kernel command, or look among the plugins'."""
        if name in COMMANDS:
            module = import_module(f"kernel.cli.commands.{name}")
            command: click.Command = getattr(module, name)
            return command
        from kernel.cli.plugin_commands import find

        take_profile(ctx.find_object(Choice), sys.argv[1:])
        return find(ctx.ensure_object(Choice).name, name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list from the table above, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Resolve, or name the nearest command."""
        name = args[0]
        if name not in COMMANDS and self.get_command(ctx, name) is None:
            raise click.UsageError(f"there is no command `{name}`: {_hint(ctx, name)}", ctx)
        return super().resolve_command(ctx, args)


def _hint(ctx: click.Context, name: str) -> str:
    """Say what may have been meant by a name that is no command here."""
    from kernel.discovery import discover

    if name in discover().found:
        profile = ctx.ensure_object(Choice).name
        return f"the plugin is installed, but {profile} does not enable it; choose a profile with --profile"
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    return f"did you mean `{near[0]}`?" if near else "see manage.py --help"


@click.group(cls=Door, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@profile_option
def door() -> None:
    """Stoa: one roof, many stalls. Start with `manage.py demo`."""


def main(arguments: list[str]) -> None:
    """Run a command; exit with its code. Faults are one line on stderr."""
    try:
        code = door.main(arguments, prog_name="manage.py", standalone_mode=False, obj=Choice())
    except BaseException as ex:
        found = explained(ex)
        if found is None:
            raise
        if isinstance(ex, BrokenPipeError):  # or Python complains once more while it exits
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = tell(found)
    sys.exit(code if isinstance(code, int) else 0)
