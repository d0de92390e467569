"""The stock `socket.io-client` of npm, in the versions that are out there."""

from __future__ import annotations

import json

import pytest

from tests.kernel.realtime import node

PLUGINS = ("notes",)
VERSIONS = ("4.0.2", "4.4.1", "4.7.5", "4.8.1")

SCRIPT = """
const { io } = require("socket.io-client");
const [url, token, note, transports] = process.argv.slice(2);
const seen = { events: [], hello: null };
const fail = (why) => { console.error(why); process.exit(1); };
const options = { transports: transports.split(","), auth: { token }, reconnection: false, forceNew: true };
const socket = io(url + "/notes", options);
const ask = (name, ...data) => new Promise((done) => socket.emit(name, ...data, done));
setTimeout(() => fail("too long: " + JSON.stringify(seen)), 30000);
socket.on("connect_error", (error) => fail(error.message));
socket.on("hello", (data) => { seen.hello = data; });
socket.on("question", (data, answer) => answer(data + "!"));
socket.on("note:written", (data, place) => seen.events.push([data.text, place.seq]));
socket.on("rooms", async () => {
  const joined = await ask("join", { room: "note:" + note });
  for (let n = 0; n < 20; n++) await ask("note:write", { id: note, text: String(n) });
  seen.start = joined.data.rooms["note:" + note].seq;
  seen.echo = (await ask("echo", { value: Buffer.from([0, 255]) })).data.value.toString("hex");
  seen.asked = (await ask("ask", { value: "why" })).data.value;
  seen.unknown = (await ask("note:wrote", {})).error.type;
  const refused = io(url + "/notes", { ...options, auth: { token: "nonsense" } });
  refused.on("connect_error", (error) => {
    seen.refused = [error.message.length > 0, error.data.status];
    refused.close();
    const nowhere = io(url + "/nowhere", options);
    nowhere.on("connect_error", (invalid) => {
      seen.nowhere = invalid.message;
      nowhere.close();
      socket.on("disconnect", (reason) => {
        seen.reason = reason;
        console.log(JSON.stringify(seen));
        process.exit(0);
      });
      socket.close();
    });
  });
});
"""


@pytest.fixture
def ann(client):
    return client.as_user()


@pytest.mark.parametrize("transports", ["websocket", "polling", "polling,websocket"])
@pytest.mark.parametrize("version", VERSIONS)
def test_the_stock_client_works(realtime, notes, ann, version, transports):
    folder = node.installed(f"socket.io-client@{version}")
    note = notes.write(None, ann.user_id, "A chair")
    token = ann.headers["authorization"].partition(" ")[2]

    output = node.run(folder, SCRIPT, realtime.url, token, str(note.id), transports)

    seen = json.loads(output.splitlines()[-1])
    start = seen["start"]
    assert seen["events"] == [[str(n), start + 1 + n] for n in range(20)]
    assert seen["echo"] == "00ff"
    assert seen["asked"] == "why!"
    assert seen["unknown"] == "/problems/unknown-event"
    assert seen["refused"] == [True, 401]
    assert seen["nowhere"] == "Invalid namespace"
    assert seen["reason"] == "io client disconnect"
    assert seen["hello"] is not None
