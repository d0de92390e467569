"""What a socket costs: connects, memory, deliveries, on one core.

    python benchmarks/engine.py [CONNECTIONS]

Serves the bare engine (no Socket.IO, no application) in a process of its own,
opens CONNECTIONS (default 2,000) WebSockets on loopback from this one, and
prints connects a second, KB of resident memory an idle connection, and
deliveries a second of CPU time to 1,000 sockets in one room.
"""

from __future__ import annotations

import base64
import os
import re
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOM, MESSAGES = 1000, 200
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
    while b"spent" not in said:
        for key, _ in selector.select():
            data = key.fileobj.recv(1 << 20)  # type: ignore[union-attr]
            if key.fileobj is sockets[0]:
                said = said[-200:] + data
    return said[said.index(b"spent") :].decode()


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.harness.engine", str(port)],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        text=True,

    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        pid = worker_of(process)
        warm = connects(port, 200)
        before, spent, started = resident(pid), cpu(pid), time.perf_counter()
        sockets = connects(port, many)
        elapsed, spent = time.perf_counter() - started, cpu(pid) - spent
        print(f"connects              {many / elapsed:10,.0f} a second, {many / spent:,.0f} a CPU second")
        print(f"idle connection       {(resident(pid) - before) / many:10.1f} KB")
        for _ in range(3):
            _, seconds, sent = deliveries([*warm, *sockets][:ROOM]).split()
            print(f"deliveries            {int(sent) / float(seconds):10,.0f} a CPU second")
        for sock in [*warm, *sockets]:
            sock.close()
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
