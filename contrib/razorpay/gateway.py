"""The gateway: orders, payments, refunds and payouts by Razorpay's API.

An intent is a Razorpay *order*; the payer's device pays it and brings back a
payment id with a signature. Creating an order takes no idempotency key, so one
with our receipt is looked for first; refunds and payouts take one. A method that
may be charged without its owner is `<customer>/<token>`, as a payment with
`recurring` leaves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Literal
from urllib.parse import quote

import orjson

from contrib.razorpay import signatures
from contrib.razorpay.settings import RazorpaySettings
from kernel import BadRequest
from plugins.payments.api import (
    Charge,
    GatewayDeclined,
    GatewayEvent,
    GatewayHttp,
    GatewayUnavailable,
    Intent,
    IntentStatus,
    Kept,
    Result,
    ResultStatus,
    WebhookRefused,
    decimals,
)

_STATUSES: Final[Mapping[str, IntentStatus]] = {
    "created": "processing",
    "authorized": "authorised",
    "captured": "captured",
    "refunded": "captured",
    "failed": "failed",
}
_RANK: Final = ("captured", "authorised", "processing", "failed")
_ENDS: Final[Mapping[str, ResultStatus]] = {
    "processed": "done",
    **dict.fromkeys(("failed", "rejected", "reversed", "cancelled"), "failed"),
}
_LEAST: Final = 100  # paise
_ACCESS: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)


class RazorpayGateway:
    """One Razorpay account."""

    def __init__(self, settings: RazorpaySettings) -> None:
        self._settings = settings
        self._http = GatewayHttp(settings.url, settings.timeout, auth=(settings.key_id, settings.key_secret))

    def takes(self, amount: int, currency: str) -> str:
        """Return why Razorpay does not take an amount: too small, or three decimals that do not end in 0."""
        if currency == "INR" and amount < _LEAST:
            return "Razorpay takes 1.00 INR or more."
        if decimals(currency) == 3 and amount % 10:  # noqa: PLR2004
            return f"Razorpay takes {currency} with 0 as the last decimal."
        return ""

    def create_intent(self, charge: Charge) -> Intent:
        """`POST /v1/orders`, unless there is one with our receipt already."""
        known = self._get(f"/v1/orders?receipt={charge.key}").get("items") or []
        order = known[0] if known else self._order(charge)
        return self._recurring(str(order["id"]), charge) if charge.off_session else self._waiting(order)

    def confirm(self, ref: str, charge: Charge) -> Intent:
        """Check what the payer's device brought back; capture what is only authorised."""
        if charge.off_session:
            return self._recurring(ref, charge)
        given = charge.data
        if given and not signatures.of_payment(
            ref,
            given.get("razorpay_payment_id", ""),
            given.get("razorpay_signature", ""),
            self._settings.key_secret,
        ):
            raise GatewayDeclined("The signature is not Razorpay's.", "bad_signature")
        found = self.fetch(ref)
        if found.status == "authorised" and charge.capture == "automatic":
            return self.capture(ref, charge)
        return found

    def keep(self, token: str, key: str, ref: str = "") -> Kept:  # noqa: ARG002 - nothing is changed there
        """`GET /v1/customers/{id}/tokens/{id}`: the token is there, and confirmed for recurring payments."""
        found = self._get(_token_path(token))
        details = found.get("recurring_details") or {}
        if not found.get("recurring") or details.get("status") != "confirmed":
            raise GatewayDeclined("The token is not confirmed for recurring payments.", "not_recurring")
        customer, _, _ = token.partition("/")
        return Kept(str(found["id"]), f"{customer}/{found['id']}", customer=customer)

    def fetch(self, ref: str) -> Intent:
        """`GET /v1/orders/{id}/payments`: of several attempts the one that went furthest counts."""
        best = self._best(ref)
        return self._read(ref, best) if best else self._waiting(self._get(_order_path(ref)))

    def capture(self, ref: str, charge: Charge) -> Intent:
        """`POST /v1/payments/{id}/capture`."""
        best = self._best(ref)
        if best is None:
            raise GatewayDeclined("Nobody has paid the order.", "order_unpaid")
        if best["status"] == "authorized":
            body = {"amount": charge.amount, "currency": charge.currency}
            try:
                best = self._post(f"/v1/payments/{quote(best['id'], safe='')}/capture", body)
            except GatewayDeclined:
                again = self._best(ref)  # it was captured by another call, or it cannot be
                if again is None or again["status"] != "captured":
                    raise
                best = again
        return self._read(ref, best)

    def cancel(self, ref: str, key: str) -> Intent:  # noqa: ARG002 - nothing is changed there
        """Leave the order: Razorpay returns what is not captured by itself, and has no way to close one."""
        found = self.fetch(ref)
        if found.status == "captured":
            return found
        return Intent(ref, "cancelled", found.amount, found.currency)

    def refund(self, ref: str, amount: int, currency: str, key: str) -> Result:  # noqa: ARG002 - the payment's
        """`POST /v1/payments/{id}/refund`."""
        best = self._best(ref)
        if best is None or best["status"] not in ("captured", "refunded"):
            raise GatewayDeclined("Nothing was captured.", "not_captured")
        body = {"amount": amount, "speed": "normal", "receipt": key, "notes": {"key": key}}
        path = f"/v1/payments/{quote(best['id'], safe='')}/refund"
        return _result(self._post(path, body, {"X-Refund-Idempotency": key}))

    def payout(self, destination: str, amount: int, currency: str, key: str) -> Result:
        """`POST /v1/payouts` to a fund account (RazorpayX)."""
        if not self._settings.account_number:
            raise GatewayDeclined("[razorpay] account_number is empty: no payouts are sent.", "no_payouts")
        body = {
            "account_number": self._settings.account_number, "fund_account_id": destination, "amount": amount,
            "currency": currency, "mode": self._settings.payout_mode, "purpose": "payout",
            "reference_id": key,
            "queue_if_low_balance": True,
        }  # fmt: skip
        return _result(self._post("/v1/payouts", body, {"X-Payout-Idempotency": key}))

    def fetch_result(self, kind: Literal["refund", "payout"], ref: str) -> Result:
        """`GET /v1/refunds/{id}` or `/v1/payouts/{id}`."""
        return _result(self._get(f"/v1/{kind}s/{quote(ref, safe='')}"))

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> GatewayEvent | None:
        """Read `payment.*`, `refund.*` and `payout.*`; the rest is of no interest."""
        signatures.of_webhook(headers.get("x-razorpay-signature", ""), body, self._settings.webhook_secrets)
        event_id = headers.get("x-razorpay-event-id", "")
        if not 0 < len(event_id) <= 255:  # noqa: PLR2004
            raise WebhookRefused("The header X-Razorpay-Event-Id is missing.")
        try:
            told = orjson.loads(body)
            return self._event(event_id, str(told["event"]), told["payload"])
        except (ValueError, KeyError, TypeError) as ex:
            raise BadRequest("The webhook is no event of Razorpay.") from ex

    def _event(self, event_id: str, kind: str, payload: Mapping[str, Any]) -> GatewayEvent | None:
        about = kind.partition(".")[0]
        if about == "payment" and payload["payment"]["entity"].get("order_id"):
            entity = payload["payment"]["entity"]
            return GatewayEvent(event_id, kind, intent=self._read(str(entity["order_id"]), entity))
        if about in ("refund", "payout"):
            entity = payload[about]["entity"]
            result, notes = _result(entity), entity.get("notes")
            noted = notes.get("key", "") if isinstance(notes, Mapping) else ""
            key = str(noted or entity.get("receipt") or entity.get("reference_id") or "")
            if result.status == "pending":
                return None
            return GatewayEvent(event_id, kind, result=result, key=key, refund_of=_refunded(payload))
        return None

    def _recurring(self, order_id: str, charge: Charge) -> Intent:
        """`POST /v1/payments/create/recurring`, unless the order has a payment of this key: it takes none."""
        tried = self._tried(order_id)
        best = min(tried, key=_rank, default=None)
        made = any((one.get("notes") or {}).get("key") == charge.key for one in tried)
        if not made and (best is None or _STATUSES[best["status"]] == "failed"):
            customer_id, _, token = charge.method.partition("/")
            customer = self._get(f"/v1/customers/{quote(customer_id, safe='')}")
            body = {
                "email": customer["email"], "contact": customer["contact"], "amount": charge.amount,
                "currency": charge.currency, "order_id": order_id, "customer_id": customer_id,
                "token": token, "recurring": "1", "description": charge.description,
                "notes": {"key": charge.key},
            }  # fmt: skip
            self._post("/v1/payments/create/recurring", body)
        found = self._best(order_id)
        if found is None:  # the bank takes its time: a webhook tells
            return Intent(order_id, "processing", charge.amount, charge.currency)
        return self._read(order_id, found)

    def _order(self, charge: Charge) -> Mapping[str, Any]:
        body = {
            "amount": charge.amount,
            "currency": charge.currency,
            "receipt": charge.key,
            "payment_capture": charge.capture == "automatic",
            "notes": {"payment_id": str(charge.payment_id)},
        }
        return self._post("/v1/orders", body)

    def _waiting(self, order: Mapping[str, Any]) -> Intent:
        """Return an order as an intent: what the checkout on the payer's device needs is in `client`."""
        client = {
            "key": self._settings.key_id, "order_id": order["id"], "amount": order["amount"],
            "currency": order["currency"],
        }  # fmt: skip
        return Intent(
            str(order["id"]), "requires_action", int(order["amount"]), str(order["currency"]), client=client
        )

    def _best(self, ref: str) -> Mapping[str, Any] | None:
        return min(self._tried(ref), key=_rank, default=None)

    def _tried(self, ref: str) -> list[Mapping[str, Any]]:
        tried = self._get(f"{_order_path(ref)}/payments").get("items") or []
        return [one for one in tried if one.get("status") in _STATUSES]

    def _read(self, ref: str, payment: Mapping[str, Any]) -> Intent:
        return Intent(
            ref, _STATUSES.get(str(payment["status"]), "processing"), int(payment["amount"]),
            str(payment["currency"]),
            failure=str(payment.get("error_reason") or payment.get("error_code") or ""), fee=_fee(payment),
        )  # fmt: skip

    def _get(self, path: str) -> Mapping[str, Any]:
        return self._called("GET", path)

    def _post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        return self._called("POST", path, json=body, headers=headers)

    def _called(self, method: str, path: str, **more: Any) -> Mapping[str, Any]:
        answer = self._http.call(method, path, **more)
        error = answer.body.get("error") or {} if isinstance(answer.body, Mapping) else {}
        told = str(error.get("description") or "Razorpay refused.")
        if answer.status in _ACCESS:  # our credentials, which may be mended; or the first attempt still runs
            raise GatewayUnavailable(f"Razorpay answered {answer.status}: {told}")
        if not answer.ok:
            raise GatewayDeclined(told, str(error.get("reason") or error.get("code") or "refused"))
        found: Mapping[str, Any] = answer.body
        return found


