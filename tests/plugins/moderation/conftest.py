"""People who publish, people who report, people who moderate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from kernel import uuid7
from plugins.accounts import api as accounts
from plugins.categories import api as categories
from plugins.categories import services as trees

CASES = "/v1/moderation/cases"
MEASURE = {"ground": "Terms, 4.2", "facts": "It offers counterfeit goods."}
PRICE = {"amount": 4900, "currency": "USD"}


@dataclass
class Person:
    """Somebody with an account and a signed-in client."""

    id: UUID
    email: str
    client: Any

    def sign_in(self) -> None:
        """Get a new token: the clock has moved past the old one's end."""
        self.client = self.client.as_user(self.id)

    def reports(self, kind: str, target: Any, reason: str = "spam", **more: Any) -> Any:
        """Report something."""
        return self.client.post(
            "/v1/reports", {"kind": kind, "target_id": str(target), "reason": reason, **more}
        )

    def act(self, case: str, name: str, body: Any = None, **headers: str) -> Any:
        """Do something about a case."""
        return self.client.with_headers(**headers).post(f"{CASES}/{case}/{name}", body)

    def resolve(self, case: str, sanction: str = "NONE", **more: Any) -> Any:
        """Take a measure about a case."""
        return self.act(case, "resolve", {**MEASURE, "sanction": sanction, **more})

    def only_case(self) -> dict[str, Any]:
        """Return the one open case of the queue."""
        [found] = self.client.get(CASES).json["items"]
        return dict(found)

    def statements(self) -> list[dict[str, Any]]:
        """Return the decisions about this person as they read them."""
        answer = self.client.get("/v1/moderation/statements")
        assert answer.status == 200, answer.text
        return list(answer.json["items"])


@pytest.fixture
def person(client) -> Callable[..., Person]:
    """Open an account and sign it in: `person("Mo", "moderator")`."""

    def make(name: str = "Ada Lindqvist", *roles: str, scope: str | None = None) -> Person:
        email = f"{uuid7().hex}@example.com"
        user_id = accounts.create_user(name=name, email=email, verified=True)
        return Person(user_id, email, client.as_user(user_id, *roles, scope=scope))

    return make


@pytest.fixture
def ada(person) -> Person:
    return person()


@pytest.fixture
def ben(person) -> Person:
    return person("Ben")


@pytest.fixture
def mo(person) -> Person:
    return person("Mo", "moderator")


@pytest.fixture
def offer(app) -> Callable[..., str]:
    """Publish a listing of somebody's; return its id."""
    category = uuid7()

    def make(seller: Person, title: str = "Oak chair", **more: Any) -> str:
        if not categories.cards([category]):
            fields = {"name": "Chairs", "slug": "chairs", "parent_id": None, "attributes": []}
            trees.create(None, fields, id=category)
        body = {"type": "PRODUCT", "title": title, "status": "ACTIVE", "category_id": str(category), **more}
        answer = seller.client.post("/v1/listings", {"price": PRICE, **body})
        assert answer.status == 201, answer.text
        return str(answer.json["id"])

    return make


@pytest.fixture
def decided(mo, person) -> Callable[..., dict[str, Any]]:
    """Have somebody reported and judged: `decided(ada, "BAN")` returns the decision."""

    def make(
        about: Person, sanction: str = "NONE", kind: str = "user", target: Any = None, **more: Any
    ) -> dict[str, Any]:
        assert person("Rea").reports(kind, target or about.id).status == 201
        case = mo.only_case()["id"]
        answer = mo.resolve(case, sanction, **more)
        assert answer.status == 200, answer.text
        [found] = mo.client.get("/v1/moderation/decisions", query={"case": case}).json["items"]
        return dict(found)

    return make
