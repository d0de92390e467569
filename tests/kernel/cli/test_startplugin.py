"""`startplugin`: what it writes is installable, and passes its tests at once."""

from __future__ import annotations

import subprocess
import sys

import pytest


def test_a_new_plugin_installs_and_passes_its_tests(run, environ, tmp_path):
    home, site = tmp_path / "stoa-loyalty", tmp_path / "site"
    written = run(
        "startplugin", "loyalty", "--path", str(home), "--summary", "Points for purchases.", "--no-install"
    )
    assert written.returncode == 0, written.stderr
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(site), str(home)]
    subprocess.run(install, check=True, capture_output=True, timeout=300)

    environ["PYTHONPATH"] += f":{site}"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=home,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "failed" not in done.stdout
    assert run("check", "--profile", str(home / "loyalty.toml")).returncode == 0
    assert "://" not in (home / "stoa_loyalty" / "README.md").read_text()


@pytest.mark.parametrize("name", ["Loyalty", "9lives", "a-b", "a b", "", "a" * 31])
def test_a_name_no_plugin_can_have_is_refused(run, name):
    done = run("startplugin", name, "--no-install")

    assert done.returncode == 2
    assert "no plugin name" in done.stderr


def test_a_directory_with_something_in_it_is_left_alone(run, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").touch()

    done = run("startplugin", "loyalty", "--path", str(tmp_path / "full"), "--no-install")

    assert done.returncode == 2
    assert "is not empty" in done.stderr
