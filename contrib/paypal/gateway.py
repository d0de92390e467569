"""The gateway: orders, captures, refunds and payouts by PayPal's API.

An intent is an *order*: the payer approves it on PayPal's page, then it is
captured (or authorised) by confirming. Every POST bears a `PayPal-Request-Id`. A
method that may be charged without its owner is `paypal/<id>` or `card/<id>`, a token of
the vault; an order paid by it is done when it is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import quote
from uuid import UUID

import orjson

from contrib.paypal.amounts import fault, from_paypal, to_paypal
from contrib.paypal.client import PaypalClient, issue_of
from contrib.paypal.settings import PaypalSettings
from kernel import BadRequest, Clock
from plugins.payments.api import (
    Charge,
    GatewayDeclined,
    GatewayEvent,
    Intent,
    IntentStatus,
    Kept,
    Result,
    ResultStatus,
    WebhookRefused,
)

_CAPTURES: Final[Mapping[str, IntentStatus]] = {
    "COMPLETED": "captured",
    "PARTIALLY_REFUNDED": "captured",
    "REFUNDED": "captured",
    "PENDING": "processing",
    "DECLINED": "failed",
    "FAILED": "failed",
}
_AUTHORISATIONS: Final[Mapping[str, IntentStatus]] = {
    "CREATED": "authorised",
    "PENDING": "processing",
    "DENIED": "failed",
    "VOIDED": "cancelled",
    "EXPIRED": "cancelled",
}
_REFUNDS: Final[Mapping[str, ResultStatus]] = {
    "COMPLETED": "done",
    "FAILED": "failed",
    "CANCELLED": "failed",
}
_PAYOUTS: Final[Mapping[str, ResultStatus]] = {
    "SUCCESS": "done",
    **dict.fromkeys(("FAILED", "RETURNED", "BLOCKED", "REFUNDED", "REVERSED", "DENIED"), "failed"),
}
_STORED: Final[Mapping[str, Mapping[str, str]]] = {
    "paypal": {
        "payment_initiator": "MERCHANT",
        "usage": "SUBSEQUENT",
        "usage_pattern": "RECURRING_PREPAID",
    },
    "card": {"payment_initiator": "MERCHANT", "usage": "SUBSEQUENT", "payment_type": "RECURRING"},
}
"""Kinds of vaulted methods, and what PayPal is told of a charge its owner is not there for."""
_RETRY: Final = frozenset({"INSTRUMENT_DECLINED", "PAYER_ACTION_REQUIRED", "ORDER_NOT_APPROVED"})


class PaypalGateway:
    """One PayPal account."""

    def __init__(self, settings: PaypalSettings, clock: Clock) -> None:
        self._settings = settings
        self._api = PaypalClient(settings, clock)

    def takes(self, amount: int, currency: str) -> str:
        """Return why PayPal does not take an amount."""
        return fault(amount, currency)

    def create_intent(self, charge: Charge) -> Intent:
        """`POST /v2/checkout/orders`."""
        pages = {
            "return_url": self._settings.return_url,
            "cancel_url": self._settings.cancel_url or self._settings.return_url,
            "user_action": "PAY_NOW",
        }
        unit = {
            "reference_id": "default",
            "custom_id": str(charge.payment_id),
            "amount": to_paypal(charge.amount, charge.currency),
            **({"description": charge.description[:127]} if charge.description else {}),
        }
        body = {
            "intent": "CAPTURE" if charge.capture == "automatic" else "AUTHORIZE",
            "purchase_units": [unit],
            "payment_source": {"paypal": {"experience_context": pages}},
        }
        if charge.off_session:
            body["payment_source"] = _vaulted(charge.method)
        made = _read(self._api.post("/v2/checkout/orders", body, charge.key))
        if charge.off_session and made.status == "failed":  # the next attempt is another order
            raise GatewayDeclined("The method was declined.", made.failure or "declined")
        return made

    def keep(self, token: str, key: str, ref: str = "") -> Kept:  # noqa: ARG002 - nothing is changed there
        """`GET /v3/vault/payment-tokens/{id}`: a token the payer's approval has made."""
        found = self._api.get(f"/v3/vault/payment-tokens/{quote(token, safe='')}")
        source = next((each for each in _STORED if each in found["payment_source"]), "")
        if not source:
            raise GatewayDeclined("Only PayPal accounts and cards are charged without the payer.", "not_kept")
        whose = found.get("customer") or {}
        if not whose.get("id"):
            raise GatewayDeclined("PayPal does not say which customer the token is of.", "no_customer")
        name, told = str(found["id"]), str(whose.get("merchant_customer_id") or "")
        return Kept(name, f"{source}/{name}", customer=str(whose["id"]), owner=told)

    def confirm(self, ref: str, charge: Charge) -> Intent:
        """Take what the payer approved: `POST …/capture` or `…/authorize`; before that, look."""
        order = self._api.get(_order(ref))
        if order["status"] != "APPROVED":
            return _read(order)
        step = "capture" if order["intent"] == "CAPTURE" else "authorize"
        answer = self._api.call("POST", f"{_order(ref)}/{step}", {}, charge.key)
        if answer.ok:
            return self.fetch(ref)
        issue = issue_of(answer)
        if issue in _RETRY:  # the payer may choose another card on PayPal's page
            found = _read(order)
            return Intent(ref, "failed", found.amount, found.currency, failure=issue.lower())
        if issue in ("ORDER_ALREADY_CAPTURED", "ORDER_ALREADY_AUTHORIZED"):
            return self.fetch(ref)
        raise GatewayDeclined(str(answer.body.get("message") or "PayPal refused."), issue.lower())

    def fetch(self, ref: str) -> Intent:
        """`GET /v2/checkout/orders/{id}`."""
        return _read(self._api.get(_order(ref)))

    def capture(self, ref: str, charge: Charge) -> Intent:
        """`POST /v2/payments/authorizations/{id}/capture`."""
        order = self._api.get(_order(ref))
        if not _of(order, "captures"):
            held = _first(order, "authorizations")
            body = {"amount": to_paypal(charge.amount, charge.currency), "final_capture": True}
            self._api.post(f"/v2/payments/authorizations/{held}/capture", body, charge.key)
        return self.fetch(ref)

    def cancel(self, ref: str, key: str) -> Intent:
        """Void what is authorised; an order that is only approved takes no money by itself."""
        order = self._api.get(_order(ref))
        found = _read(order)
        if found.status == "captured":
            return found
        if found.status == "authorised":
            self._api.call(
                "POST", f"/v2/payments/authorizations/{_first(order, 'authorizations')}/void", {}, key
            )
            found = self.fetch(ref)
            if found.status in ("captured", "authorised"):
                return found
        return Intent(ref, "cancelled", found.amount, found.currency)

    def refund(self, ref: str, amount: int, currency: str, key: str) -> Result:
        """`POST /v2/payments/captures/{id}/refund`."""
        captured = _first(self._api.get(_order(ref)), "captures")
        body = {"amount": to_paypal(amount, currency), "custom_id": key}
        return _refund(self._api.post(f"/v2/payments/captures/{captured}/refund", body, key))

    def payout(self, destination: str, amount: int, currency: str, key: str) -> Result:
        """`POST /v1/payments/payouts`: one item to an e-mail address of a PayPal account."""
        money = to_paypal(amount, currency)
        item = {
            "recipient_type": "EMAIL", "receiver": destination, "sender_item_id": key,
            "amount": {"currency": money["currency_code"], "value": money["value"]},
        }  # fmt: skip
        body = {"sender_batch_header": {"sender_batch_id": key}, "items": [item]}
        made = self._api.post("/v1/payments/payouts", body, key)
        return Result(str(made["batch_header"]["payout_batch_id"]), "pending")

    def fetch_result(self, kind: Literal["refund", "payout"], ref: str) -> Result:
        """`GET /v2/payments/refunds/{id}` or `/v1/payments/payouts/{id}`."""
        name = quote(ref, safe="")
        if kind == "refund":
            return _refund(self._api.get(f"/v2/payments/refunds/{name}"))
        [item] = self._api.get(f"/v1/payments/payouts/{name}").get("items") or [{}]
        status = _PAYOUTS.get(str(item.get("transaction_status")), "pending")
        return Result(ref, status, str((item.get("errors") or {}).get("name") or "").lower())

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> GatewayEvent | None:
        """Ask PayPal whether it sent it, then read captures, authorisations and refunds."""
        try:
            told = orjson.loads(body)
            kind, about = str(told["event_type"]), told["resource"]
            event_id = str(told["id"])
        except (ValueError, KeyError, TypeError) as ex:
            raise BadRequest("The webhook is no event of PayPal.") from ex
        self._verify(headers, body)
        try:
            if kind == "PAYMENT.CAPTURE.REFUNDED":
                return self._refunded(event_id, kind, about)
            return _event(event_id, kind, about)
        except (ValueError, KeyError, TypeError) as ex:
            raise BadRequest("The webhook is no event of PayPal.") from ex

    def _refunded(self, event_id: str, kind: str, about: Mapping[str, Any]) -> GatewayEvent:
        """Read a refund, and ask for the capture it is of: only that names the order."""
        result, of = _refund(about), None
        capture = next((one["href"] for one in about.get("links") or [] if one["rel"] == "up"), "")
        if capture:
            name = quote(str(capture).rpartition("/")[2], safe="")
            money, ids = from_paypal(about["amount"]), self._related(f"/v2/payments/captures/{name}")
            of = Intent(str(ids["order_id"]), "captured", money.amount, money.currency) if ids else None
        key = str(about.get("custom_id") or "")
        return GatewayEvent(event_id, kind, result=result, key=key, refund_of=of)

    def _related(self, path: str) -> Mapping[str, Any]:
        """Return what a capture belongs to; nothing for one of another shop's, or without an order."""
        try:
            found = self._api.get(path)
        except GatewayDeclined:
            return {}
        ids: Mapping[str, Any] = (found.get("supplementary_data") or {}).get("related_ids") or {}
        return ids if ids.get("order_id") else {}

    def _verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """`POST /v1/notifications/verify-webhook-signature`, with the event exactly as it came.

        PayPal checks a CRC32 of the bytes, so the event is not written anew.
        """
        told = {
            name.replace("-", "_"): headers.get(f"paypal-{name}", "")
            for name in ("auth-algo", "cert-url", "transmission-id", "transmission-sig", "transmission-time")
        }
        if not self._settings.webhook_id or not all(told.values()):
            raise WebhookRefused("The headers of PayPal are missing, or [paypal] webhook_id is empty.")
        asked = orjson.dumps({**told, "webhook_id": self._settings.webhook_id})[:-1]
        data = asked + b',"webhook_event":' + body + b"}"
        answer = self._api.call("POST", "/v1/notifications/verify-webhook-signature", data=data)
        if not answer.ok or answer.body.get("verification_status") != "SUCCESS":
            raise WebhookRefused("PayPal did not send this.")


