"""Somebody whose client does as clients should: it asks again, under the same key, until it is answered."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.storage import uuid7
from kernel.testing import Answer
from kernel.testing.server import Server
from tests.faults.market.mail import PostOffice
from tests.faults.market.patience import STILL, Patience
from tests.faults.market.record import Record

PASSWORD = "violet-harbour-71"
TIMEOUT, LONGEST = 8.0, 30.0  # seconds a client waits for its first answer, and for any
AGAIN, SELDOM = 0.2, 3.0  # seconds, on average, before it asks again: at first, and at last
UNAVAILABLE = frozenset({502, 503, 504})
BUSY = frozenset({"idempotency-key-in-use", "payment-in-progress"})


class Disappointed(Exception):  # noqa: N818 - says how somebody is, not what broke
    """An answer nobody should get, or none at all: it is in the record, and the round is over."""


@dataclass
class Person:
    """Somebody who buys, sells, talks and books, and the source of what they decide."""

    number: int
    doors: Sequence[Server]
    record: Record
    dice: random.Random
    email: str = ""
    id: str = ""
    token: str = ""
    building: str = ""
    group: str = ""
    retried: bool = False  # whether the latest request was sent more than once
    _pause: threading.Event = field(default_factory=threading.Event)

    @property
    def scope(self) -> str:
        """The scope of their building."""
        return f"building:{self.building}"

    def ask(
        self, method: str, path: str, json: Any = None, *, key: str = "", anonymous: bool = False,
        body: bytes | None = None, content_type: str = "",
    ) -> Answer:  # fmt: skip
        """Ask until there is an answer that is not "later"; POSTs carry a key, their own or the given.

        A client waits longer for an answer, and longer until it asks again, each time.
        """
        headers = {"content-type": content_type} if body is not None else {}
        if method == "POST":
            headers["idempotency-key"] = key or str(uuid7())
        sent = {"json": json, "body": body, "headers": headers, "token": "" if anonymous else self.token}
        patience, attempt = Patience(self.record.pulse), 0
        while True:
            door = self.doors[(self.number + attempt) % len(self.doors)]
            self.retried, times = attempt > 0, 2 ** min(attempt, 8)
            answer = self._once(door, method, path, sent | {"timeout": min(TIMEOUT * times, LONGEST)})
            if answer is not None:
                self.record.count("answers")
                return answer
            self.record.count("asked again")
            if not patience.lasts():
                self.record.surprise(f"{method} {path}: no answer, and nothing else for {STILL:g} s")
                raise Disappointed
            self._pause.wait(self.dice.uniform(0.5, 1.5) * min(AGAIN * times, SELDOM))
            attempt += 1

    def _once(self, door: Server, method: str, path: str, sent: dict[str, Any]) -> Answer | None:
        try:
            answer = door.request(method, path, **sent)
        except OSError:
            return None
        if answer.status in UNAVAILABLE or (answer.status == 409 and answer.problem in BUSY):
            return None
        return answer

    def get(self, path: str) -> Any:
        """Return what is there."""
        return self.done(self.ask("GET", path), f"GET {path}")

    def post(self, path: str, json: Any = None, *refusals: str, key: str = "") -> Any:
        """Return the answer; None when it was refused for one of these problems."""
        return self.done(self.ask("POST", path, json, key=key), f"POST {path}", *refusals)

    def done(self, answer: Answer, what: str, *refusals: str) -> Any:
        """Return what an answer holds, None for an expected refusal; raise Disappointed for any other."""
        if 200 <= answer.status < 300:
            return answer.json if answer.body else {}
        if answer.status < 500 and answer.problem in refusals:
            self.record.count(f"refused: {answer.problem}")
            return None
        again = " (asked again)" if self.retried else ""
        self.record.surprise(f"{what}{again}: {answer.status} {answer.text}")
        raise Disappointed

    def until(self, path: str, accept: Any) -> Any:
        """Return what is there once it is as wanted; record it and raise Disappointed when it never is."""
        patience = Patience(self.record.pulse)
        while patience.lasts():
            answer = self.ask("GET", path)
            if answer.status == 200 and accept(answer.json):
                return answer.json
            self._pause.wait(AGAIN)
        self.record.surprise(f"GET {path}: not as it must become: {answer.text}")
        raise Disappointed

    def register(self, post: PostOffice) -> None:
        """Open an account, follow the link in the mail; who got no answer and is known already signs in."""
        self.email = f"person{self.number}@example.com"
        said = {"email": self.email, "password": PASSWORD, "name": f"Person {self.number}"}
        made = self.post("/v1/auth/register", said, "email-taken")
        if made is None:
            self.sign_in()
        else:
            self.token = made["access_token"]
        self.id = self.get("/v1/users/me")["id"]
        self.record.people[self.email] = self.id
        link = re.search(r"verify-email\?token=([\w.-]+)", self._mail(post))
        assert link is not None
        followed = self.ask("POST", "/v1/auth/verify-email", {"token": link[1]}, anonymous=True)
        self.done(followed, "following the link", "invalid-token")
        me = self.get("/v1/users/me")
        if not me["email_verified"]:
            self.record.surprise(f"{self.email} is not verified after the link was followed")

    def _mail(self, post: PostOffice) -> str:
        try:
            return post.await_mail(self.email, "verify-email?token=", Patience(self.record.pulse)).text
        except AssertionError as ex:
            self.record.surprise(str(ex))
            raise Disappointed from ex

    def sign_in(self) -> None:
        """Sign in with the password."""
        said = {"email": self.email, "password": PASSWORD}
        answer = self.ask("POST", "/v1/auth/login", said, anonymous=True)
        self.token = self.done(answer, "signing in")["access_token"]
