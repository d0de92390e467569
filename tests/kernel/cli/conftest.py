"""The commands as processes, with a directory of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DEADLINE = 120


@pytest.fixture
def profile(tmp_path):
    """A profile without plugins, its data below the test's directory."""
    file = tmp_path / "tested.toml"
    file.write_text(f'extends = "base"\nplugins = []\n[kernel]\nvar_dir = "{tmp_path / "var"}"\n')
    return file


@pytest.fixture
def environ():
    """This environment without the settings of a deployment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STOA", "VIRTUAL_ENV"))}
    return {**kept, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def run(profile, environ, tmp_path):
    """Run a command to its end with the profile; return the finished process."""

    def run(*arguments, input=None):
        return subprocess.run(
            [sys.executable, "-m", "kernel.cli", *arguments],
            cwd=tmp_path,
            env={**environ, "STOA_PROFILE": str(profile)},
            input=input,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )

    return run
