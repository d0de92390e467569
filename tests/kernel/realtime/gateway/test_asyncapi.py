"""`/asyncapi.json` is a sound AsyncAPI 3.0 document and says what the sockets do."""

from __future__ import annotations

import json

import pytest

from kernel.realtime.asyncapi import RECEIVED, SENT
from tests.kernel.realtime import node

PLUGINS = ("notes",)

SCRIPT = """
const { Parser } = require("@asyncapi/parser");
const text = require("fs").readFileSync(process.argv[2], "utf8");
new Parser().parse(text).then(({ document, diagnostics }) => {
  const grave = diagnostics.filter((one) => one.severity <= 1);
  const faults = grave.map((one) => `${one.path.join("/")}: ${one.message}`);
  const operations = document ? document.allOperations().all().map((one) => one.id()) : [];
  console.log(JSON.stringify({ faults, operations }));
});
"""


@pytest.fixture
def document(client):
    return client.unchecked().get("/asyncapi.json").json


def test_the_official_parser_takes_it(document, tmp_path):
    folder = node.installed("@asyncapi/parser@3.6.0")
    file = tmp_path / "asyncapi.json"
    file.write_text(json.dumps(document))

    said = json.loads(node.run(folder, SCRIPT, str(file)).splitlines()[-1])

    assert said["faults"] == []
    assert {"notes.note_write", "notes.note_written.sent", "board.count"} <= set(said["operations"])


def test_every_event_of_every_namespace_is_in_it(app, document):
    for _, namespace in app.registry.realtime:
        messages = {one["$ref"].rpartition("/")[2] for one in channel_of(document, namespace).values()}
        names = {document["components"]["messages"][one]["name"] for one in messages}
        declared = {one.name for one in (*namespace.inbound, *namespace.outbound)}
        assert names == declared | {row[0] for row in (*RECEIVED, *SENT)}


def channel_of(document, namespace):
    return document["channels"][namespace.path[1:]]["messages"]


def test_what_a_client_sends_is_answered_by_an_acknowledgement(document):
    operation = document["operations"]["notes.note_write"]

    answer = document["components"]["messages"]["notes.note_write.ack"]["payload"]

    assert operation["action"] == "receive"
    assert operation["reply"]["messages"] == [{"$ref": "#/channels/notes/messages/note_write.ack"}]
    assert [one["properties"]["ok"] for one in answer["oneOf"]] == [{"const": True}, {"const": False}]


def test_an_event_of_a_stream_says_where_it_stands_and_a_volatile_one_does_not(document):
    messages = document["components"]["messages"]

    assert messages["notes.note_written.sent"]["headers"]["required"] == ["room", "epoch", "seq"]
    assert "headers" not in messages["notes.typing.sent"]


def test_the_document_is_cached_by_its_tag(client):
    tag = client.unchecked().get("/asyncapi.json").headers["etag"]

    again = client.unchecked().with_headers(if_none_match=tag).get("/asyncapi.json")

    assert again.status == 304


@pytest.mark.settings(http={"docs": False})
def test_without_documents_there_is_none(client):
    assert client.get("/asyncapi.json").status == 404
