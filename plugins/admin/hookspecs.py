"""The extension point of admin: implement with `@hookimpl(optionalhook=True)`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kernel import hookspec


@hookspec
def admin_scopes(scopes: Collection[str] | None, q: str, limit: int) -> Mapping[str, str]:
    """Return the names of scopes that are yours, by scope: `{"building:0190…": "Zenon Towers"}`.

    Of `scopes`; or, when that is None, of the first `limit` with `q` in their name
    (any, when it is empty): what somebody chooses from who looks after all of them.
    Called when the console is opened and when its chooser is typed into; one statement.
    """
    raise AssertionError("a specification is never called")
