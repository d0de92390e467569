"""Messages: reported by who reads them, withheld from everybody, put back as they were."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from plugins.chat.models import Withheld
from plugins.chat.services import personal, withholding

pytestmark = pytest.mark.plugins("moderation", "chat")


@pytest.fixture
def group(ada, ben):
    made = ada.client.post(
        "/v1/conversations", {"kind": "group", "title": "Garden", "members": [str(ben.id)]}
    )
    return made.json["id"]


def say(who, group, text="Buy my watches", **more):
    return who.client.post(f"/v1/conversations/{group}/messages", {"text": text, **more}).json


def sees(who, group):
    return who.client.get(f"/v1/conversations/{group}/messages").json["items"]


def hide(mo, ben, said):
    ben.reports("message", said["id"])
    mo.resolve(mo.only_case()["id"], "WARNING", hide=True)
    [made] = mo.client.get("/v1/moderation/decisions").json["items"]
    return made


def test_a_message_is_reported_by_who_reads_it_and_by_nobody_else(ada, ben, mo, person, group):
    said = say(ada, group)

    assert person("Cleo").reports("message", said["id"]).status == 404
    assert ben.reports("message", said["id"]).status == 201
    case = mo.only_case()
    assert (case["snapshot"]["text"], case["owner"]["id"]) == ("Buy my watches", str(ada.id))


def test_a_withheld_message_is_a_tombstone_everywhere_but_for_moderators(ada, ben, mo, group):
    said = say(ada, group)
    ada.client.patch(f"/v1/messages/{said['id']}", {"text": "Buy watches"})
    made = hide(mo, ben, said)

    [shown] = [each for each in sees(ben, group) if each["id"] == said["id"]]
    case = mo.client.get(f"/v1/moderation/cases/{made['case_id']}").json

    assert (shown["text"], shown["deleted_at"] is None) == ("", False)
    assert ben.client.get(f"/v1/messages/{said['id']}/revisions").json["items"] == []
    assert case["current"]["text"] == "Buy watches"


def test_a_reversal_puts_a_message_back_as_it_was(ada, ben, mo, group):
    root = say(ada, group, "Watches?")
    said = say(ada, group, "Buy my watches", thread_id=root["id"])
    ben.client.put(f"/v1/messages/{said['id']}/reactions", {"emoji": "👍"})
    ada.client.put(f"/v1/messages/{said['id']}/pin")
    before = sees(ben, group)
    made = hide(mo, ben, said)

    mo.client.post(f"/v1/moderation/decisions/{made['id']}/reverse", {"reason": "It was a joke."})

    after = sees(ben, group)
    changing = {"version", "updated_at"}
    assert [{k: v for k, v in each.items() if k not in changing} for each in after] == [
        {k: v for k, v in each.items() if k not in changing} for each in before
    ]
    assert after[1]["reactions"] == {"👍": 1}
    assert after[0]["reply_count"] == 1


def test_a_poll_comes_back_with_the_votes_there_are(app, ada, ben, mo, group):
    payload = {"question": "When?", "options": ["Now", "Later"]}
    poll = ada.client.post(f"/v1/conversations/{group}/messages", {"type": "poll", "payload": payload}).json
    ben.client.put(f"/v1/messages/{poll['id']}/vote", {"options": [1]})
    with app.db.atomic():
        assert withholding.withhold(UUID(poll["id"]), "one")
        personal.erase(ben.id)
        assert withholding.release(UUID(poll["id"]), "one")

    [shown] = [each for each in sees(ada, group) if each["id"] == poll["id"]]
    assert (shown["payload"]["question"], shown["payload"]["votes"]) == ("When?", [0, 0])


def test_reasons_stand_by_themselves_and_the_last_shows_it_again(app, ada, group):
    said = UUID(say(ada, group)["id"])

    steps = [
        withholding.withhold(said, "a"),
        withholding.withhold(said, "a"),
        withholding.withhold(said, "b"),
    ]
    released = [withholding.release(said, each) for each in ("a", "a", "b")]

    assert (steps, released) == ([True, False, True], [True, False, True])
    assert sees(ada, group)[0]["text"] == "Buy my watches"


def test_of_an_erased_sender_nothing_is_kept_to_be_shown_again(app, ada, ben, mo, group):
    said = say(ada, group)
    made = hide(mo, ben, said)
    with app.db.atomic():
        personal.erase(ada.id)

    mo.client.post(f"/v1/moderation/decisions/{made['id']}/reverse", {"reason": "Too late."})

    assert Withheld.select().count() == 0
    assert all(each["text"] == "" for each in sees(ben, group))


def test_what_vanishes_while_it_is_withheld_is_gone_for_good(ada, ben, mo, group, clock, work):
    said = say(ada, group, ttl=3600)
    made = hide(mo, ben, said)
    clock.advance(timedelta(hours=2))
    work()
    mo.sign_in()

    done = mo.client.post(f"/v1/moderation/decisions/{made['id']}/reverse", {"reason": "Too late."})

    assert done.status == 200
    assert Withheld.select().count() == 0
    ben.sign_in()
    assert said["id"] not in [each["id"] for each in sees(ben, group)]


def test_sockets_and_those_who_recover_see_it_go_and_come_back(ada, ben, mo, group, realtime):
    said = say(ada, group)
    socket = realtime.connect("/chat", ben.client)

    made = hide(mo, ben, said)
    gone = socket.expect("message:deleted").data["message"]
    mo.client.post(f"/v1/moderation/decisions/{made['id']}/reverse", {"reason": "It was a joke."})
    back = socket.expect("message:edited").data["message"]

    assert (gone["id"], gone["text"]) == (said["id"], "")
    assert (back["id"], back["text"], back["deleted_at"]) == (said["id"], "Buy my watches", None)


@pytest.mark.settings(moderation={"words": ["watches"]})
def test_rules_look_at_messages_too(ada, mo, group, work):
    said = say(ada, group)
    say(ada, group, "Good morning")
    work()

    assert mo.only_case()["target_id"] == said["id"]
