"""What each type of message is made of: checked, with the fault named by its place."""

from __future__ import annotations

from datetime import timedelta

import pytest

PLUGINS = ("chat",)
WHERE = {"latitude": 52.52, "longitude": 13.4}


def send(who, conversation, type_, payload=None, **more):
    body = {"type": type_, "payload": payload or {}, **more}
    return who.client.post(f"/v1/conversations/{conversation}/messages", body)


@pytest.mark.parametrize(
    ("type_", "payload", "text"),
    [
        ("location", WHERE, ""),
        ("location", {**WHERE, "accuracy": 12.5, "name": "Office", "address": "Main Street 1"}, ""),
        ("contact", {"name": "Ada", "phones": ["+49 30 1"], "emails": ["a@example.com"]}, ""),
        ("code", {"language": "python", "filename": "a.py"}, "print(1)"),
        ("gif", {"url": "https://gifs.example/1.gif", "width": 200, "height": 100}, ""),
        ("sticker", {"pack": "cats", "emoji": "happy"}, ""),
        ("poll", {"question": "?", "options": ["a", "b"], "multiple": True}, ""),
    ],
)
def test_a_sound_payload_is_taken_and_shown(ada, ben, type_, payload, text):
    answer = send(ada, ada.group(ben), type_, payload, text=text)

    assert answer.status == 201, answer.text
    assert payload.items() <= answer.json["payload"].items()


@pytest.mark.parametrize(
    ("type_", "payload", "pointer"),
    [
        ("location", {}, "/payload/latitude"),
        ("location", {**WHERE, "latitude": 90.1}, "/payload/latitude"),
        ("location", {**WHERE, "longitude": -180.1}, "/payload/longitude"),
        ("location", {**WHERE, "latitude": "52"}, "/payload/latitude"),
        ("location", {**WHERE, "accuracy": -1}, "/payload/accuracy"),
        ("location", {**WHERE, "altitude": 3}, "/payload/altitude"),
        ("live_location", WHERE, "/payload/until"),
        ("live_location", {**WHERE, "until": "2020-01-01T00:00:00Z"}, "/payload/until"),
        ("live_location", {**WHERE, "until": "2999-01-01T00:00:00Z"}, "/payload/until"),
        ("contact", {}, "/payload/name"),
        ("contact", {"name": "Ada", "emails": ["not one"]}, "/payload/emails/0"),
        ("contact", {"name": "Ada", "phones": ["1"] * 11}, "/payload/phones"),
        ("contact", {"name": "A\nB"}, "/payload/name"),
        ("code", {"language": "not a language!"}, "/payload/language"),
        ("gif", {}, "/payload/url"),
        ("gif", {"url": "javascript:alert(1)"}, "/payload/url"),
        ("gif", {"url": "http://gifs.example/1.gif"}, "/payload/url"),
        ("sticker", {"pack": "cats"}, "/payload/emoji"),
        ("poll", {"question": "?", "options": ["a"]}, "/payload/options"),
        ("poll", {"question": "", "options": ["a", "b"]}, "/payload/question"),
        ("poll", {"question": "?", "options": ["a", ""]}, "/payload/options/1"),
        ("text", {"bold": True}, "/payload/bold"),
        ("markdown", {"html": "<b>"}, "/payload/html"),
    ],
)
def test_a_payload_that_does_not_fit_is_refused_at_its_place(ada, ben, type_, payload, pointer):
    answer = send(ada, ada.group(ben), type_, payload, text="x" if type_ != "poll" else "")

    assert answer.status == 422, answer.text
    assert pointer in [each["pointer"] for each in answer.json["errors"]]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(ada, ben, number):
    body = f'{{"type": "location", "payload": {{"latitude": {number}, "longitude": 0}}}}'

    answer = ada.client.post(
        f"/v1/conversations/{ada.group(ben)}/messages",
        body=body,
        headers={"content-type": "application/json"},
    )

    assert answer.status in {400, 422}


@pytest.mark.parametrize("count", [0, 1, 11])
def test_an_album_has_two_to_ten_media(ada, ben, picture, count):
    shown = picture(ada.id) if count else None

    answer = send(ada, ada.group(ben), "album", media_ids=[str(shown)] * count)

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/media_ids")


def test_an_album_shows_its_pictures_in_order(ada, ben, picture):
    shown = [str(picture(ada.id)) for _ in range(2)]

    answer = send(ada, ada.group(ben), "album", media_ids=shown)

    assert (answer.status, [each["id"] for each in answer.json["media"]]) == (201, shown)


def test_a_live_location_moves_by_edits_and_where_it_was_is_not_kept(ada, ben, clock, streamed):
    room = ada.group(ben)
    until = (clock.now() + timedelta(minutes=10)).isoformat()
    said = send(ada, room, "live_location", {**WHERE, "until": until}).json
    at = f"/v1/messages/{said['id']}"

    moved = ada.client.patch(at, {"payload": {**WHERE, "latitude": 53.0, "until": until}})
    kept = ben.client.get(f"{at}/revisions").json["items"]
    clock.advance(timedelta(minutes=10))
    late = ada.client.patch(at, {"payload": {**WHERE, "until": until}})

    assert (moved.status, moved.json["payload"]["latitude"], kept) == (200, 53.0, [])
    told = [
        data["message"]["payload"]["latitude"] for _, name, data in streamed(room) if name == "message:edited"
    ]
    assert told == [53.0]
    assert (late.status, late.json["type"]) == (409, "/problems/too-late")
