"""What users ask for, by weight: shops are looked at, talked about, and now and then bought from.

A request is drawn for a user drawn at random. What follows from another request
(pay what was ordered) is a request of its own that takes one of those there are;
where there is none yet, its forerunner is made.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

WEIGHTS = {
    "list": 30,
    "detail": 20,
    "search": 8,
    "place": 2,
    "demand": 2,
    "pay": 2,
    "send": 10,
    "notifications": 12,
    "unread": 4,
    "conversations": 4,
    "history": 3,
    "presence": 3,
}
"""Requests of a hundred, by kind; `demand` asks for an order's payment, `pay` pays it by the test gateway."""

FRONT = 0.6  # of the lists asked for are the first page; the rest a category's, the first the most
WORDS = ("oak", "chair", "lamp", "vintage", "desk", "bicycle", "camera", "sofa", "mirror", "guitar", "record")
PAYING = {"gateway": "test", "method": "tok_ok"}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; `then` takes the body of a good answer."""

    kind: str
    method: str
    path: str
    token: str
    body: Any = None
    then: Callable[[bytes], None] | None = None


@dataclass
class Mix:
    """Draws requests: of users (token, conversation), over goods and categories."""

    users: Sequence[tuple[str, str]]
    goods: Sequence[str]
    categories: Sequence[str]
    chance: Random
    orders: deque[tuple[str, str]] = field(default_factory=deque)
    """The token and the payment's URL of orders that wait for it to be asked for."""
    payments: deque[tuple[str, str]] = field(default_factory=deque)

    def draw(self, due: float, wanted: str = "") -> Ask:
        """Return a request due at a moment of the monotonic clock; what it tells others carries that.

        `wanted` is its kind, "" for any; it may be what must come before.
        """
        kind = wanted or self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        token, conversation = self.chance.choice(self.users)
        if kind in {"place", "demand", "pay"}:
            return self._order(kind, token)
        if kind == "send":
            text = {"id": str(uuid4()), "text": f"due:{due:.4f} Is it still there, and could I come by?"}
            return Ask(kind, "POST", f"/v1/conversations/{conversation}/messages", token, text)
        if kind == "presence":
            status = self.chance.choice(("online", "away", "dnd"))
            return Ask(kind, "PUT", "/v1/presence/me", token, {"status": status, "text": f"due:{due:.4f}"})
        return Ask(kind, "GET", self._path(kind, conversation), token)

    def _path(self, kind: str, conversation: str) -> str:
        if kind == "list":
            return "/v1/listings?limit=20" + self._category()
        if kind == "detail":
            return f"/v1/listings/{self.chance.choice(self.goods)}"
        if kind == "search":
            return f"/v1/search?limit=20&q={'+'.join(self.chance.sample(WORDS, 2))}"
        if kind == "history":
            return f"/v1/conversations/{conversation}/messages?limit=30"
        return {"unread": "/v1/notifications/unread"}.get(kind, f"/v1/{kind}?limit=20")

    def _category(self) -> str:
        if self.chance.random() < FRONT:
            return ""
        place = min(int(self.chance.expovariate(0.2)), len(self.categories) - 1)
        return f"&category={self.categories[place]}"

    def _order(self, kind: str, token: str) -> Ask:
        if kind == "pay" and self.payments:
            token, payment = self.payments.popleft()
            return Ask(kind, "POST", f"/v1/payments/{payment}/confirm", token, PAYING)
        if kind != "place" and self.orders:
            token, url = self.orders.popleft()
            return Ask("demand", "POST", url, token, None, lambda body: self._demanded(token, body))
        line = {"ref": f"listing:{self.chance.choice(self.goods)}", "quantity": 1}
        return Ask(
            "place", "POST", "/v1/orders", token, {"lines": [line]}, lambda body: self._placed(token, body)
        )

    def _placed(self, token: str, body: bytes) -> None:
        self.orders += [(token, each["payment"]["url"]) for each in json.loads(body)["orders"]]

    def _demanded(self, token: str, body: bytes) -> None:
        self.payments.append((token, json.loads(body)["id"]))


def wire(ask: Ask) -> bytes:
    """Return a request as it is sent."""
    lines = [f"{ask.method} {ask.path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {ask.token}"]
    body = b"" if ask.body is None else json.dumps(ask.body).encode()
    if ask.method != "GET":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    if ask.method == "POST":
        lines.append(f"Idempotency-Key: {uuid4()}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
