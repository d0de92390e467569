"""The gateway: payment intents, refunds and transfers by Stripe's API.

Every POST bears an `Idempotency-Key`; Stripe answers a repeated one as the first
time. A refusal that names the intent (`card_error`, an unexpected state) is the
intent's state, not a fault. A method that may be charged without its owner is
`<customer>/<method>`: a setup intent has put it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode
from uuid import UUID

import orjson

from contrib.stripe import signatures
from contrib.stripe.amounts import fault, from_stripe, to_stripe
from contrib.stripe.settings import StripeSettings
from kernel import BadRequest, Clock
from plugins.payments.api import (
    Charge,
    GatewayAnswer,
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
)

_STATUSES: Final[Mapping[str, IntentStatus]] = {
    "requires_payment_method": "requires_method",
    "requires_confirmation": "requires_method",
    "requires_action": "requires_action",
    "processing": "processing",
    "requires_capture": "authorised",
    "succeeded": "captured",
    "canceled": "cancelled",
}
_REFUNDS: Final[Mapping[str, ResultStatus]] = {"succeeded": "done", "failed": "failed", "canceled": "failed"}
_EXPANDED: Final = {"expand[]": "latest_charge.balance_transaction"}
"""What an answer about an intent has inside: its charge and, in there, Stripe's fee."""
_AT_CREATION: Final = ("confirm", "customer")
_SCA: Final = "authentication_required"
"""Stripe's code of an off-session charge that the bank wants the payer for."""
_REFUND_EVENTS: Final = ("refund.", "charge.refund.")


