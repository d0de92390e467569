"""Compare models with the database, and write the migration between them.

`drift` says in words what differs; `write_migration` puts it into a script of
plain SQL with an `up` and a `down`. It is a draft to read before committing: a
renamed column shows as one dropped and one added.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.storage.database import Database
from kernel.storage.migrations import MigrationError, Source, scripts_of
from kernel.storage.shapes import Column, Shape, model_shapes, read_shape


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: in words, and as the SQL that makes it and undoes it."""

    summary: str
    up: str
    down: str


def drift(db: Database, models: Sequence[Any]) -> list[str]:
    """Return what differs between the models and the migrated database; [] is none.

    Compared: tables, columns with type and NOT NULL, indexes with expressions
    and conditions, foreign keys, and CHECK or EXCLUDE constraints the models
    declare. Not compared: defaults, names of constraints and indexes, the order
    of columns, and checks only the database has. A model lists what only the
    database knows (a generated column, an index made by hand) in
    `Meta.database_only`, by name.
    """
    return [change.summary for change in changes(db, models)]


def changes(db: Database, models: Sequence[Any]) -> list[Change]:
    """Return every change that would bring the database to the models."""
    by_table = {model._meta.table_name: model for model in models}
    found: list[Change] = []
    for wanted in model_shapes(db, models):
        present = read_shape(db, wanted.table)
        if present is None:
            found.append(_create_table(wanted))
        else:
            found.extend(_alter_table(wanted, present, by_table[wanted.table]))
    return found


# -- a new table ---------------------------------------------------------------


def _create_table(shape: Shape) -> Change:
    lines = [_column_sql(column) for column in shape.columns.values()]
    lines += [f"CONSTRAINT {_quoted(name)} {text}" for text, name in shape.constraints.items()]
    body = ",\n    ".join(lines)
    statements = [f"CREATE TABLE {_quoted(shape.table)} (\n    {body}\n)"]
    statements += [_index_sql(text, name) for text, name in shape.indexes.items()]
    return Change(
        f"{shape.table}: no such table", ";\n".join(statements), f"DROP TABLE {_quoted(shape.table)}"
    )


def _column_sql(column: Column) -> str:
    kind = {"bigint": "bigserial", "integer": "serial"}.get(column.type, column.type)
    serial = (column.default or "").startswith("nextval(")
    words = [_quoted(column.name), kind if serial else column.type]
    if column.default and not serial:
        words.append(f"DEFAULT {column.default}")
    return " ".join(words if column.nullable else [*words, "NOT NULL"])


def _index_sql(definition: str, name: str) -> str:
    return definition.replace("INDEX ON", f"INDEX {_quoted(name)} ON", 1)


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in _RESERVED else f'"{name}"'


_RESERVED = frozenset(
    {
        *("all", "any", "check", "column", "default", "end", "from", "group", "limit", "offset", "order"),
        *(
            "primary",
            "references",
            "select",
            "table",
            "to",
            "user",
            "using",
            "when",
            "where",
            "window",
            "with",
        ),
    }
)


# -- an old table --------------------------------------------------------------


def _alter_table(wanted: Shape, present: Shape, model: Any) -> Iterator[Change]:
    spared = set(getattr(model._meta, "database_only", ()))
    alter = f"ALTER TABLE {_quoted(wanted.table)}"
    gone_columns = [name for name in present.columns if name not in wanted.columns and name not in spared]
    yield from _drop_indexes(wanted, present, spared)
    for name, column in wanted.columns.items():
        if name not in present.columns:
            yield _add_column(alter, wanted.table, column, model)
        else:
            yield from _alter_column(alter, wanted.table, column, present.columns[name])
    for name in gone_columns:
        again = _column_sql(present.columns[name])
        yield Change(
            f"{wanted.table}.{name}: only in the database",
            f"{alter} DROP COLUMN {_quoted(name)}",
            f"{alter} ADD COLUMN {again}",
        )
    yield from _add_constraints(alter, wanted, present, spared)
    for text, name in wanted.indexes.items():
        if text not in present.indexes:
            yield Change(
                f"{wanted.table}: no index {name}: {text}",
                _index_sql(text, name),
                f"DROP INDEX {_quoted(name)}",
            )


def _drop_indexes(wanted: Shape, present: Shape, spared: set[str]) -> Iterator[Change]:
    for text, name in present.indexes.items():
        if text not in wanted.indexes and name not in spared:
            yield Change(
                f"{wanted.table}: index {name} only in the database: {text}",
                f"DROP INDEX {_quoted(name)}",
                _index_sql(text, name),
            )


def _add_column(alter: str, table: str, column: Column, model: Any) -> Change:
    up = f"{alter} ADD COLUMN {_column_sql(column)}"
    if not column.nullable and column.default is None:
        literal = _literal_default(model._meta.columns[column.name].default)
        if literal is None:
            raise MigrationError(
                f"{table}.{column.name}: NOT NULL without a constant default does not fit existing rows: "
                "give the field one, or null=True, or write the migration by hand"
            )
        up = f"{up} DEFAULT {literal}"  # it stays: processes of the old version go on inserting rows
    return Change(f"{table}.{column.name}: no such column", up, f"{alter} DROP COLUMN {_quoted(column.name)}")


