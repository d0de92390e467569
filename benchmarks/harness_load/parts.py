"""What each part of a run takes of the machine: CPU seconds and memory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

MB = 1_000_000
ONE = 0.9  # of a core: what a process of one thread cannot exceed by much


@dataclass(frozen=True, slots=True)
class Part:
    """A process and its children, under a name."""

    name: str
    process: psutil.Process

    def cpu(self) -> float:
        """Return the CPU seconds used so far, by children that ended too."""
        children = self.process.children(recursive=True)
        return float(sum(self.process.cpu_times()[:4])) + sum(_cpu(each) for each in children)

    def memory(self) -> float:
        """Return the MB held: resident; of several processes what they share is counted once (PSS)."""
        tree = [self.process, *self.process.children(recursive=True)]
        if len(tree) == 1:
            return float(self.process.memory_info().rss) / MB
        return sum(_pss(each) for each in tree) / MB


def _cpu(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:2]))
    except psutil.NoSuchProcess:
        return 0.0


def _pss(process: psutil.Process) -> float:
    try:
        held = process.memory_full_info()
    except psutil.NoSuchProcess:
        return 0.0
    return float(getattr(held, "pss", held.uss))  # Linux alone tells the PSS


def cores() -> int:
    """Return how many cores the machine has."""
    return os.cpu_count() or 1


def busy() -> float:
    """Return the CPU seconds of all cores together that were not idle since the machine started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """Return the least-squares slope of (minute, MB), in MB a minute; 0 of fewer than two."""
    if len(samples) < 2:
        return 0.0
    middle = sum(at for at, _ in samples) / len(samples)
    level = sum(held for _, held in samples) / len(samples)
    spread = sum((at - middle) ** 2 for at, _ in samples)
    return sum((at - middle) * (held - level) for at, held in samples) / spread
