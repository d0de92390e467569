"""PERF: columns in the SQL that peewee writes, half of what writing a statement costs.

peewee makes for each mention of a field a column, an entity and a context manager of
scopes. What comes of it is the table's alias and the column's name, quoted.
"""

from __future__ import annotations

from typing import Any, Final

import peewee

_IN_VALUES: Final = vars(peewee)["SCOPE_VALUES"]  # public, but missing in peewee's stubs
_TABLE: Final[Any] = peewee.Table
_as_peewee_does: Any = peewee.Field.__sql__


def _write(field: Any, ctx: Any) -> Any:
    """Write a field as peewee does, in less time where it is a table's own."""
    table: Any = field.model._meta.table
    if type(table) is not _TABLE or ctx.state.scope == _IN_VALUES:
        return _as_peewee_does(field, ctx)
    if table._alias:  # noqa: SLF001
        ctx.alias_manager[table] = table._alias  # noqa: SLF001
    name = field.column_name.replace('"', '""')
    return ctx.literal(f'"{ctx.alias_manager[table]}"."{name}"')


def quicken() -> None:
    """Let peewee write fields so, in this process."""
    peewee.Field.__sql__ = _write  # type: ignore[method-assign]
