"""Metrics: made once, summed over processes, robust when a source is away."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kernel.errors import StoaError
from kernel.observability import Metrics
from kernel.observability.instruments import cache_reads


def test_asking_again_returns_the_same_collector():
    metrics = Metrics()

    metrics.counter("views_total", "Views.", ("type",)).labels("a").inc()
    metrics.counter("views_total", "Views.", ("type",)).labels("a").inc()

    assert 'views_total{type="a"} 2.0' in metrics.render().decode()


def test_a_name_cannot_mean_two_things():
    metrics = Metrics()
    metrics.counter("views_total", "Views.")

    with pytest.raises(StoaError, match="metric views_total is a Counter"):
        metrics.gauge("views_total", "Views.")
    with pytest.raises(StoaError, match="with labels"):
        metrics.counter("views_total", "Views.", ("type",))


def test_two_applications_share_nothing():
    one, other = Metrics(), Metrics()

    one.counter("views_total", "Views.").inc()

    assert b"views_total" not in other.render()


def test_a_source_that_is_away_hides_no_other_metric():
    metrics = Metrics()
    metrics.observed("depth", "Depth.", lambda: [(("a",), 3)], ("queue",))
    metrics.observed("lag", "Lag.", lambda: 1 / 0)

    shown = metrics.render().decode()

    assert 'depth{queue="a"} 3.0' in shown
    assert "lag " not in [line[:4] for line in shown.splitlines() if not line.startswith("#")]


def test_hits_and_misses_are_counted_by_the_keys_first_part():
    metrics = Metrics()
    observe = cache_reads(metrics)

    for hit in (True, True, False):
        observe("listings:page:1", hit)

    shown = metrics.render().decode()
    assert 'stoa_cache_reads_total{outcome="hit",space="listings"} 2.0' in shown
    assert 'stoa_cache_reads_total{outcome="miss",space="listings"} 1.0' in shown


def test_keys_from_input_cannot_make_labels_without_end():
    metrics = Metrics()
    observe = cache_reads(metrics)

    for n in range(1000):
        observe(f"{n}:x", True)

    assert metrics.render().count(b"stoa_cache_reads_total{") <= 201


CHILD = """
import sys
from kernel.observability import Metrics
metrics = Metrics()
metrics.counter("views_total", "Views.").inc(5)
metrics.gauge("open", "Open.").set(2)
metrics.observed("depth", "Depth.", lambda: [((), 7)])
metrics.histogram("seconds", "Time.").observe(0.1)
print(metrics.render().decode())
"""


def test_processes_with_a_common_directory_are_added_up(tmp_path):
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    shown = [
        subprocess.run(
            [sys.executable, "-c", CHILD], env=environment, capture_output=True, text=True, check=True
        )
        for _ in range(3)
    ][-1].stdout

    assert "views_total 15.0" in shown
    assert "seconds_count 3.0" in shown
    assert "depth 7.0" in shown
