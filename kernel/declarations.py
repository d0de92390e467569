"""What a plugin's registration hooks return: frozen values, no behaviour.

A registration hook declares; it does no I/O. The loader collects every
plugin's declarations, checks them against each other, and commits them to the
registry in one step, so a fault leaves nothing half registered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.application import Application


@dataclass(frozen=True, slots=True)
class Route:
    """A falcon resource at a path below a prefix the plugin's manifest owns.

    `path` starts with the prefix and uses falcon's converters:
    `/notes/{note_id:uuid}`; it is mounted below `/v1`. `root=True` mounts
    it at the root instead (pages, well-known documents), prefix rule unchanged.
    Every `on_<method>` of the resource carries an `@endpoint`.
    """

    path: str
    resource: object
    root: bool = False


@dataclass(frozen=True, slots=True)
class Permission:
    """Something a caller may be allowed to do, named `<plugin>:<action>`.

    `roles` are granted it by default; a profile may change that in
    `[auth.roles]`.
    """

    name: str
    summary: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions, granted globally or within a scope.

    Built in: `anonymous` (no credentials), `user` (every active account),
    `admin` (every permission, everywhere).
    """

    name: str
    summary: str
    scoped: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """An implementation of a port (a `Protocol`), made once, when first asked for.

    Several implementations of one port may be declared under different
    `name`s; a setting of the port's owner chooses among them. A factory that
    collects and checks what plugins declare, from settings, registry and hooks
    alone, is `checked`: `manage.py check` calls it too.
    """

    port: type
    factory: Callable[[Application], Any]
    name: str = "default"
    checked: bool = False


@dataclass(frozen=True, slots=True)
class StorageBackend:
    """A blob store selectable by `[storage] backend = "<name>"`."""

    name: str
    factory: Callable[[Application], Any]


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """The answer of a `health` hook: `ok`, and what an operator should know."""

    name: str
    ok: bool
    detail: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemoNotes:
    """What `manage.py demo` tells about a plugin's demo data.

    `logins` are (name to sign in with, password, who that is); `tries` are shell
    commands worth trying, the best first, with `{url}` where the address goes; three
    of all plugins' are shown.
    """

    logins: tuple[tuple[str, str, str], ...] = ()
    tries: tuple[str, ...] = ()
