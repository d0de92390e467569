"""The names plugin authors may use are pinned: adding one is a decision, removing one a major version."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import kernel
from kernel import testing
from tests.docs.pages import ROOT

KERNEL = """
ALL ANONYMOUS API_VERSION AUTHENTICATED Application ArrayField BadRequest Binary BlobNotFound BlobReader
BlobStat BlobStore BlobTruncated Cached Clock ConfigurationError Conflict Delivery DemoNotes FieldError
Forbidden Gone HealthCheck Invalid JSONField Model Money MoneyField NotFound PUBLIC Page Permission
PreconditionFailed Prepared Principal Problem Rate Request Response Role Route SYSTEM Schedule Schema
Service Settings SoftDeleted StoaError StorageBackend Subscriber TSVectorField Task TimestampField Tokens
TooLarge TooManyRequests UNLIMITED Unauthorized Unavailable UnsupportedMediaType Versioned app arg endpoint
event fields hookimpl hookspec invalid offload page_of paginate schedule send_blob setting task uuid7
violated_constraint where_scope
"""
TESTING = "Answer Client PluginContract Sample Server count_statements race sample"

USES_MORE = {
    "contrib/sentry": "hangs itself into the pipeline of the logs, which is not offered to plugins",
    "contrib/opentelemetry": "observes every room from inside, which is not offered to plugins",
}


def test_the_public_names_are_these():
    assert sorted(kernel.__all__) == sorted(KERNEL.split())
    assert sorted(testing.__all__) == sorted(TESTING.split())


def test_a_strict_type_checker_takes_every_name(tmp_path):
    names = ", ".join(kernel.__all__)
    typed = "import uuid\n\nreveal: uuid.UUID = uuid7()\nlength: int = offload(len, [1])\n"
    (tmp_path / "author.py").write_text(f"from kernel import {names}\n{typed}")

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", str(tmp_path / "author.py")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout


def test_plugins_in_the_tree_use_what_strangers_may_use():
    borrowed = sorted({
        f"{name_of(file)}: {node.module}.{alias.name}"
        for folder in ("plugins", "contrib", "docs/examples")
        for file in (ROOT / folder).rglob("*.py")
        if not any(name_of(file).startswith(f"{one}/") for one in USES_MORE)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("kernel.")
        if node.module != "kernel.testing"
        for alias in node.names
    })  # fmt: skip

    assert borrowed == [], "take it from `kernel`"


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))
