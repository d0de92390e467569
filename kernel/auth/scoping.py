"""Filter rows by what the caller may see, in SQL."""

from __future__ import annotations

from uuid import UUID

from peewee import SQL, Expression, Field, UUIDField

from kernel.auth.principals import Everywhere, Principal


def where_scope(
    principal: Principal, permission: str, column: Field, kind: str | None = None
) -> Expression | SQL:
    """Return a condition keeping the rows in whose scope `permission` is held.

    `column` holds whole scopes (`tenant:0190…`), or, with `kind="tenant"`, the ids
    after the colon; a UUID column takes those that are UUIDs. True for all rows
    when the permission is held everywhere, false when nowhere.

        Note.select().where(where_scope(req.principal, "notes:read", Note.tenant_id, kind="tenant"))
    """
    scopes = principal.scopes_for(permission)
    if isinstance(scopes, Everywhere):
        return SQL("TRUE")
    found = sorted(scopes if kind is None else _ids(scopes, kind))
    values = _uuids(found) if kind is not None and isinstance(column, UUIDField) else found
    return column.in_(values) if values else SQL("FALSE")


def _ids(scopes: frozenset[str], kind: str) -> list[str]:
    return [scope.removeprefix(f"{kind}:") for scope in scopes if scope.startswith(f"{kind}:")]


def _uuids(values: list[str]) -> list[UUID]:
    """Return those of the values that are UUIDs; a scope of another make matches no UUID column."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
