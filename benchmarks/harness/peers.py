"""The servers under measurement, each `serve` process on the server's core."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.harness.cores import SERVER, pinned
from kernel.testing.server import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
PLUGIN = "benchmark"


def environment(site: Path | None = None) -> dict[str, str]:
    """Return what a process of Stoa is given: no setting of ours, and where the benchmarks' plugin is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STOA_")}
    paths = [str(ROOT), *([str(site)] if site else [])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths)}


class Peer:
    """One server process and its children."""

    def __init__(
        self, command: Sequence[str], log: Path, site: Path | None = None, *, cores: set[int] = SERVER
    ) -> None:
        """Take a command that ends in where to give the port, and the cores it may have."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        self._command = [*command, str(self.port)]
        self._environment, self._cores = environment(site), cores
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, path: str) -> float:
        """Start; return the seconds until `path` was answered 200."""
        began = time.perf_counter()
        with self.log.open("ab") as log, pinned(self._cores):
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, cwd=ROOT, env=self._environment
            )
        while self._status(path) != 200:
            if self._process.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise SystemExit(f"a server did not start: {self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.005)
        return time.perf_counter() - began

    @property
    def root(self) -> psutil.Process:
        """The process that was started; it may have children."""
        assert self._process is not None, "start it first"
        return psutil.Process(self._process.pid)

    def text(self, path: str) -> str:
        """Return what a GET is answered, however long that takes an overloaded server (to PATIENCE)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def _status(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def stop(self) -> float:
        """End it as an operator does; return the seconds that took."""
        began = time.perf_counter()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)
        return time.perf_counter() - began

    def cpu(self) -> float:
        """Return the CPU seconds the tree has used; PostgreSQL's apart."""
        return sum(sum(one.cpu_times()[:2]) for one in self._own())

    def _own(self) -> list[psutil.Process]:
        root = self.root
        return [one for one in [root, *root.children(recursive=True)] if one.name() != "postgres"]

    def memory(self) -> Memory:
        """Return what the tree holds now."""
        return memory_of(self.root.pid)


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes a process tree holds: PSS counts a page shared by n processes as 1/n."""

    pss: int
    rss: int
    postgres_pss: int


def memory_of(pid: int) -> Memory:
    """Add up a process tree; PostgreSQL's processes apart."""
    root = psutil.Process(pid)
    pss = rss = postgres = 0
    for process in [root, *root.children(recursive=True)]:
        try:
            held = process.memory_full_info()
            is_postgres = process.name() == "postgres"
        except psutil.NoSuchProcess:
            continue
        share = getattr(held, "pss", held.uss)  # Linux alone tells the PSS
        if is_postgres:
            postgres += share
        else:
            pss, rss = pss + share, rss + held.rss
    return Memory(pss, rss, postgres)


def installed(site: Path) -> Path:
    """Write the metadata by which Stoa finds the benchmarks' plugin; return `site`."""
    info = site / "stoa_benchmark-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stoa-benchmark\nVersion: 1.0\n")
    points = f"[stoa.plugins]\n{PLUGIN} = benchmarks.harness.plugin.plugin\n"
    (info / "entry_points.txt").write_text(points)
    return site


def profile(file: Path, plugins: Sequence[str], **sections: dict[str, Any]) -> Path:
    """Write a profile; JSON's strings, numbers, booleans and lists are TOML's too."""
    lines = ['extends = "base"', f"plugins = {json.dumps(list(plugins))}"]
    for section, keys in sections.items():
        lines += [f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
    file.write_text("\n".join(lines) + "\n")
    return file


def stoa(profile_file: Path, site: Path | None = None) -> Peer:
    """Return `manage.py serve` on a profile."""
    command = [sys.executable, "-m", "kernel.cli", "serve", "--profile", str(profile_file), "--port"]
    return Peer(command, profile_file.with_suffix(".log"), site)


def demo(directory: Path) -> Peer:
    """Return `manage.py demo` with its data below a directory."""
    var = f"STOA__KERNEL__VAR_DIR={directory / 'demo'}"
    command = ["env", var, sys.executable, "-m", "kernel.cli", "demo", "--port"]
    return Peer(command, directory / "demo.log")


def bare(directory: Path) -> Peer:
    """Return falcon alone on the same server."""
    return Peer([sys.executable, "-m", "benchmarks.harness.bare"], directory / "bare.log")
