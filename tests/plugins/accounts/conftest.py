"""People who registered through the API, and what their mailboxes hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

PASSWORD = "violet-harbour-71"


@dataclass
class Member:
    """A registered person: their client and what registering answered."""

    client: Any
    answer: dict[str, Any]
    email: str

    @property
    def id(self) -> str:
        return self.answer["user"]["id"]


@pytest.fixture
def member(client) -> Callable[..., Member]:
    """Register a person through the API: `member("ada@example.com")`."""

    def register(email: str = "ada@example.com", name: str = "Ada Lindqvist", **extra: Any) -> Member:
        body = {"email": email, "password": PASSWORD, "name": name, **extra}
        made = client.post("/v1/auth/register", body)
        assert made.status == 201, made.text
        return Member(client.with_token(made.json["access_token"]), made.json, email)

    return register


@pytest.fixture
def mail(work, mailbox) -> Callable[[str], list[dict[str, Any]]]:
    """Do what waits, then return the messages to an address, oldest first."""

    def read(to: str) -> list[dict[str, Any]]:
        work()
        return mailbox(to)

    return read


@pytest.fixture
def link(mail) -> Callable[[str], str]:
    """Return the token of the last link sent to an address."""

    def read(to: str) -> str:
        found = re.findall(r"token=([\w.-]+)", mail(to)[-1]["text"])
        assert found, mail(to)[-1]
        return found[-1]

    return read


@pytest.fixture
def sms(mail) -> Callable[[str], str]:
    """Return the last code sent to a number."""
    return lambda to: re.findall(r"\b\d{6}\b", mail(to)[-1]["text"])[-1]


@pytest.fixture
def types(app) -> Callable[[], list[str]]:
    """Return the types of the events of accounts stored so far, in order."""
    return lambda: [
        wire.removeprefix("accounts.").removesuffix(".v1")
        for (wire,) in app.db.rows(
            "SELECT type FROM kernel_event WHERE type LIKE 'accounts.%%' ORDER BY position"
        )
    ]
