"""Fills a database with a commit of the past, and keeps it as a dump.

    python -m tests.upgrade.filling first     # writes tests/upgrade/first.sql.gz and first.json

The commit's own code runs in a copy of its tree, with this environment's
libraries: its demo migrates and fills the database, then people come. The dump
is data to test upgrades with; it is made once and then only read, for what the
past wrote does not change. Needs git and the commit.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.storage.cluster import binaries
from kernel.storage.embedded import EmbeddedPostgres
from kernel.testing.server import free_port

ROOT = Path(__file__).resolve().parents[2]
PLACE = Path(__file__).parent
SECRET = "the-key-of-databases-that-are-upgraded"
PASSWORD = "violet-harbour-71"
PATIENCE = 60.0  # seconds the demo may take to answer

KERNEL_ROWS = """
import json, sys
from datetime import timedelta
from kernel.application import boot
from kernel.storage import uuid7

app = boot(sys.argv[1])
auth, people = app.auth, [uuid7() for _ in range(5)]
for number, person in enumerate(people):
    auth.set_status(person, "active")
    auth.open_session(person, f"device {number}", "203.0.113.7")
auth.refresh(auth.open_session(people[0], "a telephone", "203.0.113.8").refresh_token)
auth.grant(people[1], "admin")
auth.set_status(people[2], "suspended", app.clock.now() + timedelta(days=1000))
auth.set_status(people[3], "banned")
auth.revoke_all(people[4])
info, text = auth.api_keys.create(people[0], "a machine")
auth.codes.issue("verify-email", "ada@example.com", timedelta(days=1))
print(json.dumps({"api_key": text, "people": [str(one) for one in people]}))
"""


def kernel_rows(tree: Path, profile: Path, _: str) -> dict[str, Any]:
    """Sign people in, grant, suspend, ban and revoke, by the old kernel's own API."""
    command = [sys.executable, "-c", KERNEL_ROWS, str(profile)]
    done = subprocess.run(command, cwd=tree, env=environ(tree), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def market_rows(_tree: Path, _profile: Path, url: str) -> dict[str, Any]:
    """Register, sign in, sell: what people do on the first market."""
    person = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada"}
    call(f"{url}/v1/auth/register", person)
    token = call(f"{url}/v1/auth/login", {"email": person["email"], "password": PASSWORD})["access_token"]
    key = call(f"{url}/v1/auth/api-keys", {"name": "a machine"}, token)
    category = call(f"{url}/v1/categories")["items"][0]["id"]
    offer = {"title": "A chair", "type": "PRODUCT", "category_id": category, "status": "DRAFT"}
    offer["price"] = {"amount": 4500, "currency": "USD"}
    listing = call(f"{url}/v1/listings", offer, token)
    return {"api_key": key["key"], "email": person["email"], "listing": listing["id"]}


@dataclass(frozen=True)
class Past:
    """A commit, what its profile enables (None: as its demo has it), and who fills it."""

    commit: str
    plugins: tuple[str, ...] | None
    fill: Callable[[Path, Path, str], dict[str, Any]]


PASTS = {
    "first": Past("3a6c382", None, kernel_rows),  # the first whose demo answered
    "market": Past("82d5676", None, market_rows),  # the first with people, listings and a welcome page
}


def tree_of(commit: str, directory: Path) -> Path:
    """Write a commit's files into a directory; raise CalledProcessError where it is not known."""
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(directory, filter="data")
    return directory


def environ(tree: Path) -> dict[str, str]:
    """Return an environment in which a tree's own packages are found first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STOA")}
    return {**kept, "PYTHONPATH": str(tree)}


def call(url: str, body: Any = None, token: str = "") -> Any:
    """Send a request; return the JSON of its answer."""
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as ex:
        raise SystemExit(f"{url}: {ex.code}: {ex.read().decode()}") from ex


def dumped(url: str) -> str:
    """Return a database as plain SQL that psycopg2 can run."""
    options = ["--inserts", "--rows-per-insert=100", "--no-owner", "--no-privileges", "--no-comments"]
    command = [str(binaries() / "pg_dump"), *options, url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.sub(r"^\\(un)?restrict .*\n", "", text, flags=re.MULTILINE)


def profile_of(past: Past, directory: Path, url: str) -> Path:
    """Write the profile that the past runs with."""
    lines = ['extends = "demo"']
    if past.plugins is not None:
        lines.append(f"plugins = {json.dumps(past.plugins)}")
    lines += ["[kernel]", f'secret_key = "{SECRET}"', f'var_dir = "{directory / "var"}"']
    lines += ["[database]", f'url = "{url}"']
    file = directory / "past.toml"
    file.write_text("\n".join(lines) + "\n")
    return file


def answers(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            call(f"{url}/health/liveness")
        except OSError:
            assert process.poll() is None, "the past did not start: see above"
            assert time.monotonic() < deadline, "the past does not answer: see above"
            time.sleep(0.1)
        else:
            return


def fill(name: str) -> None:
    """Write the dump of a past, and beside it what tests must know of it."""
    past = PASTS[name]
    with (
        tempfile.TemporaryDirectory(prefix="stoa-past-") as home,
        EmbeddedPostgres(Path(home, "pg")) as server,
    ):
        url, directory = server.ensure_database("stoa"), Path(home)
        tree = tree_of(past.commit, directory / "tree")
        profile, port = profile_of(past, directory, url), free_port()
        command = [sys.executable, "-m", "kernel.cli", "demo", "--profile", str(profile), "--port", str(port)]
        process = subprocess.Popen(command, cwd=tree, env=environ(tree))
        try:
            answers(f"http://127.0.0.1:{port}", process)
            known = past.fill(tree, profile, f"http://127.0.0.1:{port}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
        (PLACE / f"{name}.sql.gz").write_bytes(gzip.compress(dumped(url).encode(), mtime=0))
    (PLACE / f"{name}.json").write_text(json.dumps({"commit": past.commit, **known}, indent=1) + "\n")


if __name__ == "__main__":
    fill(sys.argv[1])
