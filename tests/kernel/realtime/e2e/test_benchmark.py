"""benchmarks/realtime.py runs, and what it counts is right; what it times is not looked at here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
RUN = "from benchmarks.realtime import main; main()"  # a script enters the tree's environment


@pytest.mark.slow
def test_a_quick_run_counts_every_delivery_row_and_attack():
    command = [sys.executable, "-c", RUN, "--quick", "--json", "--servers", "stoa,python-socketio"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)

    assert done.stdout, done.stderr
    claims = json.loads(done.stdout)["figures"]
    found = {key: [one for one in claims if one["key"] == key] for key in "abcdefgh"}
    assert all(found.values())
    assert found["a"][0]["details"]["deliveries a round"] == 20 * 10
    assert found["d"][0]["value"] == found["d"][0]["bound"] == 40
    deliveries = {
        name: value for name, value in found["e"][0]["details"].items() if name.endswith("deliveries")
    }
    assert deliveries == dict.fromkeys(
        ("python-socketio deliveries", "stoa deliveries", "durable deliveries"), 25 * 50
    )
    assert (found["f"][0]["value"], found["f"][0]["details"]["clients"]) == (0, 100)
    channel = found["g"][0]["details"]
    assert channel["3: rows"] == channel["30: rows"] > 0
    assert channel["3: rows later"] == channel["30: rows later"] > 0
    attacks = {name: value for name, value in found["h"][0]["details"].items() if name.endswith("times")}
    assert attacks.pop("quiet: times") == 0
    assert len(attacks) == 8
    assert all(attacks.values())
