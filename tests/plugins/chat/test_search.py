"""Search: what one may read now, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

PLUGINS = ("chat",)


def find(who, **query):
    answer = who.client.get("/v1/chat/search", query=query)
    assert answer.status == 200, answer.text
    return answer.json


def found(who, **query):
    return [each["message"]["text"] for each in find(who, **query)["items"]]


def test_words_are_found_in_all_ones_conversations_the_latest_first(ada, ben, cleo):
    group, direct = ada.group(ben, cleo), ada.direct(ben)
    ada.say(group, "The garden party is on Sunday")
    ada.say(direct, "Bring cake to the GARDEN")
    ada.say(direct, "Something else")

    assert found(ben, q="garden") == ["Bring cake to the GARDEN", "The garden party is on Sunday"]
    assert found(cleo, q="garden") == ["The garden party is on Sunday"]


def test_nobody_finds_what_was_said_where_they_are_not(ada, ben, cleo):
    room = ada.group(ben)
    ada.say(room, "The secret garden #hidden")

    assert found(cleo, q="garden") == []
    assert found(cleo, hashtag="hidden") == []
    assert cleo.client.get("/v1/chat/search", query={"q": "a", "conversation_id": room}).status == 404


def test_who_has_left_finds_it_no_more(ada, ben):
    room = ada.group(ben)
    ada.say(room, "The garden")
    before = found(ben, q="garden")

    ben.client.delete(f"/v1/conversations/{room}/members/{ben.id}")

    assert (before, found(ben, q="garden")) == (["The garden"], [])


@pytest.mark.parametrize("scope", ["all", "me"])
def test_a_deleted_message_is_not_found(ada, ben, scope):
    said = ben.say(ada.group(ben), "The garden")

    ben.client.delete(f"/v1/messages/{said['id']}", query={"for": scope})

    assert found(ben, q="garden") == []


def test_a_cleared_history_is_not_found(ada, ben):
    room = ada.group(ben)
    ada.say(room, "The garden")

    ben.client.delete(f"/v1/conversations/{room}/history")

    assert (found(ben, q="garden"), found(ada, q="garden")) == ([], ["The garden"])


def test_what_was_edited_is_found_by_what_it_says_now(ada, ben):
    said = ada.say(ada.group(ben), "The garden")

    ada.client.patch(f"/v1/messages/{said['id']}", {"text": "The lawn"})

    assert (found(ben, q="garden"), found(ben, q="lawn")) == ([], ["The lawn"])


def test_phrases_alternatives_and_exclusions_are_understood(ada, ben):
    room = ada.group(ben)
    for text in ("garden party", "party in the garden", "lawn party", "garden rain"):
        ada.say(room, text)

    assert found(ben, q='"garden party"') == ["garden party"]
    assert found(ben, q="lawn or rain") == ["garden rain", "lawn party"]
    assert found(ben, q="garden -rain") == ["party in the garden", "garden party"]
    assert found(ben, q="-party") == ["garden rain"]


@pytest.mark.parametrize(
    "q", ["'", "in:", "&|!", "((", "\\", "a:*", "<->", "%", '"', "-" * 200, '-"' * 90, "- " * 90]
)
def test_signs_of_query_languages_are_words_or_nothing(ada, ben, q):
    ada.say(ada.group(ben), "The garden")

    assert found(ben, q=q) == []


def test_an_id_of_a_conversation_finds_nothing_by_itself(ada, ben):
    room = ada.group(ben)
    ada.say(room, "The garden")

    assert found(ben, q=f"in:{room}") == []


def test_sender_type_time_and_conversation_narrow(ada, ben, clock):
    room, other = ada.group(ben), ada.direct(ben)
    ada.say(room, "garden one")
    clock.advance(timedelta(minutes=1))
    middle = clock.now().isoformat()
    ben.say(room, "garden **two**", type="markdown")
    ben.say(other, "garden three")

    assert found(ada, q="garden", sender_id=str(ada.id)) == ["garden one"]
    assert found(ada, q="garden", type="markdown") == ["garden **two**"]
    assert found(ada, q="garden", conversation_id=room) == ["garden **two**", "garden one"]
    assert found(ada, q="garden", until=middle) == ["garden one"]
    assert found(ada, q="garden", since=middle) == ["garden three", "garden **two**"]


def test_pages_go_on_where_they_ended(ada, ben):
    room = ada.group(ben)
    for number in range(5):
        ada.say(room, f"garden {number}")

    first = find(ben, q="garden", limit=3)
    ada.say(room, "garden new")
    second = find(ben, q="garden", limit=3, cursor=first["next"])

    texts = [each["message"]["text"] for each in first["items"] + second["items"]]
    assert texts == [f"garden {number}" for number in (4, 3, 2, 1, 0)]


def test_a_highlight_marks_what_was_found_and_escapes_the_rest(ada, ben):
    ada.say(ada.group(ben), "<script>alert(1)</script> \ue000 the garden & more")

    [one] = find(ben, q="garden")["items"]

    assert "<mark>garden</mark>" in one["highlight"]
    assert one["highlight"].count("<mark>") == 1
    assert "<script" not in one["highlight"]


def test_a_poll_is_found_by_its_question_and_a_contact_by_the_name(ada, ben):
    room = ada.group(ben)
    ada.say(room, "", type="poll", payload={"question": "Which garden?", "options": ["a", "b"]})
    ada.say(room, "", type="contact", payload={"name": "Gertrude Jekyll"})

    types = [each["message"]["type"] for each in find(ben, q="garden or jekyll")["items"]]

    assert types == ["contact", "poll"]


def test_hashtags_are_counted_over_what_one_may_read(ada, ben, cleo):
    room = ada.group(ben)
    ada.say(room, "#Garden and #lawn")
    ada.say(room, "more #garden")
    ada.say(ada.direct(cleo), "#garden too")

    def tags(who, **query):
        items = who.client.get("/v1/chat/hashtags", query=query).json["items"]
        return [(each["hashtag"], each["messages"]) for each in items]

    assert tags(ben) == [("garden", 2), ("lawn", 1)]
    assert tags(ada, prefix="#gar") == [("garden", 3)]
    assert tags(cleo) == [("garden", 1)]


def test_a_hashtag_has_a_page_of_its_messages(ada, ben):
    room = ada.group(ben)
    ada.say(room, "first #Garden")
    ada.say(room, "no tag")
    ada.say(room, "second #garden")

    page = ben.client.get("/v1/chat/hashtags/Garden", query={"limit": 1}).json
    rest = ben.client.get("/v1/chat/hashtags/Garden", query={"limit": 1, "cursor": page["next"]}).json

    assert [each["message"]["text"] for each in page["items"] + rest["items"]] == [
        "second #garden",
        "first #Garden",
    ]
