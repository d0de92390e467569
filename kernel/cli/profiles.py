"""Which profile a command works with: `--profile`, else STOA_PROFILE, else demo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT = "demo"


@dataclass
class Choice:
    """The profile chosen so far on the command line."""

    name: str = DEFAULT


def _choose(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value:
        ctx.ensure_object(Choice).name = value


def profile_option(command: F) -> F:
    """Give a command, or one already made, the `--profile` option."""
    option = click.Option(
        ["--profile"],
        metavar="NAME|PATH",
        envvar="STOA_PROFILE",
        expose_value=False,
        callback=_choose,
        is_eager=True,
        help=f"A profile of config/, or a TOML file (default: {DEFAULT}).",
    )
    if isinstance(command, click.Command):
        command.params.append(option)
    else:
        command.__dict__.setdefault("__click_params__", []).append(option)
    return command


def chosen() -> str:
    """Return the profile's name or path the running command is to use."""
    return click.get_current_context().ensure_object(Choice).name


def take_profile(choice: Choice | None, arguments: list[str]) -> None:
    """Note a `--profile` that stands after a command still to be looked up."""
    for index, word in enumerate(arguments):
        if choice is None or word == "--":
            return
        if word.startswith("--profile="):
            choice.name = word.partition("=")[2]
        elif word == "--profile" and index + 1 < len(arguments):
            choice.name = arguments[index + 1]
