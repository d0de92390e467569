"""The names plugin authors may use are pinned: adding one is a decision, removing one a major version."""

from __future__ import annotations

import ast
import difflib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import kernel
from kernel import testing
from tests.docs import public_api
from tests.docs.pages import ROOT

KERNEL = """
ALL ANONYMOUS API_VERSION AUTHENTICATED Actions AddressRefused AdminAction AdminChart AdminPage Application
ArrayField BadRequest Binary
BlobNotFound BlobReader BlobStat BlobStore BlobTruncated Cached Caller Clock ConfigurationError Conflict
Database Delivery DemoNotes Emit FieldError Forbidden Gone HealthCheck Inbound Invalid JSONField Model
Money MoneyField Namespace NotFound Outbound PUBLIC Page Permission PluginError PreconditionFailed
Prepared Principal Problem RangeNotSatisfiable Rate Request Response Role RoomFamily Route SYSTEM
Schedule Schema Service Settings SoftDeleted Statement StoaError StorageBackend Subscriber TSVectorField Table
Task TimestampField Tokens TooLarge TooManyRequests UNLIMITED Unauthorized Unavailable UnsupportedMediaType
Versioned app arg endpoint event fields hookimpl hookspec invalid may_be_public offload outward_session
page_of paginate schedule send_blob setting task uuid7 violated_constraint where_scope
"""
TESTING = """
AckRefused Answer Client ConnectRefused PluginContract Realtime Sample Server SocketClient count_statements
race sample
"""

BORROWED = {
    "plugins/admin: kernel.admin_checks": "tells routes apart as the check of its pages does",
    "plugins/admin: kernel.events.event_type": "reads the event store, by the types as they are stored",
    "plugins/admin: kernel.http": "makes its forms from the API's own document, and serves its files",
    "contrib/sentry: kernel.observability": "hangs itself into the logs and must not leak what they hide",
    "contrib/s3: kernel.storage.blobs": "what a blob store is written with: keys and chunks",
    "plugins/notifications: kernel.context": "carries the correlation id through its own queue",
    "plugins/notifications: kernel.nearest": "names the nearest provider, as the kernel does for settings",
    "plugins/search: kernel.auth.principals.Everywhere": "the type of `ALL`, in a union",
    "plugins/webclient: kernel.http": "serves its files, tagged as the kernel tags answers",
    "plugins/welcome: kernel.http": "serves its files, tagged as the kernel tags answers",
}
"""What shipped plugins take that strangers may not count on: each a candidate for a public name."""


def test_the_public_names_are_these():
    assert sorted(kernel.__all__) == sorted(KERNEL.split())
    assert sorted(testing.__all__) == sorted(TESTING.split())


def test_their_signatures_and_attributes_are_pinned():
    kept = public_api.FILE.read_text(encoding="utf-8").splitlines()

    changed = list(
        difflib.unified_diff(kept, public_api.text().splitlines(), "pinned", "now", lineterm="", n=0)
    )

    assert changed == [], "a promise to plugin authors: if it is meant, run `python -m tests.docs.public_api`"


def test_a_changed_signature_would_be_seen():
    def send(text: str, *, urgent: bool = False) -> None: ...

    def now(text: str, *, urgent: bool) -> None: ...

    assert list(public_api.described("kernel.send", send)) != list(public_api.described("kernel.send", now))


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
    borrowed = {f"{package_of(file)}: {name}" for file in plugin_files() for name in private_names(file)}

    unknown = [one for one in sorted(borrowed) if not one.startswith(tuple(BORROWED))]
    returned = [known for known in BORROWED if not any(one.startswith(known) for one in borrowed)]

    assert unknown == [], "take it from `kernel`"
    assert returned == [], "nobody borrows this any more: take it off the list"


def plugin_files() -> Iterator[Path]:
    for folder in ("plugins", "contrib", "docs/examples"):
        yield from (ROOT / folder).rglob("*.py")


def private_names(file: Path) -> Iterator[str]:
    """Yield what a file imports of the kernel beyond its public names."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kernel."):
            public = testing.__all__ if node.module == "kernel.testing" else ()
            yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name not in public)


def package_of(file: Path) -> str:
    return "/".join(file.relative_to(ROOT).parts[:2])