class StripeGateway:
    """One Stripe account."""

    def __init__(self, settings: StripeSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._http = GatewayHttp(settings.url, settings.timeout)

    def takes(self, amount: int, currency: str) -> str:
        """Return why an amount cannot be told to Stripe; what a country bars, Stripe refuses itself."""
        return fault(amount, currency)

    def create_intent(self, charge: Charge) -> Intent:
        """`POST /v1/payment_intents`, confirmed at once when there is a method."""
        form = {
            "amount": to_stripe(charge.amount, charge.currency),
            "currency": charge.currency.lower(),
            "capture_method": charge.capture,
            "description": charge.description or None,
            "metadata[payment_id]": str(charge.payment_id),
            "automatic_payment_methods[enabled]": "true",
            **self._confirmed(charge),
        }
        if not self._settings.return_url:
            form["automatic_payment_methods[allow_redirects]"] = "never"
        return self._changed("/v1/payment_intents", form, charge.key)

    def confirm(self, ref: str, charge: Charge) -> Intent:
        """`POST …/confirm` with a method; without, look what the payer's device did."""
        if not charge.method:
            return self.fetch(ref)
        if customer := _customer(charge.method):  # the intent may be older than what was agreed
            self._done(self._call("POST", _path(ref), {"customer": customer}, f"{charge.key}-customer"))
        form = {name: value for name, value in self._confirmed(charge).items() if name not in _AT_CREATION}
        return self._changed(f"{_path(ref)}/confirm", form, charge.key)

    def keep(self, token: str, key: str, ref: str = "") -> Kept:
        """`POST /v1/setup_intents`, confirmed, for a customer made for it; with `ref`, look how it is."""
        if ref:
            answer = self._call("GET", f"/v1/setup_intents/{quote(ref, safe='')}")
        else:
            customer = self._done(self._call("POST", "/v1/customers", {}, f"{key}-customer"))
            form = {
                "customer": customer["id"], "payment_method": token, "confirm": "true",
                "usage": "off_session", "automatic_payment_methods[enabled]": "true", **self._returning(),
            }  # fmt: skip
            if not self._settings.return_url:
                form["automatic_payment_methods[allow_redirects]"] = "never"
            answer = self._call("POST", "/v1/setup_intents", form, key)
        return self._kept(self._done(answer))

    def fetch(self, ref: str) -> Intent:
        """`GET /v1/payment_intents/{id}`."""
        return self._intent(self._call("GET", f"{_path(ref)}?{urlencode(_EXPANDED)}"))

    def capture(self, ref: str, charge: Charge) -> Intent:
        """`POST …/capture`."""
        return self._changed(f"{_path(ref)}/capture", {}, charge.key)

    def cancel(self, ref: str, key: str) -> Intent:
        """`POST …/cancel`; an intent that is paid already is told as such."""
        return self._changed(f"{_path(ref)}/cancel", {}, key)

    def refund(self, ref: str, amount: int, currency: str, key: str) -> Result:
        """`POST /v1/refunds`."""
        form = {"payment_intent": ref, "amount": to_stripe(amount, currency), "metadata[key]": key}
        return _refund(self._done(self._call("POST", "/v1/refunds", form, key)))

    def payout(self, destination: str, amount: int, currency: str, key: str) -> Result:
        """`POST /v1/transfers` to a connected account, which Stripe pays out to its bank."""
        form = {
            "destination": destination,
            "amount": to_stripe(amount, currency),
            "currency": currency.lower(),
            "metadata[key]": key,
        }
        return _transfer(self._done(self._call("POST", "/v1/transfers", form, key)))

    def fetch_result(self, kind: Literal["refund", "payout"], ref: str) -> Result:
        """`GET /v1/refunds/{id}` or `/v1/transfers/{id}`."""
        name, read = ("refunds", _refund) if kind == "refund" else ("transfers", _transfer)
        return read(self._done(self._call("GET", f"/v1/{name}/{quote(ref, safe='')}")))

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> GatewayEvent | None:
        """Read `payment_intent.*` and `refund.*`; the rest is of no interest."""
        if not self._settings.webhook_secrets:
            raise WebhookRefused("[stripe] webhook_secrets is empty.")
        header = headers.get("stripe-signature", "")
        signatures.verify(header, body, self._settings.webhook_secrets, self._clock.now())
        try:
            told = orjson.loads(body)
            return self._event(told["id"], told["type"], told["data"]["object"])
        except (ValueError, KeyError, TypeError) as ex:
            raise BadRequest("The webhook is no event of Stripe.") from ex

    def _event(self, event_id: str, kind: str, about: Mapping[str, Any]) -> GatewayEvent | None:
        if kind.startswith("payment_intent."):
            intent = self._fetched(about) if kind == "payment_intent.succeeded" else self._read(about)
            return GatewayEvent(event_id, kind, intent=intent, payment_id=_payment_id(about))
        if kind.startswith(_REFUND_EVENTS):
            key = str((about.get("metadata") or {}).get("key", ""))
            result = _refund(about)
            if result.status == "pending":
                return None
            return GatewayEvent(event_id, kind, result=result, key=key, refund_of=_refunded(about))
        return None

    def _fetched(self, about: Mapping[str, Any]) -> Intent:
        """Return a paid intent with its fee, which webhooks do not have; without, when Stripe is away."""
        told = self._read(about)
        try:
            fee = self.fetch(told.ref).fee
        except (GatewayDeclined, GatewayUnavailable):
            return told
        return replace(told, fee=fee)

    def _kept(self, about: Mapping[str, Any]) -> Kept:
        if about["status"] == "succeeded":
            return Kept(str(about["id"]), f"{about['customer']}/{about['payment_method']}")
        if about["status"] != "requires_action":
            raise GatewayDeclined("The method was not confirmed.", str(about["status"]))
        return Kept(str(about["id"]), client=self._device(about))

    def _device(self, about: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "client_secret": about.get("client_secret"),
            "publishable_key": self._settings.publishable_key,
        }

    def _confirmed(self, charge: Charge) -> dict[str, Any]:
        if not charge.method:
            return {}
        customer, method = _customer(charge.method), charge.method.rpartition("/")[2]
        absent = {"off_session": "true"} if charge.off_session else self._returning()
        named = {"customer": customer} if customer else {}
        return {"payment_method": method, "confirm": "true", **named, **absent}

    def _returning(self) -> dict[str, Any]:
        return {"return_url": self._settings.return_url} if self._settings.return_url else {}

    def _changed(self, path: str, form: Mapping[str, Any], key: str) -> Intent:
        return self._intent(self._call("POST", path, {**form, **_EXPANDED}, key))

    def _intent(self, answer: GatewayAnswer) -> Intent:
        if answer.ok:
            return self._read(answer.body)
        error = answer.body.get("error") or {}
        if isinstance(error.get("payment_intent"), Mapping):
            code = str(error.get("decline_code") or error.get("code") or "")
            return self._read(error["payment_intent"], code)
        raise _declined(error)

    def _read(self, about: Mapping[str, Any], code: str = "") -> Intent:
        currency = str(about["currency"]).upper()
        status = _STATUSES.get(str(about["status"]), "processing")
        last = about.get("last_payment_error") or {}
        failure = code or str(last.get("decline_code") or last.get("code") or "")
        if status == "requires_method" and failure:
            # the bank wants the payer: their device confirms the same intent with the same method
            status = "requires_action" if failure == _SCA else "failed"
        amount = about["amount_received"] if status == "captured" else about["amount"]
        client = self._device(about)
        if failure == _SCA:
            client["payment_method"] = (last.get("payment_method") or {}).get("id")
        return Intent(
            str(about["id"]), status, from_stripe(int(amount), currency), currency,
            client=client if status.startswith("requires_") else {}, failure=failure,
            fee=_fee(about, currency),
        )  # fmt: skip

    def _done(self, answer: GatewayAnswer) -> Mapping[str, Any]:
        if not answer.ok:
            raise _declined(answer.body.get("error") or {})
        found: Mapping[str, Any] = answer.body
        return found

    def _call(
        self, method: str, path: str, form: Mapping[str, Any] | None = None, key: str = ""
    ) -> GatewayAnswer:
        headers = {
            "Authorization": f"Bearer {self._settings.secret_key}",
            "Stripe-Version": self._settings.api_version,
            **({"Idempotency-Key": key} if key else {}),
        }
        answer = self._http.call(method, path, headers=headers, form=form)
        busy = answer.status == HTTPStatus.CONFLICT or answer.status in (
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
        )
        if busy:  # the key is in use by the first attempt; or our credentials are wrong, which may be mended
            raise GatewayUnavailable(
                f"Stripe answered {answer.status}: {_declined(answer.body.get('error') or {})}"
            )
        return answer


def _declined(error: Mapping[str, Any]) -> GatewayDeclined:
    return GatewayDeclined(
        str(error.get("message") or "Stripe refused."), str(error.get("code") or "refused")
    )


def _refund(about: Mapping[str, Any]) -> Result:
    status = _REFUNDS.get(str(about.get("status")), "pending")
    return Result(str(about["id"]), status, str(about.get("failure_reason") or ""))


def _refunded(about: Mapping[str, Any]) -> Intent | None:
    """Return what a refund is of; None for a charge without an intent, which is not ours."""
    if not about.get("payment_intent"):
        return None
    currency = str(about["currency"]).upper()
    return Intent(
        str(about["payment_intent"]), "captured", from_stripe(int(about["amount"]), currency), currency
    )


def _fee(about: Mapping[str, Any], currency: str) -> int | None:
    """Return what Stripe keeps of a charge; None while it is not known, or in another currency."""
    charge = about.get("latest_charge")
    settled = charge.get("balance_transaction") if isinstance(charge, Mapping) else None
    if not isinstance(settled, Mapping) or str(settled["currency"]).upper() != currency:
        return None
    return from_stripe(int(settled["fee"]), currency)


def _transfer(about: Mapping[str, Any]) -> Result:
    return Result(str(about["id"]), "failed" if about.get("reversed") else "done")


def _payment_id(about: Mapping[str, Any]) -> UUID | None:
    try:
        return UUID(str((about.get("metadata") or {}).get("payment_id", "")))
    except ValueError:
        return None


def _customer(method: str) -> str:
    """Return whose a kept method is; empty for one that is nobody's."""
    return method.rpartition("/")[0]


def _path(ref: str) -> str:
    return f"/v1/payment_intents/{quote(ref, safe='')}"
