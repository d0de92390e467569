"""The guide's client, as it stands there, on the stock socket.io-client."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import pytest

from tests.kernel.realtime.node import installed, start
from tests.plugins.presence.waiting import until_written

pytestmark = pytest.mark.plugins("presence", "blocking")

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "api" / "presence.md"
BEFORE = """
const { io } = require("socket.io-client");
const [url, token, watched] = process.argv.slice(2);
const onScreen = () => [watched];
"""
AFTER = """
const tell = () => console.log(JSON.stringify(known.get(watched) ?? null));
presence.on("presence:changed", tell);
presence.io.engine.once("close", () => process.exit());
presence.on("connect", () => presence.emit("activity", { idle: false }, tell));
"""


def test_the_client_of_the_guide_knows_who_is_there(realtime, person):
    [client] = re.findall(r"```js\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    script = BEFORE + client.replace('"https://example.com/presence"', "`${url}/presence`") + AFTER
    ada, ben = person(), person("Ben")
    token = ben.client.headers["authorization"].partition(" ")[2]
    reader = start(installed("socket.io-client@4.8.1"), script, realtime.url, token, str(ada.id))
    patience = threading.Timer(60, reader.kill)
    patience.start()

    try:
        first = json.loads(reader.stdout.readline())
        device = realtime.connect("/presence", ada.client)
        second = json.loads(reader.stdout.readline())
        ada.show("dnd", text="Writing")
        third = json.loads(reader.stdout.readline())
        device.close()
        until_written(ada, present=False)
    finally:
        patience.cancel()
        reader.kill()
        reader.communicate()

    assert first["status"] == "offline"
    assert second["status"] == "online"
    assert (third["status"], third["text"]) == ("dnd", "Writing")
