"""The extension point of webhooks: implement with `@hookimpl(optionalhook=True)`."""

from __future__ import annotations

from collections.abc import Sequence

from kernel import hookspec


@hookspec
def webhooks_events() -> Sequence[tuple[type, Sequence[str], str]]:
    """Return the events of this plugin that leave the house, and who may read each.

    A triple each: the event's class; the names of its fields that hold accounts
    the event concerns (one id, a list of ids, or None); and the permission that
    lets others read it, within the event's scope (everywhere, when it has none),
    or "" when nobody else may. Its fields go out as they stand: they become part of
    the public API. Called at boot; no I/O.
    """
    raise AssertionError("a specification is never called")
