"""What the tests of notifications send, to whom, and by which providers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kernel import PUBLIC, Route, Schema, Service, app, endpoint, fields, hookimpl, invalid
from plugins.notifications.api import (
    EmailProvider,
    NotificationType,
    Outcome,
    PushProvider,
    Recipient,
    SmsProvider,
    send,
)

TYPES = (
    NotificationType("letters.plain", "Plain letters", summary="Letters about nothing much."),
    NotificationType("letters.alert", "Alerts", mandatory=True),
    NotificationType("letters.code", "Codes", channels=("sms",), mandatory=True, sensitive=True),
    NotificationType("letters.link", "Links", channels=("email",), mandatory=True, sensitive=True),
    NotificationType("letters.offer", "Offers", channels=("email",), opt_in=("email",), digestible=False),
    NotificationType("letters.everywhere", "Everywhere", channels=("in_app", "email", "sms", "push")),
)
people: dict[Any, Recipient] = {}
gone: set[Any] = set()


class Scripted:
    """A provider that records what it is given and answers as `answer(message)` says."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.batches: list[list[Any]] = []
        self.answer: Callable[[Any], Outcome] = lambda message: Outcome(
            message.id, "sent", f"{name}-{message.id}"
        )

    @property
    def messages(self) -> list[Any]:
        return [message for batch in self.batches for message in batch]

    def send(self, messages: Any) -> Any:
        self.batches.append(list(messages))
        for message in messages:
            yield self.answer(message)

    def check(self, token: str, keys: Any) -> None:
        if token.startswith("broken"):
            raise invalid("/token", "No bell has this token.")


class Hanging:
    """A provider that hands a message over (a line in a file), then hangs while a file `hang` exists."""

    def send(self, messages: Any) -> Any:
        folder = Path(os.environ["LETTERS_FOLDER"])
        for message in messages:
            with (folder / "sent").open("a") as file:
                file.write(f"{message.id} {message.message_id}\n")
            while (folder / "hang").exists():
                time.sleep(0.02)
            yield Outcome(message.id, "sent", str(message.id))


class LetterIn(Schema):
    to = fields.UUID(required=True)
    text = fields.String(required=True)


class Letters:
    @endpoint(summary="Send a letter", permission=PUBLIC, body=LetterIn, status=202)
    def on_post(self, req: Any, resp: Any) -> None:
        with app.db.atomic():
            send("letters.plain", req.body["to"], {"title": "A letter", "text": req.body["text"]})


@hookimpl
def register_routes() -> Any:
    return [Route("/letters", Letters())]


@hookimpl
def register_services() -> Any:
    scripted = [
        Service(EmailProvider, lambda app: Scripted("first"), name="first"),
        Service(EmailProvider, lambda app: Scripted("second"), name="second"),
        Service(SmsProvider, lambda app: Scripted("pigeon"), name="pigeon"),
        Service(PushProvider, lambda app: Scripted("bell"), name="bell"),
    ]
    return [*scripted, Service(EmailProvider, lambda app: Hanging(), name="hanging")]


@hookimpl
def notifications_types() -> Any:
    return TYPES


@hookimpl
def notifications_recipient(user_id: Any) -> Recipient | None:
    if user_id in gone:
        return None
    return people.get(user_id) or Recipient(name="Ann", email=f"{user_id.hex}@example.com")
