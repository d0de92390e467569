"""Messages to many people become deliveries in batches."""

from __future__ import annotations

from collections import Counter

import pytest

from kernel.storage import count_statements
from plugins.notifications.models import Delivery, Inbox, Message, Notification
from plugins.notifications.services import expansion

PLUGINS = ("letters",)


@pytest.fixture
def people(person):
    return [person(email=f"person{number}@example.com") for number in range(40)]


def test_forty_cost_as_many_statements_as_ten_but_for_their_events(people, post):
    def statements(some):
        for one in some:
            post(one)
        with count_statements() as counted:
            expansion.expand_due()
        return Counter(sql.split()[0] + " " + sql.split("notifications_")[1].split()[0]
                       for sql in counted.statements if "notifications_" in sql)  # fmt: skip

    assert statements(people[:10]) == statements(people)
    assert Delivery.select().count() == 50


def test_one_message_at_fault_stops_none_of_its_batch(people, post, letters):
    for one in people:
        post(one)
    bad = Message.select().order_by(Message.id).offset(17).first()
    Message.update(data={}).where(Message.id == bad.id).execute()  # its template finds no title

    expansion.expand_due()

    assert [one.id for one in Message.select().where(Message.due_at.is_null(False))] == [bad.id]
    assert Message.get_by_id(bad.id).attempt == 1
    assert Delivery.select().count() == Notification.select().count() == 39
    assert {one.unread for one in Inbox.select()} == {1}


def test_several_messages_of_a_batch_to_one_person_are_all_counted(people, post):
    for _ in range(5):
        post(people[0])

    expansion.expand_due()

    assert Inbox.get_by_id(people[0]).unread == Notification.select().count() == 5
