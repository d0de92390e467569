"""The door's bootstrap: what it installs when, and what it says when it cannot."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from kernel.cli import bootstrap

ROOT = Path(__file__).parents[3]
SETUP = "[metadata]\nname = stoa\n[options]\ninstall_requires =\n    click\n"


@pytest.fixture
def tree(tmp_path):
    """A copy of what the door needs, and nothing to install from."""
    (tmp_path / "kernel" / "cli").mkdir(parents=True)
    (tmp_path / "setup.cfg").write_text(SETUP)
    for name in ("manage.py", "pyproject.toml", "kernel/cli/bootstrap.py"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def door(tree, *arguments, **environ):
    base = {"PATH": os.environ["PATH"], "HOME": str(tree)}
    return subprocess.run(
        [sys._base_executable, str(tree / "manage.py"), *arguments],
        cwd="/",
        env={**base, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "extras"),
    [
        (["demo", "--port", "1"], set()),
        (["test", "-k", "x"], {"test", "docs"}),
        (["check"], set()),
        (["check", "--static"], {"test", "docs"}),
        (["docs", "build"], {"docs"}),
        ([], set()),
    ],
)
def test_a_command_installs_only_what_it_needs(arguments, extras):
    assert bootstrap.wanted_extras(arguments) == extras


def test_only_a_change_of_the_requirements_calls_for_an_install(tree):
    before = bootstrap.fingerprint(tree)
    (tree / "setup.cfg").write_text(SETUP + "[tool:pytest]\naddopts = -x\n")
    same = bootstrap.fingerprint(tree)
    (tree / "setup.cfg").write_text(SETUP + "    rich\n")

    assert same == before
    assert bootstrap.fingerprint(tree) != before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"home": "/elsewhere", "fingerprint": "x"}'])
def test_a_marker_that_is_broken_or_moved_counts_as_none(tmp_path, text):
    (tmp_path / bootstrap.MARKER).write_text(text)

    assert bootstrap.read_marker(tmp_path) == {}


def test_a_finished_install_is_not_done_again(tree, monkeypatch):
    home = tree / ".venv"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "python").symlink_to(sys.executable)
    marker = {"fingerprint": bootstrap.fingerprint(tree), "extras": ["test"], "home": str(home)}
    (home / bootstrap.MARKER).write_text(json.dumps(marker))
    installed = []
    monkeypatch.setattr(bootstrap, "install", lambda *arguments: installed.append(arguments))

    bootstrap.ensure(tree, home, {"test"})
    bootstrap.ensure(tree, home, {"docs"})

    assert [sorted(extras) for _, _, extras in installed] == [["docs", "test"]]


def test_a_half_finished_install_is_made_anew(tree, monkeypatch):
    home = tree / ".venv"
    venv.create(home, with_pip=False)
    (home / "left-behind").touch()
    monkeypatch.setattr(bootstrap, "install", lambda *_: None)

    bootstrap.ensure(tree, home, set())

    assert not (home / "left-behind").exists()
    assert bootstrap.read_marker(home)["extras"] == []


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (
            ["WARNING: Retrying after NewConnectionError\n", "ERROR: No matching distribution found\n"],
            "connect to the",
        ),
        (["ERROR: Could not install: [Errno 28] No space left on device\n"], "no space left"),
        (
            ["ERROR: one\n", "ERROR: No matching distribution found for nonesuch\n"],
            "nonesuch (all of it: install.log)",
        ),
    ],
)
def test_why_an_install_failed_is_one_line(output, line):
    assert line in bootstrap.explain(output, Path("install.log"))


def test_an_installer_that_is_killed_is_said_to_be_and_what_to_do(tree, capsys):
    home = tree / ".venv"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "python").write_text("#!/bin/sh\necho Collecting click\nkill -9 $$\n")
    (home / "bin" / "python").chmod(0o755)

    with pytest.raises(SystemExit, match=r"stopped by SIGKILL; run the same command again"):
        bootstrap.install(tree, home, set())

    assert "click" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["demo", "test"])
def test_told_to_stop_while_it_installs_it_ends_with_the_installer(tree, command, number):
    home = tree / ".venv"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "python").write_text("#!/bin/sh\necho Collecting pid-$$\nexec sleep 60\n")
    (home / "bin" / "python").chmod(0o755)
    (home / bootstrap.MARKER).write_text(json.dumps({"fingerprint": "old", "home": str(home)}))

    with subprocess.Popen(
        [sys._base_executable, str(tree / "manage.py"), command],
        env={"PATH": os.environ["PATH"]},
        stderr=subprocess.PIPE,
        text=True,
    ) as door:
        begun = [door.stderr.readline(), door.stderr.readline()]
        door.send_signal(number)
        _, said = door.communicate(timeout=60)

    assert "pid" in begun[1]
    assert said == "stoa: stopped before the install was finished; the next start does it again.\n"
    assert door.returncode == (0 if command == "demo" else 128 + number)


def test_without_a_network_it_says_so_in_one_line_and_fails(tree):
    done = door(tree, "demo", PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_NO_CACHE_DIR="1")

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("stoa: cannot reach the package index")
    assert "Traceback" not in done.stderr
    assert not (tree / ".venv" / bootstrap.MARKER).exists()


def test_something_else_in_the_place_of_the_environment_is_left_alone(tree):
    (tree / ".venv").mkdir()
    (tree / ".venv" / "thesis.txt").write_text("years of work")

    done = door(tree, "demo")

    assert done.returncode == 1
    assert "is in the way" in done.stderr
    assert (tree / ".venv" / "thesis.txt").exists()


def test_the_door_is_readable_by_any_python_3():
    ast.parse((ROOT / "manage.py").read_text(), feature_version=(3, 4))
