"""The engine in a process of its own, and clients that speak bytes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.kernel.realtime.engine.wire import DEADLINE, Clients

PROGRAM = Path(__file__).with_name("program.py")
ROOT = Path(__file__).parents[4]


class Program:
    """The echo, served."""

    def __init__(self, realtime, http):
        settings = json.dumps({"realtime": realtime, "http": http})
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), "0", settings],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.port = int(self.process.stdout.readline())
        assert self.process.stdout.readline() == "ready\n", self.process.stderr.read()

    def stop(self):
        """End it as an operator does; return exit code, why sessions ended, what it complained of."""
        self.process.send_signal(signal.SIGTERM)
        output, errors = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, json.loads(output.partition(" ")[2]), errors

    def end(self):
        """End it, however far it is."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate()


def until(condition):
    """Wait for a real condition, with a deadline."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.01)


@pytest.fixture
def start():
    """Return a function that starts a program of the test's own, and clients of it."""
    started = []

    def make(http=None, **realtime):
        program = Program(realtime, http or {})
        clients = Clients(program.port)
        started.append((program, clients))
        return program, clients

    yield make
    for program, clients in started:
        clients.close()
        program.end()


@pytest.fixture(scope="module")
def program():
    """One program for the module, with the default settings."""
    one = Program({"queue_bytes": 65_536}, {})
    yield one
    code, _, errors = one.stop()
    assert (code, errors) == (0, ""), "the whole module passed without a complaint of the server"


@pytest.fixture
def clients(program):
    """Fresh connections to it."""
    several = Clients(program.port)
    yield several
    several.close()
