"""Contacts: whom people wrote to themselves; what they show to contacts only."""

from __future__ import annotations

import pytest

from kernel.storage import count_statements
from plugins.chat.queries.contacts import counting

pytestmark = pytest.mark.plugins("chat")


def test_who_was_written_to_counts_nobody_among_their_contacts_until_they_answer(person):
    ada, eve = person("Ada"), person("Eve")
    conversation = eve.direct(ada)
    eve.say(conversation, "Hello, I would like to see your picture.")

    unanswered = (counting(eve.id, [ada.id]), counting(ada.id, [eve.id]))
    ada.say(conversation, "Do I know you?")

    assert unanswered == (set(), {eve.id})
    assert counting(eve.id, [ada.id]) == {ada.id}


def test_a_group_makes_nobody_a_contact(person):
    ada, ben = person("Ada"), person("Ben")

    ada.say(ada.group(ben))

    assert counting(ben.id, [ada.id]) == set()


def test_what_is_for_contacts_is_shown_to_who_was_written_to(person):
    ada, ben, cleo = person("Ada"), person("Ben"), person("Cleo")
    ada.client.patch("/v1/users/me", {"bio": "I keep bees.", "privacy": {"bio": "contacts"}})

    ada.say(ada.direct(ben))

    cards = [who.client.get(f"/v1/users/{ada.id}").json for who in (ben, cleo)]
    assert [card["bio"] for card in cards] == ["I keep bees.", ""]


def test_any_number_of_people_is_one_question(person):
    ada, others = person("Ada"), [person(f"P{number}") for number in range(6)]

    with count_statements() as counted:
        counting(ada.id, [each.id for each in others])

    assert counted.count == 1
