"""Stripe on loopback: payment intents, refunds, transfers, idempotency keys, signed webhooks."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contrib.gateway_api import Call, GatewayApi, running
from tests.contrib.gateway_shop import Shop

KEY, SECRET = "sk_test_violet-harbour", "whsec_violet-harbour"
_numbers = itertools.count(1)


class Stripe(GatewayApi):
    """One account; the token of a method decides what comes of it, as Stripe's test cards do."""

    def __init__(self) -> None:
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.setups: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, tuple[bytes, tuple[int, Any]]] = {}
        self.owners: dict[str, str] = {}
        self.forms: list[dict[str, str]] = []
        self.fee: int | None = None
        super().__init__()

    def reply(self, call: Call) -> tuple[int, Any]:
        if call.headers["Authorization"] != f"Bearer {KEY}":
            return 401, error("invalid_request_error", "", "Invalid API Key provided")
        if call.method == "GET":
            return self._expanded(self._found(call.path), call.query)
        assert call.headers["Content-Type"] == "application/x-www-form-urlencoded" or not call.body
        key = call.headers["Idempotency-Key"]
        assert key, "every POST has a key"
        if key in self.kept:
            body, answer = self.kept[key]
            return answer if body == call.body else (400, error("idempotency_error", "", "Other parameters"))
        self.forms.append(call.form)
        answer = self._expanded(self._done(call), call.form)
        self.kept[key] = (call.body, json.loads(json.dumps(answer)))
        return answer

    def _found(self, path: str) -> tuple[int, Any]:
        kind, _, name = path.removeprefix("/v1/").partition("/")
        found = {"payment_intents": self.intents, "refunds": self.refunds, "setup_intents": self.setups}.get(
            kind, {}
        ).get(name)
        return (200, found) if found else (404, error("invalid_request_error", "resource_missing", "No such"))

    def _expanded(self, answer: tuple[int, Any], asked: dict[str, str]) -> tuple[int, Any]:
        """Put the charge with its fee into a paid intent, for who asks for it."""
        status, about = answer
        if self.fee is None or about.get("status") != "succeeded" or not about.get("client_secret"):
            return answer
        assert asked["expand[]"] == "latest_charge.balance_transaction"
        settled = {"currency": about["currency"], "fee": self.fee}
        return status, {**about, "latest_charge": {"id": "ch_1", "balance_transaction": settled}}

    def _done(self, call: Call) -> tuple[int, Any]:  # noqa: PLR0911 - a line a route
        if call.path == "/v1/payment_intents":
            return self._created(call.form)
        if call.path == "/v1/customers":
            return 200, {"id": f"cus_{next(_numbers)}", "object": "customer"}
        if call.path == "/v1/setup_intents":
            return self._set_up(call.form)
        if call.path == "/v1/refunds":
            return self._refunded(call.form)
        if call.path == "/v1/transfers":
            return 200, {"id": f"tr_{next(_numbers)}", "reversed": False}
        name, _, step = call.path.removeprefix("/v1/payment_intents/").partition("/")
        if not step:
            self.intents[name].update(call.form)
            return 200, self.intents[name]
        return getattr(self, f"_{step}")(self.intents[name], call.form)

    def _created(self, form: dict[str, str]) -> tuple[int, Any]:
        made = {
            "id": f"pi_{next(_numbers)}", "object": "payment_intent", "amount": int(form["amount"]),
            "amount_received": 0, "currency": form["currency"], "capture_method": form["capture_method"],
            "status": "requires_payment_method", "client_secret": "pi_secret", "last_payment_error": None,
            "metadata": {"payment_id": form["metadata[payment_id]"]}, "customer": form.get("customer"),
        }  # fmt: skip
        self.intents[made["id"]] = made
        return self._confirm(made, form) if form.get("confirm") else (200, made)

    def _confirm(self, intent: dict[str, Any], form: dict[str, str]) -> tuple[int, Any]:  # noqa: PLR0911 - a line an outcome
        if intent["status"] != "requires_payment_method":
            return 400, error(
                "invalid_request_error", "payment_intent_unexpected_state", "Unexpected", intent
            )
        owner = self.owners.get(form["payment_method"])
        if owner and owner != intent["customer"]:
            return 400, error("invalid_request_error", "payment_method_customer", "Not the customer's")
        if form.get("off_session") and not owner:
            return 400, error("invalid_request_error", "payment_method_unattached", "No customer has it")
        if form.get("off_session") and form["payment_method"] == "pm_sca":
            told = {"code": "authentication_required", "payment_method": {"id": "pm_sca"}}
            intent["last_payment_error"] = told
            return 402, error("card_error", "authentication_required", "Authenticate.", intent)
        if form["payment_method"] == "pm_card_declined":
            intent["last_payment_error"] = {"code": "card_declined", "decline_code": "do_not_honor"}
            told = error("card_error", "card_declined", "Your card was declined.", intent)
            told["error"]["decline_code"] = "do_not_honor"
            return 402, told
        if form["payment_method"] == "pm_3ds":
            intent["status"] = "requires_action"
            return 200, intent
        return 200, self.succeed(intent)

    def _set_up(self, form: dict[str, str]) -> tuple[int, Any]:
        """Attach a method to a customer; `pm_3ds` when its owner has confirmed, see `confirm_setup`."""
        assert (form["usage"], form["confirm"]) == ("off_session", "true")
        if form["payment_method"] == "pm_card_declined":
            return 402, error("card_error", "card_declined", "Your card was declined.")
        made = {
            "id": f"seti_{next(_numbers)}", "object": "setup_intent", "customer": form["customer"],
            "payment_method": form["payment_method"], "client_secret": "seti_secret",
            "status": "requires_action",
        }  # fmt: skip
        self.setups[made["id"]] = made
        if form["payment_method"] != "pm_3ds":
            self.confirm_setup(made["id"])
        return 200, made

    def confirm_setup(self, name: str) -> None:
        """Let the owner confirm, as their device does."""
        made = self.setups[name]
        made["status"] = "succeeded"
        self.owners[made["payment_method"]] = made["customer"]

    def succeed(self, intent: dict[str, Any]) -> dict[str, Any]:
        manual = intent["capture_method"] == "manual" and intent["status"] != "requires_capture"
        intent.update(status="requires_capture" if manual else "succeeded", last_payment_error=None)
        intent["amount_received"] = 0 if manual else intent["amount"]
        return intent

    def _capture(self, intent: dict[str, Any], form: dict[str, str]) -> tuple[int, Any]:
        return 200, self.succeed(intent)

    def _cancel(self, intent: dict[str, Any], form: dict[str, str]) -> tuple[int, Any]:
        if intent["status"] == "succeeded":
            return 400, error(
                "invalid_request_error", "payment_intent_unexpected_state", "Unexpected", intent
            )
        intent["status"] = "canceled"
        return 200, intent

    def _refunded(self, form: dict[str, str]) -> tuple[int, Any]:
        intent, amount = self.intents[form["payment_intent"]], int(form["amount"])
        back = sum(each["amount"] for each in self.refunds.values() if each["status"] != "failed")
        if back + amount > intent["amount_received"]:
            return 400, error("invalid_request_error", "charge_already_refunded", "Greater than unrefunded")
        made = {
            "id": f"re_{next(_numbers)}", "object": "refund", "amount": amount, "status": "succeeded",
            "metadata": {"key": form["metadata[key]"]},
        }  # fmt: skip
        self.refunds[made["id"]] = made
        return 200, made


def error(kind: str, code: str, message: str, intent: Any = None) -> Any:
    told = {"type": kind, "code": code, "message": message}
    return {"error": {**told, "payment_intent": intent} if intent else told}


def signed(
    now: int, kind: str, about: Any, event_id: str = "", secret: str = SECRET
) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a webhook as Stripe sends it."""
    told = {
        "id": event_id or f"evt_{next(_numbers)}",
        "object": "event",
        "type": kind,
        "data": {"object": about},
    }
    body = json.dumps(told).encode()
    right = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={now},v1={'0' * 64},v1={right},v0=old"}, body


@pytest.fixture
def stripe() -> Iterator[Stripe]:
    yield from running(Stripe)


@pytest.fixture
def shop(make_app, stripe) -> Shop:
    settings = {
        "secret_key": KEY, "url": stripe.url, "webhook_secrets": ["whsec_old", SECRET],
        "publishable_key": "pk_test_1", "timeout": 5.0,
    }  # fmt: skip
    return Shop.of(make_app, "stripe", settings)
