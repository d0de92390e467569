"""A service with a price, and what its customers do about the bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from plugins.payments import test_gateway
from plugins.payments.models import Payment
from plugins.payments.services.trial import trial_balance
from tests.plugins.bookings.conftest import (  # noqa: F401 - fixtures
    Person,
    Resource,
    at,
    now,
    person,
    resource,
    service,
)

PRICE = 4_900
HELD = {"clearing": -PRICE, "escrow": PRICE}
SETTLED = {"clearing": -PRICE, "wallet": PRICE}


@dataclass
class Desk:
    """One salon, and the money that goes through it."""

    app: Any
    clock: Any
    salon: Resource
    customer: Person

    def book(self, hour: int = 9, who: Person | None = None) -> str:
        answer = (who or self.customer).book(self.salon.ref, at(hour))
        assert answer.status == 201, answer.text
        return answer.json["id"]

    def bill(self, booking: str, who: Person | None = None) -> Any:
        return (who or self.customer).client.post(f"/v1/booking-payments/{booking}")

    def pay(self, booking: str, method: str = "tok_ok", who: Person | None = None) -> Any:
        found = self.bill(booking, who)
        assert found.status == 200, found.text
        return self.confirm(found.json["id"], method, who)

    def confirm(self, payment: str, method: str = "tok_ok", who: Person | None = None) -> Any:
        return (who or self.customer).client.post(f"/v1/payments/{payment}/confirm", {"method": method})

    def status(self, booking: str) -> str:
        self.salon.provider.sign_in()
        return self.salon.provider.see(booking).json["status"]

    def cancel(self, booking: str, *, by_provider: bool = False) -> Any:
        who = self.salon.provider if by_provider else self.customer
        who.sign_in()
        return who.step(booking, "cancel", {"reason": "Ill"})

    def wait(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    def settle(self, payment: str, client: Any) -> Any:
        """Have the gateway take the money of a payment that is under way, and tell of it."""
        ref = Payment.get_by_id(payment).intent
        test_gateway.settle(ref, "captured")
        headers, body = test_gateway.webhook(ref)
        self.app.db.release()
        return client.post("/v1/payments/webhooks/test", body=body, headers=headers)

    def books(self) -> dict[str, int]:
        found = trial_balance()
        assert found["balanced"], found
        sums = found["currencies"].get("USD", {"balances": {}})["balances"]
        return {kind: amount for kind, amount in sums.items() if amount}


@pytest.fixture
def desk(app, clock, resource, person) -> Desk:  # noqa: F811 - the fixtures above
    return Desk(app, clock, resource(cancel_notice=0), person())
