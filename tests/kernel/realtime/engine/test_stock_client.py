"""The stock client, `engine.io-client` from npm, in several versions."""

from __future__ import annotations

import json

import pytest

from tests.kernel.realtime.node import installed, run

VERSIONS = ["6.0.3", "6.2.3", "6.5.4", "6.6.8"]

SCRIPT = r"""
const { Socket } = require("engine.io-client");
const [url, transports, count] = [process.argv[2], JSON.parse(process.argv[3]), Number(process.argv[4])];
const socket = new Socket(url, { transports, path: "/engine.io/" });
socket.binaryType = "arraybuffer";
const seen = [];
let upgraded = false;
const fail = (why) => { console.error(why); process.exit(1); };
setTimeout(() => fail(`only ${seen.length} answers, on ${socket.transport.name}`), 20000);
socket.on("upgrade", () => { upgraded = true; });
socket.on("open", () => {
  for (let number = 0; number < count; number++) {
    setTimeout(() => socket.send(String(number)), number % 50);
    if (number % 10 == 0) setTimeout(() => socket.send(Uint8Array.from([number & 255]).buffer), number % 50);
  }
});
const sent = count + Math.ceil(count / 10);
socket.on("message", (data) => {
  if (data === "goodbye") return;
  seen.push(typeof data === "string" ? data : "b" + new Uint8Array(data)[0]);
  if (seen.length == sent) finish();
});
function finish() {
  if (transports.length > 1 && !upgraded) { socket.on("upgrade", leave); } else leave();
}
function leave() {
  socket.on("close", (reason) => {
    console.log(JSON.stringify({ seen, transport: name, reason }));
    process.exit(0);
  });
  const name = socket.transport.name;
  socket.send("!close 4401 revoked");
}
"""

ORDERED = r"""
const { Socket } = require("engine.io-client");
const socket = new Socket(process.argv[2], { path: "/engine.io/" });
const seen = [];
setTimeout(() => { console.error("too late: " + seen.length); process.exit(1); }, 20000);
let next = 0, after = 0;
socket.on("open", function more() {
  socket.send(String(next++));
  if (socket.transport.name === "websocket") after++;
  if (after < 50) setTimeout(more, 1);
});
socket.on("message", (data) => {
  seen.push(Number(data));
  if (after == 50 && seen.length == next) { console.log(JSON.stringify(seen)); process.exit(0); }
});
"""


@pytest.fixture(scope="module", params=VERSIONS)
def folder(request):
    return installed(f"engine.io-client@{request.param}")


@pytest.mark.parametrize(
    ("transports", "last"),
    [
        ('["polling"]', "polling"),
        ('["websocket"]', "websocket"),
        ('["polling", "websocket"]', "websocket"),
    ],
)
def test_texts_and_bytes_come_back_once_each_and_the_server_closes(folder, clients, transports, last):
    output = json.loads(run(folder, SCRIPT, f"http://127.0.0.1:{clients.port}", transports, "100"))

    assert sorted(output["seen"]) == sorted(
        [*map(str, range(100)), *(f"b{number}" for number in range(0, 100, 10))]
    )
    assert output["transport"] == last


def test_the_order_is_kept_across_the_upgrade(folder, clients):
    seen = json.loads(run(folder, ORDERED, f"http://127.0.0.1:{clients.port}"))

    assert seen == list(range(len(seen)))
    assert len(seen) > 50
