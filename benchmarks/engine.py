"""What a socket costs: connects, memory, deliveries, on one core.

    python3 benchmarks/engine.py [--connections 2000] [--quick] [--json]

Serves the bare engine (no Socket.IO, no application) in a process of its own,
opens WebSockets on loopback from this one, and tells connects a second, KB of
resident memory an idle connection, and deliveries a second of CPU time to 1,000
sockets in one room.
"""

# ruff: noqa: E402 - the environment is entered before anything is imported from it

from __future__ import annotations

import os.path
import runpy
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - before any import
if __name__ == "__main__":
    sys.path[0] = ROOT  # this directory holds an http.py, which is not the standard library's
    runpy.run_path(f"{ROOT}/kernel/cli/bootstrap.py")["enter"](ROOT, sys.argv)

import base64
import os
import re
import selectors
import socket
import subprocess
import time
from pathlib import Path

import click

from benchmarks.harness.figures import claim_of, figure, json_option, quick_option, report

ROOM, MESSAGES = 1000, 200
SPENT = re.compile(rb"spent [\d.e-]+ \d+")
REQUEST = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
    + base64.b64encode(b"0123456789abcdef")
    + b"\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0\r\n"
    b"Accept-Language: en-GB,en;q=0.9\r\nCache-Control: no-cache\r\nOrigin: http://localhost\r\n\r\n"
)


def worker_of(process: subprocess.Popen[str]) -> int:
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


def resident(pid: int) -> float:
    """Return the resident memory of a process, in KB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])  # type: ignore[index]


def cpu(pid: int) -> float:
    """Return the CPU seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def connect(port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port))
    sock.sendall(REQUEST)
    return sock


def opened(sock: socket.socket) -> socket.socket:
    received = b""
    while b'"maxPayload"' not in received:
        received += sock.recv(4096)
    return sock


def connects(port: int, many: int, window: int = 50) -> list[socket.socket]:
    """Open `many` connections, `window` at once."""
    done: list[socket.socket] = []
    for _ in range(0, many, window):
        done += [opened(sock) for sock in [connect(port) for _ in range(window)]]
    return done


def deliveries(sockets: list[socket.socket]) -> str:
    """Have one broadcast to the room; read it all; return what the server says it spent."""
    selector, said = selectors.DefaultSelector(), b""
    for sock in sockets:
        selector.register(sock, selectors.EVENT_READ)
    text = b"4%d" % MESSAGES
    sockets[0].sendall(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text)
    while (told := SPENT.search(said)) is None:
        for key, _ in selector.select():
            data = key.fileobj.recv(1 << 20)  # type: ignore[union-attr]
            if key.fileobj is sockets[0]:
                said = said[-200:] + data
    return told[0].decode()


def served(port: int) -> subprocess.Popen[str]:
    """Start the engine alone; return once it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.harness.engine", str(port)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    return process


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def rate(sockets: list[socket.socket]) -> float:
    """Return the deliveries a CPU second of one round of broadcasts."""
    _, seconds, sent = deliveries(sockets).split()
    return int(sent) / float(seconds)


@click.command()
@click.option("--connections", default=2000, show_default=True, help="Sockets that are opened.")
@quick_option
@json_option
def main(connections: int, *, quick: bool, as_text: bool) -> None:
    """Measure connects, memory and deliveries of the bare engine."""
    many, port = min(connections, 200) if quick else connections, free_port()
    process = served(port)
    sockets: list[socket.socket] = []
    try:
        pid = worker_of(process)
        warm = connects(port, 200)
        before, spent, started = resident(pid), cpu(pid), time.perf_counter()
        sockets = [*warm, *connects(port, many)]
        elapsed, spent = time.perf_counter() - started, max(cpu(pid) - spent, 0.01)
        wall = {"connects/s": many / elapsed}
        found = [
            figure("connects", "connects of the bare engine", many / spent, "/CPU s", **wall),
            figure("memory", "an idle connection of it", (resident(pid) - before) / many, "KB"),
        ]
        rates = [rate(sockets[:ROOM]) for _ in range(3)]
        text = f"deliveries of it to {min(ROOM, len(sockets)):,} sockets"
        found.append(claim_of("deliveries", text, rates, None, least=True, unit="/CPU s"))
    finally:
        for sock in sockets:
            sock.close()
        process.terminate()
        process.wait()
    report(found, {"connections": f"{many:,}"}, as_text=as_text)


if __name__ == "__main__":
    main()
