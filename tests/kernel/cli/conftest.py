"""The commands as processes, with a directory of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from kernel.testing.postgres import shared_postgres

ROOT = Path(__file__).parents[3]
DEADLINE = 120


@pytest.fixture
def var():
    """Where the profile keeps its data.

    Not below pytest's own directory: each pytest that starts on the machine closes that to
    others again, and of root's the PostgreSQL runs as another user.
    """
    with tempfile.TemporaryDirectory(prefix="stoa-cli-", ignore_cleanup_errors=True) as place:
        yield Path(place) / "var"


@pytest.fixture
def profile(tmp_path, var):
    """A profile without plugins, its data in a directory of its own."""
    file = tmp_path / "tested.toml"
    file.write_text(f'extends = "base"\nplugins = []\n[kernel]\nvar_dir = "{var}"\n')
    return file


@pytest.fixture
def database(environ):
    """A database of the run's server: the commands need not start one each."""
    with shared_postgres().database() as url:
        environ["STOA__DATABASE__URL"] = url
        yield url


@pytest.fixture
def environ():
    """This environment without the settings of a deployment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STOA", "VIRTUAL_ENV"))}
    return {**kept, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def run(profile, environ, tmp_path):
    """Run a command to its end with the profile; return the finished process."""

    def run(*arguments, input=None, **variables):
        return subprocess.run(
            [sys.executable, "-m", "kernel.cli", *arguments],
            cwd=tmp_path,
            env={**environ, "STOA_PROFILE": str(profile), **variables},
            input=input,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )

    return run
