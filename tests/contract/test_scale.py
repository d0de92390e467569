"""What the benchmark of sizes compares, and what it calls growth."""

from __future__ import annotations

import pytest

from benchmarks.harness_scale.product import Probe
from benchmarks.harness_scale.questions import Question
from benchmarks.harness_scale.timing import Finding, Pair
from benchmarks.scale import pairs_of


def _probe(rows, statements=(3, 3), asked="status=SOLD"):
    target = f"/v1/listings?{asked}&limit=20"
    return Probe(Question("/listings", asked, 0, target, True, False), "token", statements, rows)


@pytest.mark.parametrize(("small", "large"), [(0, 7), (7, 0)])
def test_a_page_with_rows_at_one_size_only_is_told_and_not_compared(small, large):
    compared, uneven = pairs_of([_probe(small)], [_probe(large)], "")

    assert compared == []
    assert [(pair.small.rows, pair.large.rows) for pair in uneven] == [(small, large)]


@pytest.mark.parametrize(("small", "large", "asked"), [(0, 0, 0), (20, 20, 20), (20, 3, 3)])
def test_both_sizes_are_asked_for_as_many_rows(small, large, asked):
    [pair], uneven = pairs_of([_probe(small)], [_probe(large)], "")

    assert pair.small.rows == asked
    assert uneven == []


@pytest.mark.parametrize(
    ("small", "large", "more"), [((3, 3), (4, 3), 1), ((4, 3), (3, 2), 0), ((4, 1), (3, 2), 1)]
)
def test_only_more_statements_at_full_size_are_growth(small, large, more):
    finding = Finding(Pair(_probe(20, small), _probe(20, large)), (1.0, 1.0), (1.0, 1.0), 0.0)

    assert finding.more == more
