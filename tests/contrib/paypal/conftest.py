"""PayPal on loopback: tokens, orders, authorisations, refunds, payouts, verification of webhooks."""

from __future__ import annotations

import base64
import itertools
import json
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contrib.gateway_api import Call, GatewayApi, running
from tests.contrib.gateway_shop import Shop

CLIENT, SECRET, WEBHOOK = "harbour", "violet-harbour", "9XL90610J3647323C"
RETURN = "https://shop.example/paid"
_numbers = itertools.count(1)


class Paypal(GatewayApi):
    """One account; `approve` is what the payer does on PayPal's page."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.payouts: dict[str, dict[str, Any]] = {}
        self.sent: dict[str, int] = {}
        self.kept: dict[str, tuple[int, Any]] = {}
        self.tokens: list[str] = []
        self.customer = {"id": "c1"}
        self.declines = False
        self.fee = ""
        super().__init__()

    def approve(self, order_id: str) -> None:
        self.orders[order_id]["status"] = "APPROVED"

    def reply(self, call: Call) -> tuple[int, Any]:
        if call.path == "/v1/oauth2/token":
            return self._token(call)
        if call.headers["Authorization"] != f"Bearer {self.tokens[-1]}":
            return 401, {"name": "AUTHENTICATION_FAILURE"}
        if call.path == "/v1/notifications/verify-webhook-signature":
            return 200, {"verification_status": self._verified(call)}
        key = call.headers["PayPal-Request-Id"]
        assert key or call.method == "GET", "every POST has a key"
        if key in self.kept:
            return self.kept[key]
        answer = self._done(call)
        if key and answer[0] < 300:
            self.kept[key] = json.loads(json.dumps(answer))
        return answer

    def send(self, kind: str, resource: Any, event_id: str = "") -> tuple[dict[str, str], bytes]:
        """Return headers and body of a webhook; PayPal remembers that it sent exactly these bytes."""
        told = {"id": event_id or f"WH-{next(_numbers)}", "event_type": kind, "resource": resource}
        body = json.dumps(told, indent=1).encode()
        name = f"transmission-{next(_numbers)}"
        self.sent[name] = zlib.crc32(body)
        headers = {
            "paypal-auth-algo": "SHA256withRSA", "paypal-cert-url": "https://api.paypal.com/v1/certs/1",
            "paypal-transmission-id": name, "paypal-transmission-sig": "c2lnbmVk",
            "paypal-transmission-time": "2026-01-31T12:00:00Z",
        }  # fmt: skip
        return headers, body

    def capture_of(self, order_id: str) -> dict[str, Any]:
        """Return a capture as a webhook shows it."""
        found = self.orders[order_id]["purchase_units"][0]["payments"]["captures"][-1]
        return {**found, "supplementary_data": {"related_ids": {"order_id": order_id}}}

    def _token(self, call: Call) -> tuple[int, Any]:
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if call.headers["Authorization"] != f"Basic {basic}" or call.form != {
            "grant_type": "client_credentials"
        }:
            return 401, {"error": "invalid_client"}
        self.tokens.append(f"A21-{next(_numbers)}")
        return 200, {"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": 32400}

    def _verified(self, call: Call) -> str:
        """Compare the CRC32 of the event's bytes as they stand in the request, as PayPal does."""
        told = call.json
        event = call.body.split(b',"webhook_event":', 1)[1][:-1]
        right = told["webhook_id"] == WEBHOOK and self.sent.get(told["transmission_id"]) == zlib.crc32(event)
        return "SUCCESS" if right else "FAILURE"

    def _done(self, call: Call) -> tuple[int, Any]:  # noqa: PLR0911 - a line a route
        match call.method, call.path.strip("/").split("/")[1:]:
            case "GET", ["vault", "payment-tokens", name]:
                kind = "venmo" if name == "vault_venmo" else "paypal"
                return 200, {"id": name, "customer": dict(self.customer), "payment_source": {kind: {}}}
            case "POST", ["checkout", "orders"]:
                return self._ordered(call.json)
            case "GET", ["checkout", "orders", name]:
                return 200, self.orders[name]
            case "POST", ["checkout", "orders", name, "capture" | "authorize" as step]:
                return self._taken(self.orders[name], step)
            case "POST", ["payments", "authorizations", name, step]:
                return self._settled(name, step)
            case "POST", ["payments", "captures", name, "refund"]:
                return self._refunded(name, call.json)
        return self._paid_out(call)

    def _capture(self, name: str) -> tuple[int, Any]:
        for order in self.orders.values():
            for each in order["purchase_units"][0].get("payments", {}).get("captures", []):
                if each["id"] == name:
                    return 200, {**each, "supplementary_data": {"related_ids": {"order_id": order["id"]}}}
        return 404, issue("RESOURCE_NOT_FOUND")

    def _paid_out(self, call: Call) -> tuple[int, Any]:
        kind, name = call.path.strip("/").split("/")[2], call.path.rpartition("/")[2]
        if kind == "captures":
            return self._capture(name)
        if call.method == "GET":
            return 200, (self.refunds if kind == "refunds" else self.payouts)[name]
        name = f"BATCH{next(_numbers)}"
        self.payouts[name] = {
            "items": [{"transaction_status": "PENDING", "payout_item": call.json["items"][0]}]
        }
        return 201, {"batch_header": {"payout_batch_id": name, "batch_status": "PENDING"}}

    def _ordered(self, given: Any) -> tuple[int, Any]:
        name = f"ORDER{next(_numbers)}"
        links = [{"rel": "payer-action", "href": f"https://www.paypal.com/checkoutnow?token={name}"}]
        order = {"id": name, "status": "PAYER_ACTION_REQUIRED", "links": links, **given}
        [stored] = given["payment_source"].values()
        if "vault_id" in stored:
            return self._charged(order, stored)
        self.orders[name] = order
        return 200, order

    def _charged(self, order: dict[str, Any], stored: dict[str, Any]) -> tuple[int, Any]:
        """Pay an order by a token of the vault, in the call that makes it; `vault_bad` is declined."""
        assert stored["stored_credential"]["payment_initiator"] == "MERCHANT"
        if stored["vault_id"] == "vault_sca":
            self.orders[order["id"]] = order
            return 201, order
        if stored["vault_id"] != "vault_1":
            return 422, issue("INSTRUMENT_DECLINED")
        self.orders[order["id"]] = {**order, "status": "APPROVED"}
        return self._taken(self.orders[order["id"]], "capture")

    def _taken(self, order: dict[str, Any], step: str) -> tuple[int, Any]:
        if order["status"] != "APPROVED":
            return 422, issue("ORDER_NOT_APPROVED")
        if self.declines:
            order["status"] = "PAYER_ACTION_REQUIRED"
            return 422, issue("INSTRUMENT_DECLINED")
        [unit] = order["purchase_units"]
        kind, status = ("captures", "COMPLETED") if step == "capture" else ("authorizations", "CREATED")
        made = {"id": f"{kind[:3].upper()}{next(_numbers)}", "status": status, "amount": unit["amount"],
                "custom_id": unit["custom_id"]}  # fmt: skip
        if kind == "captures" and self.fee:
            made["seller_receivable_breakdown"] = {
                "paypal_fee": {"currency_code": unit["amount"]["currency_code"], "value": self.fee}
            }
        unit["payments"] = {kind: [made]}
        order["status"] = "COMPLETED"
        return 201, order

    def _settled(self, name: str, step: str) -> tuple[int, Any]:
        for order in self.orders.values():
            payments = order["purchase_units"][0].get("payments", {})
            for held in payments.get("authorizations", []):
                if held["id"] == name:
                    held["status"] = "CAPTURED" if step == "capture" else "VOIDED"
                    if step == "capture":
                        taken = {**held, "id": f"CAP{next(_numbers)}", "status": "COMPLETED"}
                        payments["captures"] = [taken]
                    return 201, held
        return 404, issue("INVALID_RESOURCE_ID")

    def _refunded(self, capture: str, given: Any) -> tuple[int, Any]:
        made = {"id": f"REF{next(_numbers)}", "status": "COMPLETED", "capture": capture, **given}
        self.refunds[made["id"]] = made
        return 201, made


def issue(word: str) -> Any:
    return {"name": "UNPROCESSABLE_ENTITY", "message": "It could not be done.", "details": [{"issue": word}]}


@pytest.fixture
def paypal() -> Iterator[Paypal]:
    yield from running(Paypal)


@pytest.fixture
def shop(make_app, paypal) -> Shop:
    settings = {
        "client_id": CLIENT, "client_secret": SECRET, "webhook_id": WEBHOOK, "return_url": RETURN,
        "url": paypal.url, "timeout": 5.0,
    }  # fmt: skip
    return Shop.of(make_app, "paypal", settings)