def _literal_default(default: Any) -> str | None:
    """Return a constant of Python as SQL; None when it is not one."""
    if default in (dict, list):
        return "'{}'" if default is dict else "'[]'"
    if isinstance(default, bool):
        return "true" if default else "false"
    if isinstance(default, int):
        return str(default)
    if isinstance(default, str):
        return "'" + default.replace("'", "''") + "'"
    return None


def _alter_column(alter: str, table: str, wanted: Column, present: Column) -> Iterator[Change]:
    name = _quoted(wanted.name)
    if wanted.type != present.type:
        yield Change(
            f"{table}.{wanted.name}: is {present.type}, the model says {wanted.type}",
            f"{alter} ALTER COLUMN {name} TYPE {wanted.type} USING {name}::{wanted.type}",
            f"{alter} ALTER COLUMN {name} TYPE {present.type} USING {name}::{present.type}",
        )
    if wanted.nullable != present.nullable:
        loosen, tighten = (
            f"{alter} ALTER COLUMN {name} DROP NOT NULL",
            f"{alter} ALTER COLUMN {name} SET NOT NULL",
        )
        said = "may be null in the model" if wanted.nullable else "may not be null in the model"
        up, down = (loosen, tighten) if wanted.nullable else (tighten, loosen)
        yield Change(f"{table}.{wanted.name}: {said}, not so in the database", up, down)


def _add_constraints(alter: str, wanted: Shape, present: Shape, spared: set[str]) -> Iterator[Change]:
    for text, name in present.constraints.items():
        if text.startswith("FOREIGN KEY") and text not in wanted.constraints and name not in spared:
            yield Change(
                f"{wanted.table}: {text} only in the database",
                f"{alter} DROP CONSTRAINT {_quoted(name)}",
                f"{alter} ADD CONSTRAINT {_quoted(name)} {text}",
            )
    for text, name in wanted.constraints.items():
        if text not in present.constraints:
            yield Change(
                f"{wanted.table}: no {text}",
                f"{alter} ADD CONSTRAINT {_quoted(name)} {text}",
                f"{alter} DROP CONSTRAINT {_quoted(name)}",
            )


# -- the script ----------------------------------------------------------------


def write_migration(
    db: Database, plugin: str, models: Sequence[Any], sources: Sequence[Source], name: str = ""
) -> Path | None:
    """Write the plugin's next script; return its path, None when nothing differs.

    The database must have every present script applied. `models` are the
    plugin's own; `sources` as for `Migrations`.
    """
    found = changes(db, models)
    if not found:
        return None
    directory = Path(dict(sources)[plugin])
    directory.mkdir(parents=True, exist_ok=True)
    taken = [script.number for script in scripts_of([(plugin, directory)])]
    slug = re.sub(r"\W+", "_", name.lower()).strip("_") or ("changes" if taken else "initial")
    path = directory / f"{max(taken, default=0) + 1:04d}_{slug}.py"
    path.write_text(_script(found, _requirements(plugin, found, sources)), encoding="utf-8")
    return path


def _requirements(plugin: str, found: Sequence[Change], sources: Sequence[Source]) -> list[str]:
    """Return the last script of every plugin whose tables the SQL refers to."""
    referred = {table for change in found for table in re.findall(r'REFERENCES "?(\w+)', change.up)}
    last: Mapping[str, str] = {script.plugin: script.key for script in scripts_of(sources)}
    owners = sorted(last, key=len, reverse=True)  # `b2b_x` belongs to `b2b_x`'s plugin before `b2b`
    wanted = {next((o for o in owners if table.startswith(f"{o}_")), plugin) for table in referred}
    return sorted(last[owner] for owner in wanted if owner != plugin)


def _script(found: Sequence[Change], requires: Sequence[str]) -> str:
    lines = ['"""' + _docstring([change.summary for change in found]) + '"""', ""]
    if requires:
        lines += [f"requires = {list(requires)!r}".replace("'", '"'), ""]
    ups = [statement for change in found for statement in change.up.split(";\n")]
    downs = [statement for change in reversed(found) for statement in change.down.split(";\n")]
    return "\n".join([*lines, *_constant("UP", ups), *_constant("DOWN", downs), _FUNCTIONS])


def _docstring(summaries: Sequence[str]) -> str:
    """Say what the script does: drift told as a deed where that is plain."""
    told = list(summaries)
    deeds = []
    for verb, lack in (("Create", ": no such table"), ("Add", ": no such column")):
        names = [line.removesuffix(lack) for line in told if line.endswith(lack)]
        told = [line for line in told if not line.endswith(lack)]
        deeds += [f"{verb} {', '.join(names)}"] if names else []
    text = "; ".join([*deeds, *told]) + ("" if told else ".")
    return textwrap.shorten(text, 100, placeholder=" …")


def _constant(name: str, statements: Sequence[str]) -> list[str]:
    shown = [f'    """{_indented(statement)}""",' for statement in statements]
    return [f"{name} = [", *shown, "]"]


def _indented(statement: str) -> str:
    return statement.replace("\\", "\\\\").replace("\n", "\n    ")


_FUNCTIONS = """

def up(migrator, db):
    for statement in UP:
        db.execute_sql(statement)


def down(migrator, db):
    for statement in DOWN:
        db.execute_sql(statement)
"""
