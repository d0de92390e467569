"""Databases of the past: restored, read whole, brought to the present."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from kernel.testing.applications import test_settings
from tests.upgrade.filling import PLACE, ROOT, SECRET

Row = dict[str, Any]
DEMO = "demo"
COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' ORDER BY table_name, ordinal_position
"""
KEYS = """
SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname
"""


@dataclass
class Contents:
    """What a database holds: columns and rows by table, rows by the text of their primary key."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)


@dataclass
class Upgraded:
    """A database of the past before and after its migration, and what is known of it."""

    name: str
    url: str
    known: dict[str, Any]
    before: Contents
    after: Contents
    applied: list[str]


def settings_of(url: str, var: Path, plugins: tuple[str, ...] = ("accounts", "listings")) -> dict[str, Any]:
    """Return the settings of a server on a database of the past."""
    return test_settings(plugins, {"kernel": {"secret_key": SECRET}}, var, url)


def restore(name: str, url: str) -> None:
    """Fill an empty database with the dump of a past."""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(gzip.decompress((PLACE / f"{name}.sql.gz").read_bytes()).decode())
    connection.close()


def migrate(url: str, var: Path) -> list[str]:
    """Run `manage.py migrate` with the demo's profile; return the lines it printed."""
    variables = {
        "STOA__DATABASE__URL": url,
        "STOA__KERNEL__SECRET_KEY": SECRET,
        "STOA__KERNEL__VAR_DIR": str(var),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STOA")}
    command = [sys.executable, "-m", "kernel.cli", "migrate", "--profile", DEMO]
    done = subprocess.run(
        command, cwd=ROOT, env={**kept, **variables}, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def contents(url: str) -> Contents:
    """Read all of a database."""
    found = Contents()
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, column in cursor.fetchall():
            found.columns.setdefault(table, []).append(column)
        cursor.execute(KEYS)
        keys = dict(cursor.fetchall())
        for table in found.columns:
            cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t')
            rows = [row for (row,) in cursor.fetchall()]
            key = keys.get(table, found.columns[table])
            found.rows[table] = {json.dumps([row[column] for column in key]): row for row in rows}
    connection.close()
    return found
