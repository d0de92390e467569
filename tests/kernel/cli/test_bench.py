"""`manage.py bench`: programs found, bounded, understood, judged and stored."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from kernel.cli.bench_programs import chosen, programs, run
from kernel.cli.commands import bench as module
from kernel.cli.main import door
from kernel.cli.profiles import Choice
from kernel.documentation import inserts
from kernel.documentation.figures import sections
from kernel.errors import ConfigurationError

FIGURE = {
    "key": "a", "name": "reads", "value": 1200.0, "unit": "/s", "ratio": 0.7, "peer": "bare",
    "bound": 0.5, "least": True, "holds": True, "spread": [0.6, 0.8], "details": {"p99": 3.2},
}  # fmt: skip
SLOW = {**FIGURE, "key": "b", "name": "writes", "ratio": 0.4, "holds": False, "details": {}}
UNPROMISED = {**SLOW, "key": "c", "name": "starts", "ratio": None, "peer": "", "bound": None, "holds": None}


@pytest.fixture
def write(tmp_path):
    """Write a program that prints figures; return its directory."""

    def write(name, *figures, body="", minutes=5):
        said = {"name": name, "machine": {"cores": "2"}, "notes": {}, "figures": figures}
        body = body or f"import json\nprint(json.dumps({said!r}))\n"
        (tmp_path / f"{name}.py").write_text(
            f'"""What {name} costs.\n\nMore."""\nMINUTES = {minutes}\n{body}'
        )
        return tmp_path

    return write


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Run the command over the programs in the test's directory."""
    monkeypatch.setattr(module, "programs", lambda: programs(tmp_path))
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(module, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(inserts, "filled", lambda: {tmp_path / "page.md": "the page"})
    return lambda *words: CliRunner().invoke(door, ["bench", *words], obj=Choice(), standalone_mode=False)


def test_programs_say_what_they_measure_and_how_long_that_takes(write):
    there = programs(write("reads", minutes=7))

    assert [(one.name, one.summary, one.minutes) for one in there] == [("reads", "What reads costs.", 7)]


def test_every_program_in_the_tree_says_what_it_measures():
    there = programs()

    assert len(there) >= 10
    assert [one.name for one in there if not one.summary.endswith(".")] == []


def test_a_benchmark_that_is_not_there_is_named_with_those_that_are(write):
    there = programs(write("reads", FIGURE))

    with pytest.raises(ConfigurationError, match="no benchmark writes: reads"):
        chosen(["writes"], there)


def test_bounds_that_hold_are_all_told_and_exit_well(write, bench):
    write("reads", FIGURE, UNPROMISED)

    done = bench()

    assert done.return_value == 0
    assert "0.7 × bare" in done.stdout
    assert "≥ 0.5 × bare" in done.stdout
    assert done.stderr.endswith("All 1 bounds hold.\n")


def test_a_bound_that_fails_is_named_in_one_line_and_the_exit_code(write, bench):
    write("reads", FIGURE, SLOW)

    done = bench()

    assert done.return_value == 1
    assert done.stderr.endswith("bench: 1 of 2 bounds fail: reads (b) writes\n")


def test_a_program_that_breaks_is_named_and_the_others_still_run(write, bench):
    write("broken", body="raise SystemExit('no wrk here')\n")
    write("reads", FIGURE)

    done = bench()

    assert done.return_value == 1
    assert "reads" in done.stdout
    assert done.stderr.endswith("bench: 1 of 2 programs failed: broken no wrk here\n")


def test_figures_of_another_shape_are_refused(write):
    found = run(programs(write("odd", {"key": "a", "name": "x"}))[0])

    assert found.fault == "its JSON lacks bound, holds, least, peer, ratio, unit, value"


def test_a_program_is_ended_with_all_it_started_when_its_time_is_over(write, tmp_path):
    body = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
child.wait()
"""
    place = write("endless", body=body, minutes=5 / 60)

    found = run(programs(place)[0])

    assert found.fault.startswith("was not done after 0.08")
    child = int((tmp_path / "pid").read_text())
    assert not running(child)


RUN = """
import sys
from pathlib import Path
from kernel.cli.bench_programs import programs, run
run(programs(Path(sys.argv[1]))[0])
"""
ENDLESS = """
import os, pathlib, time
told = pathlib.Path(__file__).with_suffix(".pid")
told.with_suffix(".part").write_text(str(os.getpid()))
told.with_suffix(".part").rename(told)
try:
    time.sleep(600)
except KeyboardInterrupt:
    told.with_suffix(".tidied").touch()
"""


def test_a_bench_that_is_told_to_stop_lets_its_program_tidy_up_first(write, environ, tmp_path):
    place = write("endless", body=ENDLESS)
    command = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-c", RUN, str(place)]
    process = subprocess.Popen(command, env=environ)
    until((tmp_path / "endless.pid").exists)

    process.terminate()

    assert process.wait(60) == 143
    assert (tmp_path / "endless.tidied").exists()
    assert not running(int((tmp_path / "endless.pid").read_text()))


def until(condition):
    """Wait for something that another process does."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


def running(pid):
    """Tell whether a process still runs; one that only waits to be buried does not."""
    stat = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return stat.stdout.strip()[:1] not in ("", "Z")


def test_json_is_one_document_of_all_runs(write, bench):
    write("reads", FIGURE)

    done = bench("--json")

    printed = json.loads(done.stdout)
    assert [one["name"] for one in printed] == ["reads"]
    assert printed[0]["figures"] == [FIGURE]
    assert printed[0]["fault"] == ""


def test_a_written_run_replaces_its_own_figures_and_no_others(write, bench, tmp_path):
    write("reads", FIGURE)
    write("writes", SLOW)
    bench("--write")
    write("reads", UNPROMISED)

    bench("reads", "--write")

    kept = json.loads((tmp_path / "results.json").read_text())
    assert {name: one["figures"] for name, one in kept.items()} == {"reads": [UNPROMISED], "writes": [SLOW]}


def test_a_quick_run_is_not_stored(write, bench, tmp_path):
    write("reads", FIGURE)

    done = bench("--quick", "--write")

    assert "--quick measures too little" in str(done.exception)
    assert not (tmp_path / "results.json").exists()


def test_the_page_tells_figures_peers_bounds_and_the_machine():
    run_of = {"machine": {"cores": "2"}, "notes": {"rounds": "7"}, "seconds": 12.3, "commit": "abc1234"}

    page = sections({"reads": {**run_of, "figures": [FIGURE, SLOW, UNPROMISED]}})

    assert "### reads" in page
    assert "12 s at `abc1234`. cores 2; rounds 7." in page
    assert "| a | reads | 1,200 /s | 0.7 × bare | ≥ 0.5 × bare | holds |" in page
    assert "| b | writes | 1,200 /s | 0.4 × bare | ≥ 0.5 × bare | FAILS |" in page
    assert "| c | starts | 1,200 /s |  |  |  |" in page
    assert "(a) reads: p99 3.2" in page


def test_a_real_program_is_measured_and_judged(environ):
    command = [sys.executable, "-m", "kernel.cli", "bench", "cache", "--quick", "--json"]

    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)

    figures = json.loads(done.stdout)[0]["figures"]
    assert {one["key"] for one in figures} >= {"hits", "flight"}
    assert {one["holds"] for one in figures} <= {True, False, None}
