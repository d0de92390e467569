"""Node and packages of npm, for tests with the stock clients.

    folder = installed("socket.io-client@4.7.5")
    output = run(folder, SCRIPT, server.url)

Packages are installed once, into a directory below the system's temporary
directory that is named after them, and kept for the next run. Where Node or the
registry is missing the test is skipped, and says what went untested.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

PATIENCE = 180  # seconds an installation may take


def installed(*packages: str) -> Path:
    """Return a directory whose `node_modules` hold the packages (`name@version`); skip where they cannot."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip(f"UNTESTED with {', '.join(packages)}: node and npm are not installed")
    digest = hashlib.sha256("\n".join(packages).encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"stoa-npm-{os.getuid()}" / digest
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of pytest-xdist share it
        if not (folder / "complete").exists():
            _install(folder, packages)
            (folder / "complete").touch()
    return folder


def _install(folder: Path, packages: tuple[str, ...]) -> None:
    (folder / "package.json").write_text('{"private": true}')
    command = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", *packages]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode:
        pytest.skip(f"UNTESTED with {', '.join(packages)}: npm cannot install them: {done.stderr[-300:]}")


def start(folder: Path, script: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a CommonJS script that finds the packages of `folder`; its standard streams are pipes."""
    digest = hashlib.sha256(script.encode()).hexdigest()[:16]
    file = folder / f"{digest}.cjs"
    file.write_text(script)
    return subprocess.Popen(
        ["node", str(file), *arguments],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, script: str, *arguments: str, timeout: float = 60) -> str:
    """Run a script to its end and return what it printed; fail with what it complained about."""
    process = start(folder, script, *arguments)
    try:
        output, complaints = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        output, complaints = process.communicate()
        pytest.fail(f"the script did not end: {output}{complaints}")
    assert process.returncode == 0, f"{output}{complaints}"
    return output
