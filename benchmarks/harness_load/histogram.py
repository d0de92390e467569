"""Latencies in bins of half a millisecond: millions of them, added up over processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

BIN = 0.0005  # seconds


def binned(latencies: Iterable[float]) -> dict[int, int]:
    """Return how many latencies (seconds) fell into each bin."""
    return Counter(int(each / BIN) for each in latencies)


def merged(parts: Iterable[Mapping[Any, int]]) -> Counter[int]:
    """Add histograms up; JSON has turned their bins to text."""
    whole: Counter[int] = Counter()
    for part in parts:
        for each, count in part.items():
            whole[int(each)] += count
    return whole


def percentile(bins: Mapping[int, int], share: int) -> float:
    """Return the milliseconds that `share` of a hundred do not exceed, to half a one upwards; 0 of none."""
    wanted, seen = sum(bins.values()) * share / 100, 0
    for each in sorted(bins):
        seen += bins[each]
        if seen >= wanted:
            return (each + 1) * BIN * 1000
    return 0.0
