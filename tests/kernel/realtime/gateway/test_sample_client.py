"""The complete client of docs/api/realtime.md, as it stands there, through interruptions."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kernel.storage import uuid7
from tests.kernel.realtime import node

PLUGINS = ("notes",)
PAGE = Path(__file__).parents[4] / "docs" / "api" / "realtime.md"
VERSIONS = ("4.0.2", "4.8.1")

AROUND = """
const [url, token, room] = process.argv.slice(2);
const say = (...words) => console.log(JSON.stringify(words));
const client = follow(url + "/notes", {
  token: async () => token,
  load: async (name, state) => { say("load", name); return state; },
  apply: (name, event, data) => say("apply", data.text),
  signedOut: (problem) => { say("signed out", problem.status); process.exit(0); },
  reconnectionDelay: 100,
});
client.socket.once("rooms", () => client.join(room));
setTimeout(() => process.exit(1), 40000);
"""


def sample() -> str:
    """Return the page's client, as a script of CommonJS."""
    page = PAGE.read_text(encoding="utf-8").partition("## A complete client")[2]
    code = re.search(r"```js\n(.*?)```", page, re.DOTALL)[1]
    assert len(code.splitlines()) <= 70
    code = code.replace(
        'import { io } from "socket.io-client";', 'const { io } = require("socket.io-client");'
    )
    return code.replace("export function", "function")


def heard(process, *words):
    """Read what the client says until it says this; return all of it."""
    lines = []
    while True:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        lines.append(json.loads(line))
        if lines[-1] == list(words):
            return lines


def joins(server):
    """Return how many joins a process has answered."""
    counted = 'stoa_realtime_event_seconds_count{event="join",namespace="/notes",outcome="ok"}'
    found = [line for line in server.get("/metrics").text.splitlines() if line.startswith(counted)]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


def test_the_first_event_of_a_room_is_applied_without_asking_again(realtime, notes, client):
    folder = node.installed(f"socket.io-client@{VERSIONS[-1]}")
    ann = client.as_user()
    silent = notes.Note.create(id=uuid7(), owner_id=ann.user_id, text="nothing was said of it")
    token, room, before = (
        ann.headers["authorization"].partition(" ")[2],
        f"note:{silent.id}",
        joins(realtime.server),
    )
    process = node.start(folder, sample() + AROUND, realtime.url, token, room)
    heard(process, "load", room)

    notes.write(silent.id, ann.user_id, "first")
    notes.write(silent.id, ann.user_id, "second")
    said = heard(process, "apply", "second")

    process.kill()
    process.communicate()
    assert said == [["apply", "first"], ["apply", "second"]]
    assert joins(realtime.server) - before == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_the_documented_client_misses_and_repeats_nothing(app, realtime, notes, client, version):
    folder = node.installed(f"socket.io-client@{version}")
    ann = client.as_user()
    note = notes.write(None, ann.user_id, "0")
    token, room = ann.headers["authorization"].partition(" ")[2], f"note:{note.id}"
    process = node.start(folder, sample() + AROUND, realtime.url, token, room)
    said = heard(process, "load", room)

    for number in range(1, 61):
        notes.write(note.id, ann.user_id, str(number))
        if number % 20 == 10:
            app.realtime.disconnect(ann.user_id, 1011, "interrupted")
    said += heard(process, "apply", "60")
    app.auth.revoke_session(ann.session_id)
    said += heard(process, "signed out", 401)

    process.communicate(timeout=20)
    applied = [int(words[1]) for words in said if words[0] == "apply"]
    assert applied == list(range(applied[0], 61))
    assert applied[0] <= 1
