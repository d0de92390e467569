"""Razorpay on loopback: orders, payments, captures, refunds, payouts, signed webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contrib.gateway_api import Call, GatewayApi, running
from tests.contrib.gateway_shop import Shop

KEY_ID, KEY_SECRET, SECRET = "rzp_test_harbour", "violet-harbour", "amber-lantern"
_numbers = itertools.count(1)


class Razorpay(GatewayApi):
    """One account; `pay` is what Checkout on the payer's device does."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.payouts: dict[str, dict[str, Any]] = {}
        self.tokens = {
            "token_1": "confirmed",
            "token_2": "confirmed",
            "token_bad": "confirmed",
            "token_new": "initiated",
        }
        super().__init__()

    def pay(self, order_id: str, status: str = "") -> dict[str, str]:
        """Pay an order; return what Checkout hands to the page."""
        order, name = self.orders[order_id], f"pay_{next(_numbers)}"
        taken = "captured" if order["payment_capture"] else "authorized"
        self.payments[name] = {
            "id": name, "order_id": order_id, "amount": order["amount"], "currency": order["currency"],
            "status": status or taken, "error_reason": "payment_cancelled" if status == "failed" else None,
        }  # fmt: skip
        signature = hmac.new(KEY_SECRET.encode(), f"{order_id}|{name}".encode(), hashlib.sha256).hexdigest()
        return {"razorpay_payment_id": name, "razorpay_order_id": order_id, "razorpay_signature": signature}

    def reply(self, call: Call) -> tuple[int, Any]:  # noqa: C901, PLR0911 - a line a route
        basic = base64.b64encode(f"{KEY_ID}:{KEY_SECRET}".encode()).decode()
        if call.headers["Authorization"] != f"Basic {basic}":
            return 401, error("The api key provided is invalid")
        match call.method, call.path.strip("/").split("/")[1:]:
            case "GET", ["orders"]:
                return 200, _items(self.orders, "receipt", call.query["receipt"])
            case "POST", ["orders"]:
                return 200, self._kept(self.orders, "order", {"status": "created", **call.json})
            case "GET", ["orders", name]:
                return 200, self.orders[name]
            case "GET", ["orders", name, "payments"]:
                return 200, _items(self.payments, "order_id", name)
            case "GET", ["customers", "cust_1"]:
                return 200, {"id": "cust_1", "email": "ada@example.com", "contact": "+919999999999"}
            case "GET", ["customers", _, "tokens", name] if name in self.tokens:
                recurring = {"status": self.tokens[name]}
                return 200, {"id": name, "recurring": True, "recurring_details": recurring}
            case "POST", ["payments", "create", "recurring"]:
                return self._recurring(call.json)
            case "POST", ["payments", name, "capture"]:
                return self._captured(self.payments[name], call.json)
            case "POST", ["payments", name, "refund"]:
                return self._refunded(self.payments[name], call)
            case "POST", ["payouts"]:
                return self._paid_out(call)
            case "GET", ["refunds" | "payouts" as kind, name]:
                return 200, getattr(self, kind)[name]
        return 404, error("The requested URL was not found on the server.")

    def _kept(self, where: dict[str, Any], prefix: str, made: dict[str, Any]) -> dict[str, Any]:
        name = f"{prefix}_{next(_numbers)}"
        where[name] = {"id": name, **made}
        return where[name]

    def _recurring(self, given: dict[str, Any]) -> tuple[int, Any]:
        assert {"email", "contact", "customer_id", "recurring"} <= given.keys()
        taken = self.orders[given["order_id"]]
        assert (given["amount"], given["currency"]) == (taken["amount"], taken["currency"])
        paid = self.pay(given["order_id"], "failed" if given["token"] == "token_bad" else "")
        self.payments[paid["razorpay_payment_id"]]["notes"] = given["notes"]
        return 200, paid

    def _captured(self, payment: dict[str, Any], given: Any) -> tuple[int, Any]:
        if payment["status"] != "authorized":
            return 400, error("This payment has already been captured")
        if given["amount"] != payment["amount"]:
            return 400, error("Capture amount must be equal to the amount authorized")
        payment["status"] = "captured"
        return 200, payment

    def _refunded(self, payment: dict[str, Any], call: Call) -> tuple[int, Any]:
        key = call.headers["X-Refund-Idempotency"]
        known = [each for each in self.refunds.values() if each["key"] == key]
        if known:
            return 200, known[0]
        back = sum(each["amount"] for each in self.refunds.values() if each["payment_id"] == payment["id"])
        if back + call.json["amount"] > payment["amount"]:
            return 400, error("The total refund amount is greater than the refund payment amount")
        made = {"payment_id": payment["id"], "status": "pending", "key": key, **call.json}
        return 200, self._kept(self.refunds, "rfnd", made)

    def _paid_out(self, call: Call) -> tuple[int, Any]:
        key = call.headers["X-Payout-Idempotency"]
        made = {"status": "processing", "key": key, **call.json}
        return 200, self._kept(self.payouts, "pout", made)


def _items(where: dict[str, Any], name: str, value: str) -> Any:
    found = [each for each in where.values() if each[name] == value]
    return {"entity": "collection", "count": len(found), "items": found}


def error(text: str) -> Any:
    return {"error": {"code": "BAD_REQUEST_ERROR", "description": text, "reason": None}}


def signed(
    event: str, entity: Any, event_id: str = "", secret: str = SECRET, **beside: Any
) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a webhook as Razorpay sends it; a refund's has its payment `beside` it."""
    payload = {event.partition(".")[0]: entity, **beside}
    told = {"event": event, "payload": {name: {"entity": each} for name, each in payload.items()}}
    body = json.dumps(told).encode()
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-razorpay-signature": right, "x-razorpay-event-id": event_id or f"evt_{next(_numbers)}"}, body


@pytest.fixture
def razorpay() -> Iterator[Razorpay]:
    yield from running(Razorpay)


@pytest.fixture
def shop(make_app, razorpay) -> Shop:
    settings = {
        "key_id": KEY_ID, "key_secret": KEY_SECRET, "webhook_secrets": ["old", SECRET], "url": razorpay.url,
        "timeout": 5.0, "account_number": "7878780080316316",
    }  # fmt: skip
    return Shop.of(make_app, "razorpay", settings)
