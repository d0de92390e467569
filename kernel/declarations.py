"""What a plugin's registration hooks return: frozen values, no behaviour.

A registration hook declares; it does no I/O. The loader collects every
plugin's declarations, checks them against each other, and commits them to the
registry in one step, so a fault leaves nothing half registered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

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


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAction:
    """A call of the API behind a button of an admin page.

    * `calls` — `"POST /v1/users/{id}/ban"`; the path's fields are taken from the row, and from
      the chosen scope (`{tenant_id}`); others are asked for. The form is made from the
      endpoint's schemas of body and query.
    * `alone` — it belongs to the page, not to a row.
    * `permission` — when it takes another one than its page.
    * `confirm` — what will happen, with `{field}`s of the row; a `danger` must say it.
    * `when` — shown when each of these fields of the row is one of the values, or a list with one.
    * `sends` — what the body has besides the form; it is not asked for. A text that is
      a `{field}` is what the row has there.
    """

    label: str
    calls: str
    permission: str = ""
    confirm: str = ""
    danger: bool = False
    alone: bool = False
    when: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    sends: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminChart:
    """A part of what an admin page reads, drawn: figures, a line, bars or a table.

    `rows` is a path into the answer (`"revenue.days"`); a list on the way makes one drawing for
    each of its members, and a mapping at the end counts as rows with a `key`. `x` names the
    row, `y` maps paths in it to their names. `money` is the field with the currency of what is
    drawn in minor units, of the row or of what is around it; `counts` are those of `y` that are no money.
    `plural` says that `x` is the kind of what is counted: shown in the plural.
    """

    title: str
    rows: str
    x: str
    y: Mapping[str, str]
    kind: Literal["figures", "line", "bars", "table"] = "figures"
    money: str = ""
    counts: Sequence[str] = ()
    plural: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminPage:
    """A page of the web console, as data: what it reads, shows and offers to do.

    * `name` — `<plugin>.<page>`; its address is `/admin/<name>`.
    * `group` — the heading of the menu it stands below; `about` — one sentence under its title.
    * `permission` — who sees it: whoever holds it everywhere, and if `scoped` (the endpoint
      narrows what it answers by itself) or `scope_kind` is given, in a scope.
    * `scope_kind` — the page is about one scope of this kind, which is chosen first:
      `"tenant"` fills `{tenant_id}` of its paths.
    * `reads` — the path of a GET, with a query that is always asked (`?as=operator`). A list is shown
      as a table of `columns` (path in an item → heading) with `filters` (names of its query
      parameters); anything else by `charts`, or as it is.
    * `people` — fields that hold ids of accounts, in the list or in what is opened: shown by name.
    * `details` — title → path of a GET about the row, shown when it is opened.
    * `downloads` — title → path of a GET that answers a file: of a list about the row, shown when it
      is opened; of anything else at the head of the page, with its filters.
    * `actions` — what can be done; `waiting` — the filters of what waits to be done: the page
      opens with them, and the overview says how much there is.
    """

    name: str
    title: str
    group: str
    permission: str
    reads: str
    about: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    filters: Sequence[str] = ()
    charts: Sequence[AdminChart] = ()
    people: Sequence[str] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    downloads: Mapping[str, str] = field(default_factory=dict)
    actions: Sequence[AdminAction] = ()
    waiting: Mapping[str, str] = field(default_factory=dict)
    scoped: bool = False
    scope_kind: str = ""
