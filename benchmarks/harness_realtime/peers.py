"""The servers: Stoa, Node's `socket.io`, python-socketio; one process each, on the server's core.

Node's packages are installed once, below the user's cache directory, in the
version named here; everything is as its quick start has it, so `ws` without the
optional `bufferutil`, which serves unmasking, not sending.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.harness.peers import PLUGIN, Peer, profile, stoa
from benchmarks.harness.stand import PLENTY, Stand

NODE_VERSION = "4.8.4"
PROGRAMS = Path(__file__).parent / "programs"
NODE, PYTHON, STOA = "socket.io", "python-socketio", "stoa"
_PATIENCE = 300  # seconds an installation may take


def node_modules() -> Path | None:
    """Return where Node's `socket.io` is installed, installing it at first; None where that cannot be."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "stoa-benchmark" / f"socket.io-{NODE_VERSION}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        install = ["npm", "install", "--no-audit", "--no-fund", f"socket.io@{NODE_VERSION}"]
        done = subprocess.run(install, cwd=folder, capture_output=True, timeout=_PATIENCE, check=False)
        if done.returncode:
            return None
        (folder / "complete").touch()
    return folder / "node_modules"


def node(directory: Path, modules: Path) -> Peer:
    """Return Node's server."""
    command = ["env", f"NODE_PATH={modules}", "node", str(PROGRAMS / "node.cjs")]
    return Peer(command, directory / "node.log")


def python_socketio(directory: Path) -> Peer:
    """Return python-socketio's server on gevent."""
    command = [sys.executable, "-m", "benchmarks.harness_realtime.programs.python_socketio"]
    return Peer(command, directory / "python-socketio.log")


class RealtimeStand(Stand):
    """Starts servers fresh: what a claim measures, nothing was measured on before."""

    def fresh(self, name: str, **sections: dict[str, object]) -> Peer:
        """Start a server by its name; Stoa with `sections` on top of its profile."""
        if name == STOA:
            return self.started(self._stoa(sections), "/health/liveness")
        modules = node_modules() if name == NODE else None
        assert modules is not None or name != NODE, "look for it first"
        peer = node(self.directory, modules) if modules else python_socketio(self.directory)
        return self.started(peer, "/")

    def _stoa(self, sections: dict[str, dict[str, object]]) -> Peer:
        assert self.application  # it migrates
        self._made = getattr(self, "_made", 0) + 1
        limits = {
            "max_connections_per_client": PLENTY,
            "inbound_rate": PLENTY,
            **sections.pop("realtime", {}),
        }
        file = profile(
            self.directory / f"stoa-{self._made}.toml",
            [*self.plugins, PLUGIN],
            kernel={"var_dir": str(self.directory / "var"), "secret_key": "k" * 32},
            database={"url": self.database},
            http={"rate_limit": PLENTY, "connections": 100_000},
            realtime=limits,
            **sections,
        )
        return stoa(file, self.site)

    def names(self) -> list[str]:
        """Return the servers that can be measured here, Stoa the last."""
        others = [NODE] if node_modules() is not None else []
        return [*others, PYTHON, STOA]

    def versions(self) -> dict[str, str]:
        """Return what is compared with."""
        node_version = subprocess.run(
            ["node", "--version"], capture_output=True, text=True, check=True
        ).stdout
        mine = {PYTHON: version("python-socketio")}
        return (
            {NODE: f"{NODE_VERSION} on Node {node_version.strip()}", **mine} if NODE in self.names() else mine
        )