def _vaulted(method: str) -> dict[str, Any]:
    source, _, name = method.partition("/")
    return {source: {"vault_id": name, "stored_credential": _STORED[source]}}


def _event(event_id: str, kind: str, about: Mapping[str, Any]) -> GatewayEvent | None:
    for prefix, table in (("PAYMENT.CAPTURE.", _CAPTURES), ("PAYMENT.AUTHORIZATION.", _AUTHORISATIONS)):
        if kind.startswith(prefix):
            order = str(about["supplementary_data"]["related_ids"]["order_id"])
            money = from_paypal(about["amount"])
            intent = Intent(
                order, table.get(str(about["status"]), "processing"), money.amount, money.currency,
                failure=str((about.get("status_details") or {}).get("reason") or "").lower(), fee=_fee(about),
            )  # fmt: skip
            return GatewayEvent(event_id, kind, intent=intent, payment_id=_uuid(about.get("custom_id")))
    return None


def _read(order: Mapping[str, Any]) -> Intent:
    """Return an order as an intent; what went furthest on it counts."""
    money = from_paypal(order["purchase_units"][0]["amount"])
    failure, client, fee = "", {}, None
    if captures := _of(order, "captures"):
        status = _CAPTURES.get(str(captures[-1]["status"]), "processing")
        failure = str((captures[-1].get("status_details") or {}).get("reason") or "").lower()
        money, fee = from_paypal(captures[-1]["amount"]), _fee(captures[-1])
    elif held := _of(order, "authorizations"):
        status = _AUTHORISATIONS.get(str(held[-1]["status"]), "processing")
    elif order["status"] == "VOIDED":
        status = "cancelled"
    else:
        links = {one["rel"]: one["href"] for one in order.get("links") or []}
        status = "requires_action"
        client = {
            "order_id": order["id"],
            "approve_url": links.get("payer-action") or links.get("approve", ""),
        }
    return Intent(
        str(order["id"]), status, money.amount, money.currency, client=client, failure=failure, fee=fee
    )


def _fee(capture: Mapping[str, Any]) -> int | None:
    """Return what PayPal keeps of a capture; None where it does not say, or in another currency."""
    told = (capture.get("seller_receivable_breakdown") or {}).get("paypal_fee")
    if not told or told["currency_code"] != capture["amount"]["currency_code"]:
        return None
    return from_paypal(told).amount


def _of(order: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = (order["purchase_units"][0].get("payments") or {}).get(kind) or []
    return found


def _first(order: Mapping[str, Any], kind: str) -> str:
    found = _of(order, kind)
    if not found:
        raise GatewayDeclined(f"The order has no {kind}.", f"no_{kind}")
    return quote(str(found[-1]["id"]), safe="")


def _refund(about: Mapping[str, Any]) -> Result:
    reason = str((about.get("status_details") or {}).get("reason") or "").lower()
    return Result(str(about["id"]), _REFUNDS.get(str(about.get("status")), "pending"), reason)


def _order(ref: str) -> str:
    return f"/v2/checkout/orders/{quote(ref, safe='')}"


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
