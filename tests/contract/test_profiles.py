"""Every profile that is shipped boots, and lets nobody read what is another's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kernel.profile import SHIPPED_PROFILES, read_profile
from kernel.testing import Client
from kernel.testing.matrix import cases, leaks
from kernel.testing.samples import samples_beside

PROFILES = sorted(file.stem for file in SHIPPED_PROFILES.glob("*.toml") if file.stem != "base")
DEMO = tuple(read_profile("demo", {}).plugins)
TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent


def test_every_product_has_its_profile():
    assert PROFILES == ["condomarket", "connecto", "demo", "enterprise", "teamchat", "zst"]


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_boots_and_answers(make_app, name):
    app = make_app(*read_profile(name, {}).plugins)
    client = Client(app)

    assert client.get("/health").json["status"] == "ok"
    assert client.get("/openapi.json").status == 200
    assert app.registry.dropped == ()


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_is_found_sound_by_check(name, tmp_path):
    command = [sys.executable, "-m", "kernel.cli", "check", "--profile", name]

    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("plugin", DEMO)
def test_beside_all_others_a_foreign_id_still_answers_like_an_unknown_one(applications, plugin):
    app = applications.shared(DEMO, {})
    [home] = (TESTS / room / plugin for room in ("plugins", "contrib") if (TESTS / room / plugin).is_dir())
    samples = samples_beside(home / "test_contract.py")

    found = [line for case in cases(app.registry, plugin, samples) for line in leaks(app, case)]
    applications.clean(app)

    assert found == []
