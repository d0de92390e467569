"""A server process of the test's own, and a client that speaks bytes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("program.py")
ROOT = Path(__file__).parents[3]
DEADLINE = 20


class Process:
    """The program under test and its port."""

    def __init__(self, *arguments, **settings):
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), "0", json.dumps(settings), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.port = int(self.process.stdout.readline())
        self.clients = []

    def wait_ready(self):
        assert self.process.stdout.readline() == "ready\n", self.process.stderr.read()
        return self

    def connect(self):
        self.clients.append(Client(self.port))
        return self.clients[-1]

    def close(self):
        """End the process, however far it is, and the connections to it."""
        for client in self.clients:
            client.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def stop(self, number=signal.SIGTERM):
        """Send the signal; return exit code and what was still printed."""
        self.process.send_signal(number)
        return self.finish()

    def finish(self):
        output, errors = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, output, errors


class Client:
    """A connection: sends bytes, reads answers."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
        self.file = self.socket.makefile("rb")

    def send(self, raw):
        self.socket.sendall(raw)
        return self

    def get(self, path, *headers):
        lines = [f"GET {path} HTTP/1.1", "Host: test", *headers]
        return self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n").answer()

    def answer(self):
        """Read one response: status, headers, body."""
        status = int(self.file.readline().split()[1])
        headers = {}
        while (line := self.file.readline().strip()) != b"":
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, self.file.read(int(headers.get("content-length", 0)))

    def is_closed(self):
        """Wait for the server's end of the connection."""
        return self.file.read(1) == b""

    def is_cut(self):
        """Wait for the end of a connection that gets no answer."""
        try:
            return self.is_closed()
        except ConnectionError:
            return True

    def close(self):
        self.file.close()
        self.socket.close()


@pytest.fixture
def start():
    """Return a function that starts a server of the test's own."""
    processes = []

    def make(*arguments, **settings):
        processes.append(Process(*arguments, **settings))
        return processes[-1]

    yield make
    for one in processes:
        one.close()


@pytest.fixture(scope="module")
def server():
    """One server for the module, with short deadlines."""
    one = Process(header_timeout=0.5, body_timeout=0.5, body_rate=100_000, keepalive=30.0).wait_ready()
    yield one
    one.close()


@pytest.fixture
def client(server):
    """A fresh connection to it."""
    return server.connect()
