"""Objects of chat for the generated tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from kernel import Principal, uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.chat.schemas.requests import MessageIn
from plugins.chat.services import backups, invites, opening, saving, scheduling, sending

UNSCOPED = {
    "/chat/invites/{token}": "whoever holds a link may follow it",
    "/chat/hashtags/{hashtag}": "a word; the messages shown are those the reader may read",
}
GROUP = "/conversations/{conversation_id}"
MESSAGE = "/messages/{message_id}"


def somebody(app: Application) -> Principal:
    """Return somebody new, as the services see them."""
    user_id = accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)
    return app.auth.principal_of(user_id)


def group(owner: Principal, *others: Principal) -> UUID:
    """Return a new group."""
    return opening.group(owner, {"title": "Sample", "members": [each.id for each in others]})


def said(who: Principal, conversation: UUID) -> UUID:
    """Return a new message."""
    given: dict[str, Any] = dict(MessageIn().load({"text": "Hello"}))
    message, _ = sending.send(who, conversation, given)
    return UUID(str(message.id))


@sample("conversation_id")
def conversation(app: Application) -> Sample:
    owner, other = somebody(app), somebody(app)
    made = group(owner, other)
    said(other, made)
    bodies = {
        f"PATCH {GROUP}": {"title": "Another"},
        f"PATCH {GROUP}/me": {"archived": True},
        f"PUT {GROUP}/read": {"seq": 1},
        f"PUT {GROUP}/delivered": {"seq": 1},
        f"POST {GROUP}/messages": {"text": "Hello"},
        f"POST {GROUP}/screenshots": {},
        f"POST {GROUP}/members": {"user_ids": [str(somebody(app).id)]},
        f"PUT {GROUP}/owner": {"user_id": str(other.id)},
        f"POST {GROUP}/bans": {"user_id": str(other.id)},
        f"POST {GROUP}/invites": {"max_uses": 3},
    }
    assert owner.id is not None
    return Sample({"conversation_id": made}, owner=owner.id, bodies=bodies)


@sample("conversation_id", paths=[f"PUT {GROUP}/verified"])
def channel(app: Application) -> Sample:
    owner = somebody(app)
    assert owner.id is not None
    app.auth.grant(owner.id, "chat_moderator", None, by=None)
    made = opening.channel(app.auth.principal_of(owner.id), {"title": "Sample"})
    return Sample({"conversation_id": made}, owner=owner.id, bodies={"PUT": {"verified": True}})


@sample("conversation_id", "user_id")
def membership(app: Application) -> Sample:
    owner, other = somebody(app), somebody(app)
    assert owner.id is not None
    made = group(owner, other)
    ids = {"conversation_id": made, "user_id": other.id}
    return Sample(ids, owner=owner.id, bodies={"PATCH": {"role": "moderator"}})


@sample("conversation_id", "invite_id")
def invite(app: Application) -> Sample:
    owner = somebody(app)
    assert owner.id is not None
    made = group(owner)
    link = invites.create(owner, made, {"expires_at": None, "max_uses": None})
    return Sample({"conversation_id": made, "invite_id": link.id}, owner=owner.id)


@sample("message_id")
def message(app: Application) -> Sample:
    owner = somebody(app)
    assert owner.id is not None
    reaction = {"emoji": "👍"}
    bodies = {
        f"PATCH {MESSAGE}": {"text": "Goodbye"},
        f"PUT {MESSAGE}/reactions": reaction,
        f"PUT {MESSAGE}/saved": {"note": "Later"},
        f"DELETE {MESSAGE}/reactions": reaction,
    }
    return Sample({"message_id": said(owner, group(owner))}, owner=owner.id, bodies=bodies)


POLL_PATHS = [
    f"{verb} {MESSAGE}/{part}"
    for verb, part in (
        ("PUT", "vote"),
        ("DELETE", "vote"),
        ("GET", "voters"),
        ("POST", "close"),
    )
]


@sample("message_id", paths=POLL_PATHS)
def poll(app: Application) -> Sample:
    owner = somebody(app)
    assert owner.id is not None
    asked: dict[str, Any] = dict(
        MessageIn().load({"type": "poll", "payload": {"question": "Where?", "options": ["Here", "There"]}})
    )
    message, _ = sending.send(owner, group(owner), asked)
    return Sample({"message_id": message.id}, owner=owner.id, bodies={"PUT": {"options": [1]}})


@sample("message_id", paths=[f"DELETE {MESSAGE}/saved"])
def saved(app: Application) -> Sample:
    owner = somebody(app)
    assert owner.id is not None
    made = said(owner, group(owner))
    saving.save(owner, made, "")
    return Sample({"message_id": made}, owner=owner.id)


@sample("scheduled_id")
def scheduled(app: Application) -> Sample:
    owner = somebody(app)
    assert owner.id is not None
    later: dict[str, Any] = dict(MessageIn().load({"text": "Hello"}))
    later["send_at"] = app.clock.now() + timedelta(hours=1)
    made = scheduling.create(owner, group(owner), later)
    return Sample({"scheduled_id": made.id}, owner=owner.id, bodies={"PATCH": {"text": "Goodbye"}})


@sample("backup_id")
def backup(app: Application) -> Sample:
    owner = somebody(app)
    assert owner.id is not None
    made = backups.request(owner, "export")
    backups.export(made.id)
    return Sample({"backup_id": made.id}, owner=owner.id)


@sample("restore_id")
def restore(app: Application) -> Sample:
    owner = somebody(app)
    assert owner.id is not None
    made = backups.request(owner, "restore")
    app.blobs.put(backups.key_of(made.id), [b"{}"], backups.MEDIA_TYPE)
    return Sample({"restore_id": made.id}, owner=owner.id)


@sample(rooms=["conversation", "receipts"])
def rooms(app: Application) -> Sample:
    owner = somebody(app)
    assert owner.id is not None
    made = group(owner)
    return Sample({"conversation": made, "receipts": made}, owner=owner.id)


@sample(rooms=["user"])
def devices(app: Application) -> Sample:
    owner = somebody(app)
    assert owner.id is not None
    return Sample({"user": owner.id}, owner=owner.id)
