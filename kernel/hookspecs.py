# ruff: noqa: ARG001 - a specification is never called
"""The whole contract between the kernel and a plugin: one function a hook.

A plugin implements what it needs, in `plugin.py`, with `@hookimpl`; an
implementation names only the arguments it uses (pluggy drops the rest).

Registration hooks (`register_*`) run once at boot, in dependency order, and
only declare: no I/O, no database, no clock. What they return is checked
together and committed in one step. An exception in one is reported as
`plugin: hook: what to do` and handled by the failure policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pluggy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

    import click
    from peewee import Model

    from kernel.application import Application
    from kernel.auth.principals import Principal
    from kernel.declarations import (
        AdminPage,
        DemoNotes,
        HealthCheck,
        Permission,
        Role,
        Route,
        Service,
        StorageBackend,
    )
    from kernel.events import Subscriber
    from kernel.realtime.declarations import Namespace
    from kernel.settings import Settings
    from kernel.tasks import Schedule, Task

hookspec = pluggy.HookspecMarker("stoa")
hookimpl = pluggy.HookimplMarker("stoa")


@hookspec
def register_settings() -> type[Any]:
    """Return the frozen dataclass of this plugin's settings section.

    The section bears the plugin's name: field `page_size` of plugin `notes`
    is `[notes] page_size` in a profile and `STOA__NOTES__PAGE_SIZE` in
    the environment. Every field has a default or is refused when unset.
    Called once, before every other hook. No I/O.
    """
    raise AssertionError("a specification is never called")


@hookspec
def register_hookspecs() -> ModuleType:
    """Return the module with this plugin's own hook specifications.

    Their names begin with the plugin's: `orders_reserve`. Others implement them
    with `@hookimpl(optionalhook=True)`, so they work with and without this
    plugin. Called once, after all plugins are imported.
    """
    raise AssertionError("a specification is never called")


@hookspec
def register_services(settings: Settings) -> Sequence[Service]:
    """Return the ports this plugin implements; used as `app.service(Port)`.

    Called once; no I/O. The factory runs when the service is first asked for
    and may do I/O; an implementation that nobody chose is never made.
    """
    raise AssertionError("a specification is never called")


@hookspec
def register_models(settings: Settings) -> Sequence[type[Model]]:
    """Return every peewee model; tables are named `<plugin>_<entity>`.

    Called once. Two plugins that claim one table are refused.
    """
    raise AssertionError("a specification is never called")


@hookspec
def register_permissions(settings: Settings) -> Sequence[Permission | Role]:
    """Return the permissions and roles this plugin declares.

    Called once. An endpoint naming an undeclared permission is refused.
    """
    raise AssertionError("a specification is never called")


@hookspec
def register_events(settings: Settings) -> Sequence[type[Any]]:
    """Return the event classes this plugin publishes (see `kernel.event`).

    Called once. Two plugins that claim one event type are refused.
    """
    raise AssertionError("a specification is never called")


@hookspec
def register_subscribers(settings: Settings) -> Sequence[Subscriber]:
    """Return the reactions to events, this plugin's or another's.

    Called once. A subscriber to an event nobody registered is refused, unless
    it is `optional`: then the event's owner may be disabled.
    """
    raise AssertionError("a specification is never called")


@hookspec
def register_routes(settings: Settings) -> Sequence[Route]:
    """Return the HTTP routes, below the prefixes the manifest owns.

    Called once. Every responder carries an `@endpoint` declaration.
    """
    raise AssertionError("a specification is never called")


@hookspec
def register_tasks(settings: Settings) -> Sequence[Task | Schedule]:
    """Return the background tasks and the schedules that start them.

    Called once, in every process, so any worker can run any task.
    """
    raise AssertionError("a specification is never called")


@hookspec
def register_realtime(settings: Settings) -> Sequence[Namespace]:
    """Return the Socket.IO namespaces of this plugin: their rooms and events.

    Their paths are `/` and the plugin's name or a prefix its manifest owns. Called
    once. A permission, a room family or a domain event that nobody declares is
    refused, and so is an event without a summary or a schema.
    """
    raise AssertionError("a specification is never called")


@hookspec
def register_storage(settings: Settings) -> Sequence[StorageBackend]:
    """Return blob stores that `[storage] backend` may name.

    Called once; only the chosen backend's factory runs.
    """
    raise AssertionError("a specification is never called")


@hookspec
def register_commands(settings: Settings) -> Sequence[click.Command]:
    """Return commands for `manage.py`, shown below the plugin's name.

    A command runs in an application that is started, on a migrated database: `app` is at hand.
    Called once, in every process: import what is heavy inside the command.
    """
    raise AssertionError("a specification is never called")


@hookspec
def register_admin(settings: Settings) -> Sequence[AdminPage]:
    """Return this plugin's pages of the web console: data, no code.

    Called once; kept, and checked, whether `admin` is enabled or not. Names begin with the
    plugin's. An unknown permission, endpoint, filter or column is refused by name.
    """
    raise AssertionError("a specification is never called")


@hookspec
def startup(app: Application) -> None:
    """Open what this plugin holds for the life of the process.

    Called once per process after everything is registered and migrated, in
    dependency order. May do I/O. An exception is handled by the failure policy:
    it stops the start, or drops the plugin with its dependents (then `shutdown`
    is not called for them).
    """


@hookspec
def shutdown(app: Application) -> None:
    """Close what `startup` opened; called once, in reverse order.

    May do I/O, within seconds. An exception is logged; the others still run.
    """


@hookspec
def health(app: Application) -> HealthCheck | Sequence[HealthCheck]:
    """Report on what this plugin depends on, at each `/health` request.

    Bounded I/O only (under a second). An exception reads as not ok.
    """
    raise AssertionError("a specification is never called")


@hookspec
def demo_data(app: Application, progress: Callable[[int, int], None]) -> DemoNotes | None:
    """Fill a fresh database with deterministic demo data, in one go.

    Called once by `manage.py demo`, in dependency order, outside a
    transaction. Call `progress(done, total)` so the terminal can show it.
    Return the logins and commands the demo should show, if there are any.
    """
    raise AssertionError("a specification is never called")


@hookspec(firstresult=True)
def authenticate(app: Application, headers: Mapping[str, str]) -> Principal | None:
    """Turn an external credential (a provider's token) into a principal.

    Called for a request whose bearer token the kernel does not recognise;
    `headers` are lower-cased. Return None to pass; raise `Unauthorized` to
    refuse. Hot path: cache what you fetch.
    """
    raise AssertionError("a specification is never called")


@hookspec
def export_personal_data(app: Application, user_id: UUID) -> Mapping[str, Any]:
    """Return all this plugin stores about a person, as JSON-able values.

    Called when the person asks for an export. Reads only.
    """
    raise AssertionError("a specification is never called")


@hookspec
def erase_personal_data(app: Application, user_id: UUID) -> None:
    """Erase or anonymise what this plugin stores about a person.

    Called inside one transaction when an account is deleted; an exception
    rolls all of it back. Database work only. Idempotent.
    """


@hookspec
def uninstall(app: Application) -> None:
    """Remove what the down migrations cannot: files, outside registrations.

    Called once by `manage.py plugins uninstall`, before the down migrations.
    """
