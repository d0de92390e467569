"""`reference/commands.md`: every command of `manage.py`, from its help."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from kernel.cli.main import COMMANDS, door
from kernel.documentation.markdown import table
from kernel.loader import Loaded

_HEAD = """\
# Commands

`python3 manage.py COMMAND`. Every command takes `--profile NAME|PATH` and `--help`
([more](../integrators/commands.md)).
"""
_COMMON = frozenset({"--help", "--profile"})


def commands_page(loaded: Loaded) -> str:
    """Return the page: the kernel's commands, then the plugins'."""
    context = click.Context(door)
    text = _HEAD
    for name in COMMANDS:
        command = door.get_command(context, name)
        assert command is not None, f"{name} is listed, so it exists"
        text += "".join(_sections(name, command))
    for plugin in loaded.registry.plugins:
        if plugin.commands:
            text += f"\n# Commands of `{plugin.name}`\n"
        for command in plugin.commands:
            text += "".join(_sections(f"{plugin.name} {command.name}", command))
    return text


def _sections(name: str, command: click.Command) -> Iterator[str]:
    """Yield the command's section, and those of the commands below it."""
    yield _section(name, command)
    for inner, subcommand in getattr(command, "commands", {}).items():
        yield from _sections(f"{name} {inner}", subcommand)


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"manage.py {name}")
    options = [one for one in command.params if isinstance(one, click.Option) and not set(one.opts) & _COMMON]
    usage = command.get_usage(context).removeprefix("Usage: ")
    usage = " ".join(usage.split())
    help_text = inspect.cleandoc(command.help or "")
    shown = table(("option", ""), ((_spelt(one, context), one.help or "") for one in options))
    return f"\n## `{name}`\n\n```text\n{usage}\n```\n\n{help_text}\n" + (f"\n{shown}" if shown else "")


def _spelt(option: click.Option, context: click.Context) -> str:
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    return f"`{', '.join(option.opts)}{value}`"
