"""What a database's catalogue says of tables, and which changes harm who knew the former one.

Old processes go on while a migration runs and after it (expand, then contract):
they insert rows without the new columns, and read and update what they knew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
       a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = 'public'::regnamespace AND k.contype IN ('c', 'f', 'u', 'x', 'p')
"""
INDEXES = """
SELECT c.relname, i.relname, x.indisunique FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class c ON c.oid = x.indrelid WHERE c.relnamespace = 'public'::regnamespace
"""
FUNCTIONS = """
SELECT p.oid::regprocedure::text, pg_get_function_result(p.oid) FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace
"""


@dataclass(frozen=True)
class Column:
    """A column's type, and whether an insert must name it."""

    type: str
    must_be_given: bool


@dataclass(frozen=True)
class Catalogue:
    """A schema: columns, constraints and indexes by (table, name), results of functions by signature."""

    columns: dict[tuple[str, str], Column]
    constraints: dict[tuple[str, str], str]
    indexes: dict[tuple[str, str], bool]
    functions: dict[str, str]

    @property
    def tables(self) -> set[str]:
        return {table for table, _ in self.columns}


def catalogue(db: Any) -> Catalogue:
    """Read the schema of a database."""
    return Catalogue(
        {(table, name): Column(kind, given) for table, name, kind, given in db.rows(COLUMNS)},
        {(table, name): text for table, name, text in db.rows(CONSTRAINTS)},
        {(table, name): unique for table, name, unique in db.rows(INDEXES)},
        dict(db.rows(FUNCTIONS)),
    )


def harms(before: Catalogue, after: Catalogue) -> Iterator[str]:
    """Yield what a change does to processes that know the schema before it, one line each."""
    yield from (f"{table}: table gone" for table in sorted(before.tables - after.tables))
    yield from _columns(before, after)
    for (table, name), text in sorted(after.constraints.items()):
        if table in before.tables and before.constraints.get((table, name)) != text:
            yield f"{table}.{name}: constraint that rows of old processes may break"
    for (table, name), unique in sorted(after.indexes.items()):
        if table in before.tables and (table, name) not in before.indexes:
            yield f"{table}.{name}: {'unique index' if unique else 'index'} made while writers wait"
    for signature, result in sorted(before.functions.items()):
        if after.functions.get(signature) != result:
            yield f"{signature}: function gone or changed"


def _columns(before: Catalogue, after: Catalogue) -> Iterator[str]:
    for (table, name), column in sorted(before.columns.items()):
        if table not in after.tables:
            continue
        now = after.columns.get((table, name))
        if now is None:
            yield f"{table}.{name}: column gone"
        elif now.type != column.type:
            yield f"{table}.{name}: type changed from {column.type} to {now.type}"
        elif now.must_be_given and not column.must_be_given:
            yield f"{table}.{name}: column must be given now"
    for (table, name), column in sorted(after.columns.items()):
        if table in before.tables and (table, name) not in before.columns and column.must_be_given:
            yield f"{table}.{name}: new column that old processes do not give"
