"""What a table looks like to PostgreSQL, and what its model says it should.

The models' side is not guessed from peewee's type names: the tables are created
in a scratch schema, read back from the catalogue and rolled back. So a drift in
a type, a NOT NULL, an expression, a partial index or a CHECK is seen, where
`playhouse.schema_diff` compares only the names of columns and indexes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import peewee

from kernel.storage.database import Database

sort_models: Any = vars(peewee)["sort_models"]  # public, but missing in peewee's stubs

SCRATCH = "stoa_scratch"

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid), a.attidentity::text
FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_CONSTRAINTS = """
SELECT contype::text || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = to_regclass(%s) AND contype IN ('p', 'f', 'c', 'x')
ORDER BY array_position('{p,f,c,x}', contype::text), conname
"""
_INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE i.indrelid = to_regclass(%s)
  AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'x'))
ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column as PostgreSQL names its type."""

    name: str
    type: str
    nullable: bool
    default: str | None = None
    identity: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """One table.

    `constraints` and `indexes` map a definition to a name: two tables with the
    same rules under other names are alike. A UNIQUE constraint is an index.
    """

    table: str
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: dict[str, str] = field(default_factory=dict)
    indexes: dict[str, str] = field(default_factory=dict)


class _UndoError(Exception):
    """Leaves the scratch transaction without its effects."""


def _undo() -> None:
    raise _UndoError


def read_shape(db: Database, table: str, schema: str = "") -> Shape | None:
    """Return the table's shape from the catalogue; None when there is no such table."""
    place = f'"{schema}"."{table}"' if schema else f'"{table}"'
    columns = {row[0]: Column(*row) for row in db.rows(_COLUMNS, (place,))}
    if not columns:
        return None
    constraints = {_plain(text): name.partition(" ")[2] for name, text in db.rows(_CONSTRAINTS, (place,))}
    indexes = {_unnamed(_plain(text)): name for name, text in db.rows(_INDEXES, (place,))}
    return Shape(table, columns, constraints, indexes)


def model_shapes(db: Database, models: Sequence[Any]) -> list[Shape]:
    """Return the shapes the models would have, referenced tables first."""
    shapes: list[Shape | None] = []
    tables = {model._meta.table_name: model for model in sort_models(models)}
    try:
        with db.atomic():
            db.execute_sql(f"CREATE SCHEMA {SCRATCH}")
            db.execute_sql(f"SET LOCAL search_path = {SCRATCH}, public")
            for model in tables.values():
                with model.bind_ctx(db, bind_refs=False, bind_backrefs=False):
                    model.create_table(safe=False)
            shapes = [read_shape(db, table, SCRATCH) for table in tables]
            _undo()
    except _UndoError:
        pass  # as meant
    return [shape for shape in shapes if shape is not None]


def _plain(definition: str) -> str:
    """Return a definition without the names of schemas."""
    return re.sub(rf"\b(?:{SCRATCH}|public)\.", "", definition)


def _unnamed(definition: str) -> str:
    """Return `CREATE INDEX name ON …` as `CREATE INDEX ON …`."""
    return re.sub(r'INDEX ("[^"]+"|\S+) ON', "INDEX ON", definition, count=1)
