"""The benchmarks of the whole product under load: they run, and count what they say; no time is looked at."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from benchmarks.harness_load import verdict
from benchmarks.harness_load.histogram import binned, merged, percentile
from benchmarks.harness_load.mix import WEIGHTS, Mix
from benchmarks.harness_load.stage import Stage
from benchmarks.hot import claims

ROOT = Path(__file__).parents[2]
GROUP = 50  # sockets of one conversation
KINDS = set(WEIGHTS)


def ran(name: str, *options: str) -> dict[str, list[dict[str, object]]]:
    """Run a benchmark of this tree; return its figures by their keys."""
    run = f"from benchmarks.{name} import main; main()"  # a script enters the tree's environment
    command = [sys.executable, "-c", run, "--json", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert done.stdout, done.stderr[-4000:]
    found: dict[str, list[dict[str, object]]] = {}
    for each in json.loads(done.stdout)["figures"]:
        found.setdefault(each["key"], []).append(each)
    return found


@pytest.mark.slow
def test_a_short_load_reaches_every_socket_and_tells_what_it_took():
    found = ran("load", "--quick", "--users", "500", "--rate", "100", "--doublings", "1")

    [api], [socket], [errors] = found["api"], found["socket"], found["errors"]
    assert api["details"]["requests"] > 0
    assert {"list p95", "detail p95", "send p95"} <= set(api["details"])
    assert socket["details"]["deliveries"] >= GROUP
    assert errors["details"]["sockets lost"] == 0
    missing = errors["value"] - sum(errors["details"].values())
    assert (
        socket["details"]["deliveries"] + missing
    ) % GROUP == 0  # each message is for all of a conversation
    assert {"server 1 % of a core", "worker % of a core", "PostgreSQL % of a core"} <= set(
        found["cpu"][0]["details"]
    )
    assert found["hits"][0]["value"] <= 100
    assert found["pool"][0]["value"] > 0
    assert "memory" not in found  # of minutes only
    assert len(found.get("doubled", [])) <= 1


@pytest.mark.slow
def test_each_kind_of_request_is_measured_by_itself():
    found = ran("hot", "--requests", "2", "--only", "list,send,pay")

    assert set(found) == {"mix", "list", "send", "pay"}
    shares = [one["details"]["percent_of_the_mix"] for name, [one] in found.items() if name != "mix"]
    assert sum(shares) == pytest.approx(100)
    assert shares == sorted(shares, reverse=True)  # what takes most comes first


def staged(**seen) -> Stage:
    """A stage in which two messages went to everybody in time, unless it is said otherwise."""
    quiet = {
        "users": 50, "rate": 10.0, "seconds": 1.0,
        "kinds": {"send": binned([0.01, 0.02]), "list": binned([0.005] * 18)},
        "late": binned([0.0]), "failures": {}, "messages": binned([0.02] * 2 * GROUP), "presences": {},
        "lost": 0, "cached": 0.9, "others": 0.0,
        "shares": {"server 1": 0.1, "requests": 0.1, "sockets 1": 0.1, "sockets 2": 0.1},
    }  # fmt: skip
    return Stage(**{**quiet, **seen})


def test_a_stage_in_which_all_went_well_breaks_nothing():
    assert staged().errors == 0
    assert verdict.broken(staged()) == []


@pytest.mark.parametrize(
    ("seen", "errors"),
    [
        ({"messages": binned([0.02] * (2 * GROUP - 1))}, 1),  # one did not arrive
        ({"messages": binned([0.02] * (2 * GROUP + 1))}, 1),  # one came twice
        ({"lost": 3}, 3),
        ({"failures": {"list 503": 2}}, 2),
        ({"failures": {"send 503": 1}, "messages": binned([0.02] * GROUP)}, 1),  # it is missed by nobody
    ],
)
def test_what_went_wrong_in_a_stage_is_counted_once(seen, errors):
    stage = staged(**seen)

    assert stage.errors == errors
    assert verdict.broken(stage) == [f"{errors} errors"]


def test_a_stage_that_was_too_slow_says_by_what():
    stage = staged(kinds={"list": binned([0.3] * 20)}, messages=binned([0.2] * 100))

    assert [bound.rpartition(" ")[0] for bound in verdict.broken(stage)[:2]] == [
        "API p95 300",
        "socket p95 200",
    ]


@pytest.mark.parametrize(
    ("seen", "named"),
    [
        ({"shares": {"server 1": 0.99, "requests": 0.1, "sockets 1": 0.1}}, "server 1:"),
        ({"shares": {"server 1": 0.99, "requests": 0.99, "sockets 1": 0.1}}, "the load's own programs"),
        ({"pool": 20.0}, "a pool:"),
        ({}, "nothing that is measured"),
    ],
)
def test_the_first_limit_is_named(seen, named):
    assert verdict.first_limit(staged(**seen)).startswith(named)


def test_a_percentile_is_what_so_many_do_not_exceed():
    bins = merged([binned([0.001] * 95), {"20": 5}])  # JSON has turned the second's bins to text

    assert sum(bins.values()) == 100
    assert percentile(bins, 95) == 1.5
    assert percentile(bins, 96) == 10.5
    assert percentile({}, 95) == 0


def test_what_must_come_before_is_asked_first():
    mix = Mix([("token", "room")], ["chair"], ["kind"], Random(1))

    placing = mix.draw(0.0, "pay")
    placing.then(b'{"orders": [{"payment": {"url": "/v1/order-payments/1"}}]}')
    demanding = mix.draw(0.0, "pay")
    demanding.then(b'{"id": "7"}')
    paying = mix.draw(0.0, "pay")

    assert [one.kind for one in (placing, demanding, paying)] == ["place", "demand", "pay"]
    assert paying.path == "/v1/payments/7/confirm"


def test_the_kinds_are_drawn_by_their_weights():
    mix = Mix([("token", "room")], ["chair"], ["kind"], Random(1))

    drawn = [mix.draw(0.0).kind for _ in range(2000)]

    assert set(drawn) <= KINDS
    assert drawn.count("list") > drawn.count("send") > drawn.count("presence") > 0


def test_a_kinds_part_of_the_mix_is_its_cost_by_its_weight():
    found = claims({"list": [0.001, 0.003], "send": [0.012]})  # 30 and 10 of a hundred

    assert [one.key for one in found] == ["mix", "send", "list"]
    assert found[1].details["percent_of_the_mix"] == pytest.approx(100 * 120 / 180)
    assert found[0].value == pytest.approx(180_000 / 40)
