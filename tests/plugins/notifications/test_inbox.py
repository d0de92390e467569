"""The list in the application, and the number of what is unread."""

from __future__ import annotations

from uuid import UUID

import pytest

from kernel import uuid7
from kernel.storage import count_statements
from kernel.testing import race
from plugins.notifications.models import Delivery, Inbox, Notification
from plugins.notifications.services import inbox

PLUGINS = ("letters",)
LIST = "/v1/notifications"
PLAIN = {"type": "letters.plain", "title": "T", "body": "B"}


@pytest.fixture
def ann(client, post, person, work):
    """Return Ann's client; she has three notifications."""
    ann = person()
    for number in range(3):
        post(ann, title=f"Letter {number}")
    work()
    return client.as_user(ann)


def unread(client) -> int:
    return client.get(f"{LIST}/unread").json["unread"]


def test_the_list_is_newest_first_and_comes_in_pages(ann):
    first = ann.get(LIST, query={"limit": 2}).json
    second = ann.get(LIST, query={"limit": 2, "cursor": first["next"]}).json

    titles = [one["title"] for one in first["items"] + second["items"]]
    assert titles == ["Letter 2", "Letter 1", "Letter 0"]
    assert second["next"] is None


def test_one_is_marked_as_read_and_unread_again(ann):
    [first, *_] = ann.get(LIST).json["items"]

    read = ann.patch(f"{LIST}/{first['id']}", {"read": True}).json
    again = ann.patch(f"{LIST}/{first['id']}", {"read": True}).json
    after_reading = unread(ann)
    ann.patch(f"{LIST}/{first['id']}", {"read": False})

    assert read["read_at"] is not None
    assert again["read_at"] == read["read_at"]
    assert after_reading == 2
    assert unread(ann) == 3


def test_the_list_can_be_of_the_unread_or_of_one_type(ann, post, work):
    [first, *_] = ann.get(LIST).json["items"]
    ann.patch(f"{LIST}/{first['id']}", {"read": True})
    post(ann.user_id, "alert")
    work()

    assert len(ann.get(LIST, query={"unread": "true"}).json["items"]) == 3
    assert len(ann.get(LIST, query={"type": "letters.alert"}).json["items"]) == 1


def test_some_or_all_are_marked_as_read_at_once(ann):
    ids = [one["id"] for one in ann.get(LIST).json["items"]]

    some = ann.post(f"{LIST}/read", {"ids": [ids[0], str(uuid7())]})
    everything = ann.post(f"{LIST}/read", {})

    assert some.json == {"unread": 2}
    assert everything.json == {"unread": 0}


def test_what_is_deleted_is_not_unread(ann):
    first, second, _ = ann.get(LIST).json["items"]
    ann.patch(f"{LIST}/{second['id']}", {"read": True})

    ann.delete(f"{LIST}/{first['id']}")
    ann.delete(f"{LIST}/{second['id']}")

    assert unread(ann) == 1
    assert ann.get(f"{LIST}/{first['id']}").status == 404
    assert ann.delete(f"{LIST}/{first['id']}").status == 404


def test_another_persons_notification_is_not_there(ann, client):
    [first, *_] = ann.get(LIST).json["items"]
    other = client.as_user()

    assert other.get(f"{LIST}/{first['id']}").status == 404
    assert other.patch(f"{LIST}/{first['id']}", {"read": True}).status == 404
    assert other.post(f"{LIST}/read", {"ids": [first["id"]]}).json == {"unread": 0}
    assert unread(ann) == 3


def test_the_list_takes_a_sign_in(client):
    assert client.get(LIST).status == 401
    assert client.get(f"{LIST}/unread").status == 401


def test_counting_the_unread_reads_one_row_however_many_there_are(app):
    user = uuid7()
    now = app.clock.now()
    Inbox.create(id=user, unread=5000)
    rows = [{"user_id": user, "type": "t", "title": "T", "body": "B", "created_at": now} for _ in range(5000)]
    Notification.insert_many(rows).execute()

    with count_statements() as counted:
        found = inbox.unread(user)

    assert found == 5000
    [statement] = counted.statements
    assert "notifications_notification" not in str(statement)


def test_the_number_stays_exact_when_devices_and_senders_race(app, ann):
    user = ann.user_id
    ids = [UUID(one["id"]) for one in ann.get(LIST).json["items"]]

    def released(work):
        def run():
            try:
                with app.db.atomic():
                    work()
            finally:
                app.db.release()

        return run

    race(
        *[released(lambda: inbox.add([("", {**PLAIN, "user_id": user})])) for _ in range(6)],
        *[released(lambda one=one: inbox.mark(user, one, read=True)) for one in ids for _ in range(2)],
        released(lambda: inbox.delete(user, ids[0])),
        released(lambda: inbox.mark_read(user, None)),
    )

    left = Notification.select().where(Notification.user_id == user, Notification.read_at.is_null()).count()
    assert inbox.unread(user) == left


def test_other_plugins_learn_of_new_and_of_read_ones(app, ann):
    ann.post(f"{LIST}/read", {})

    found = app.db.rows(
        "SELECT type, data FROM kernel_event WHERE type LIKE 'notifications.%%' ORDER BY position"
    )
    assert [wire for wire, _ in found] == ["notifications.notification.created.v1"] * 3 + [
        "notifications.inbox.read.v1"
    ]
    assert found[-1][1] == {"user_id": str(ann.user_id), "unread": 0}


def test_an_export_holds_what_is_stored_and_an_erasure_leaves_nothing(app, ann, post, letters, work):
    post(ann.user_id, "plain")
    hook = dict(app.hooks.implementations("export_personal_data"))["notifications"]
    erase = dict(app.hooks.implementations("erase_personal_data"))["notifications"]

    exported = hook(app=app, user_id=ann.user_id)
    with app.db.atomic():
        erase(app=app, user_id=ann.user_id)
        erase(app=app, user_id=ann.user_id)
    work()

    assert len(exported["notifications"]) == 3
    assert len(exported["deliveries"]) == 3
    assert ann.get(LIST).json["items"] == []
    assert unread(ann) == 0
    assert {(one.user_id, one.address, one.subject) for one in Delivery.select()} == {(None, "", "")}
