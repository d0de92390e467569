"""What is sent when a process is killed at the worst moment."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from kernel import uuid7
from tests.plugins.notifications.conftest import SITE

pytestmark = [
    pytest.mark.plugins("letters"),
    pytest.mark.settings(
        kernel={"test_clock": False},
        notifications={"email_providers": ["hanging"], "lease": 1},
        tasks={"lease": 1},
    ),
]
PATIENCE = 30.0  # seconds


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the provider of the server's process writes what it was handed."""
    made = tmp_path / "letters"
    made.mkdir()
    monkeypatch.setenv("LETTERS_FOLDER", str(made))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([SITE, str(Path.cwd())]))
    return made


def test_a_worker_killed_between_the_provider_and_the_log_sends_again_under_the_same_id(folder, server):
    sent, hang = folder / "sent", folder / "hang"
    hang.touch()
    to = uuid7()
    assert server.post("/v1/letters", {"to": str(to), "text": "Hello"}).status == 202
    until(sent.exists)

    server.kill()
    hang.unlink()
    server.start()

    until(lambda: len(sent.read_text().splitlines()) == 2)
    first, second = sent.read_text().splitlines()
    assert first == second


def test_what_was_committed_before_a_kill_is_sent_after_it(folder, server):
    (folder / "hang").touch()
    people = [str(uuid7()) for _ in range(5)]
    for person in people:
        assert server.post("/v1/letters", {"to": person, "text": "Hello"}).status == 202

    server.kill()
    (folder / "hang").unlink()
    server.start()

    def handed_over() -> set[str]:
        sent = folder / "sent"
        return {line.split()[0] for line in sent.read_text().splitlines()} if sent.exists() else set()

    until(lambda: len(handed_over()) == len(people))