def _result(entity: Mapping[str, Any]) -> Result:
    details = entity.get("status_details") or {}
    failure = str(details.get("reason") or entity.get("failure_reason") or "")
    return Result(str(entity["id"]), _ENDS.get(str(entity.get("status")), "pending"), failure)


def _fee(payment: Mapping[str, Any]) -> int | None:
    """Return what Razorpay keeps, tax included; it charges in INR, whatever the payment's currency."""
    told = payment.get("fee")
    return int(told) if told and payment.get("currency") == "INR" else None


def _refunded(payload: Mapping[str, Any]) -> Intent | None:
    """Return what a refund is of: its webhook has the payment, with its order, beside it."""
    order = ((payload.get("payment") or {}).get("entity") or {}).get("order_id")
    refund = (payload.get("refund") or {}).get("entity")
    if not order or not refund:
        return None
    return Intent(str(order), "captured", int(refund["amount"]), str(refund["currency"]))


def _rank(payment: Mapping[str, Any]) -> int:
    """Return how far a payment went: the furthest is the least."""
    return _RANK.index(_STATUSES[payment["status"]])


def _token_path(token: str) -> str:
    customer, _, name = token.partition("/")
    if not customer or not name:
        raise GatewayDeclined("A token to be kept reads <customer>/<token>.", "bad_token")
    return f"/v1/customers/{quote(customer, safe='')}/tokens/{quote(name, safe='')}"


def _order_path(ref: str) -> str:
    return f"/v1/orders/{quote(ref, safe='')}"
