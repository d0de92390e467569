"""Commands that plugins declare: `manage.py notes reindex`.

A plugin's commands stand in a group of its name. A command whose name no
kernel command and no other plugin uses may be called without the group. Each
runs with the profile's application started, on its database.
"""

from __future__ import annotations

import copy
import functools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from kernel.cli.profiles import profile_option

if TYPE_CHECKING:
    from kernel.loader import Loaded

Commands = dict[str, list[click.Command]]


def find(profile: str, name: str) -> click.Command | None:
    """Return the plugin's group, or the one plugin command, called `name`."""
    commands = of_profile(profile)
    if name in commands:
        group = click.Group(name, help=f"Commands of the plugin {name}.", commands=commands[name])
        return profile_option(group)
    named = [
        (plugin, command) for plugin, all_of in commands.items() for command in all_of if command.name == name
    ]
    if len(named) > 1:
        owners = " or ".join(f"`{plugin} {name}`" for plugin, _ in named)
        raise click.UsageError(f"several plugins have a command {name}: say {owners}")
    return named[0][1] if named else None


def of_profile(profile: str) -> Commands:
    """Load the profile's plugins; return their commands by plugin.

    Loading imports and checks the plugins; it opens no database.
    """
    commands: Commands = {}
    for plugin, command in load_profile(profile).registry.commands:
        commands.setdefault(plugin, []).append(_runnable(command))
    return commands


def load_profile(profile: str, *, strict: bool = False) -> Loaded:
    """Load a profile's plugins: settings, registry and hooks, nothing running.

    `strict` raises on the first bad plugin, whatever the profile's policy.
    """
    from kernel.loader import load
    from kernel.profile import read_profile
    from kernel.sections import KERNEL_SECTIONS

    overrides = {"kernel": {"policy": "abort"}} if strict else {}
    return load(read_profile(profile, os.environ, overrides), KERNEL_SECTIONS)


def _runnable(command: click.Command) -> click.Command:
    """Return the command with `--profile`, its callback run in a started application."""
    made = copy.copy(command)  # the plugin's own stays as it is: loading twice must not wrap twice
    made.params = list(command.params)
    if not any(parameter.name == "profile" for parameter in made.params):
        profile_option(made)
    if isinstance(made, click.Group):
        made.commands = {name: _runnable(below) for name, below in made.commands.items()}
    elif made.callback is not None:
        made.callback = _in_application(made.callback)
    return made


def _in_application(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def run(*args: Any, **kwargs: Any) -> Any:
        from kernel.cli.runtime import runtime

        with runtime().started():
            return callback(*args, **kwargs)

    return run
