"""Requests as fast as they are answered: by wrk, or by the bundled client.

Both run in a process of their own on the client's core, and both peers of a
ratio are always measured by the same one.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.harness.cores import CLIENT, pinned

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """How many requests, how many a second; latencies in milliseconds."""

    requests: float
    rate: float
    p50: float
    p99: float


class LoadError(Exception):
    """A peer answered something else than 2xx: its rate would mean nothing."""


@dataclass(frozen=True, slots=True)
class Generator:
    """A load generator; `wrk` is its path, "" for the bundled one."""

    wrk: str
    connections: int = 16

    @property
    def name(self) -> str:
        """What a report calls it."""
        return "wrk" if self.wrk else "the bundled Python client"

    def run(self, url: str, seconds: float, headers: Sequence[str] = ()) -> Load:
        """Load `url` for `seconds`; raise LoadError when an answer is not 2xx."""
        if not self.wrk:
            order = {"url": url, "seconds": seconds, "connections": self.connections, "headers": headers}
            return finished(ordered(order))
        given = [word for header in headers for word in ("-H", header)]
        whole = str(max(1, round(seconds)))
        command = [self.wrk, "-t1", f"-c{self.connections}", f"-d{whole}s", "--latency", *given, url]
        return _read_wrk(url, _output(_started(command)))


def generator(choice: str, connections: int = 16) -> Generator:
    """Return wrk when it is there and `choice` is not "python"."""
    found = shutil.which("wrk") if choice != "python" else None
    if choice == "wrk" and not found:
        raise SystemExit("wrk is not installed: install it, or take --client python")
    return Generator(found or "", connections)


def ordered(order: dict[str, Any]) -> subprocess.Popen[str]:
    """Start the bundled client on an order; see `harness.client`."""
    return _started([sys.executable, "-m", "benchmarks.harness.client", json.dumps(order)])


def finished(client: subprocess.Popen[str]) -> Load:
    """Wait for a bundled client; raise LoadError when an answer was not 2xx."""
    found = json.loads(_output(client))
    if errors := found.pop("errors"):
        raise LoadError(f"{errors} of {found['requests']} answers were not 2xx")
    return Load(**found)


def _started(command: Sequence[str]) -> subprocess.Popen[str]:
    with pinned(CLIENT):
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _output(process: subprocess.Popen[str]) -> str:
    output, complaint = process.communicate()
    if process.returncode:
        raise LoadError(f"the client failed: {complaint or output}")
    return output


def _read_wrk(url: str, output: str) -> Load:
    if bad := re.search(r"(Non-2xx.*|Socket errors.*)", output):
        raise LoadError(f"{url}: {bad[0]}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    count = re.search(r"(\d+) requests in", output)
    if rate is None or count is None:
        raise LoadError(f"{url}: wrk printed no rate:\n{output}")
    return Load(float(count[1]), float(rate[1]), _percentile(output, 50), _percentile(output, 99))


def _percentile(output: str, share: int) -> float:
    found = re.search(rf"^\s+{share}%\s+([\d.]+)(us|ms|s|m)", output, re.MULTILINE)
    return float(found[1]) * _UNITS[found[2]] if found else 0.0
