"""Whatever can be used is explained: hooks, events, settings, permissions, commands, routes, problems."""

from __future__ import annotations

import ast
import inspect

import click
import pytest

from kernel import documentation
from kernel.cli.main import COMMANDS, door
from kernel.documentation.routes import kernel_routes
from kernel.events.event_type import event_type
from kernel.http.endpoint import endpoints_of
from kernel.http.problems import kinds
from kernel.http.routing import path_of
from kernel.sections import KERNEL_SECTIONS
from kernel.setting_field import info_of
from kernel.tasks import Task

LOADED = documentation.everything()
REGISTRY = LOADED.registry
PAGES = documentation.pages()


def explained(value) -> bool:
    """Tell whether somebody wrote a docstring; a dataclass makes one of its signature by itself."""
    text = inspect.getdoc(value) or ""
    return bool(text) and not text.startswith(f"{getattr(value, '__name__', '')}(")


def routes():
    for route in [*(route for _, route in REGISTRY.routes), *kernel_routes()]:
        for method, declared in endpoints_of(route.resource).items():
            yield method.upper(), path_of(route), declared, getattr(route.resource, f"on_{method}")


def commands():
    context = click.Context(door)
    for name in COMMANDS:
        yield from below(name, door.get_command(context, name))
    for plugin, command in REGISTRY.commands:
        yield from below(f"{plugin} {command.name}", command)


def below(name, command):
    yield name, command
    for inner, subcommand in getattr(command, "commands", {}).items():
        yield from below(f"{name} {inner}", subcommand)


def test_every_hook_has_a_docstring_and_a_heading():
    modules = [plugin.hookspecs for plugin in REGISTRY.plugins if plugin.hookspecs]
    specs = [
        (node.name, ast.get_docstring(node))
        for module in modules
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.FunctionDef) and hasattr(getattr(module, node.name), "stoa_spec")
    ]

    assert [name for name, text in specs if not text or f"### `{name}`" not in PAGES["hooks.md"]] == []


def test_every_event_says_what_happened():
    events = [event for _, event in REGISTRY.events]

    assert [event.__name__ for event in events if not explained(event)] == []
    assert [one for one in events if f"`{event_type(one).wire}`" not in PAGES["events.md"]] == []


def test_every_setting_says_what_it_does():
    sections = {**KERNEL_SECTIONS, **{one.name: one.settings for one in REGISTRY.plugins if one.settings}}
    fields = [
        (section, name, field)
        for section, kind in sections.items()
        for name, field in kind.__dataclass_fields__.items()
    ]

    assert [f"{section}.{name}" for section, name, field in fields if not info_of(field).help.strip()] == []
    assert [f"[{section}]" for section in sections if f"## `[{section}]`" not in PAGES["settings.md"]] == []


def test_every_permission_and_role_says_what_it_allows():
    declared = [one for _, one in (*REGISTRY.permissions, *REGISTRY.roles)]

    assert [one.name for one in declared if not one.summary.strip()] == []
    assert [one.name for one in declared if f"`{one.name}`" not in PAGES["permissions.md"]] == []


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda value: str(value)[:40])
def test_every_command_and_option_explains_itself(name, command):
    silent = [one.name for one in command.params if isinstance(one, click.Option) and not one.help]

    assert (command.help or "").strip()
    assert silent == []
    assert f"## `{name}`" in PAGES["commands.md"]


def test_every_route_has_a_summary_and_stands_in_the_reference():
    silent = [f"{method} {path}" for method, path, declared, _ in routes() if not declared.summary.strip()]
    missing = [f"{method} {path}" for method, path, *_ in routes() if f"`{path}`" not in PAGES["routes.md"]]

    assert silent == []
    assert missing == []


def test_every_problem_says_what_it_means():
    assert [slug for slug, kind in kinds().items() if not explained(kind)] == []


def test_every_namespace_room_and_socket_event_stands_in_the_reference():
    page = PAGES["realtime.md"]
    named = [
        name
        for _, one in REGISTRY.realtime
        for name in (one.path, *(each.name for each in (*one.inbound, *one.outbound)))
    ]
    families = [f"{family.name}:<key>" for _, one in REGISTRY.realtime for family in one.rooms]

    assert named
    assert [name for name in (*named, *families) if f"`{name}`" not in page] == []


def test_every_task_says_what_it_does():
    tasks: list[Task] = [one for _, one in (*REGISTRY.tasks, *REGISTRY.schedules)]

    assert [one.name for one in tasks if not explained(one.function)] == []
