# ruff: noqa: ARG002 - what a real gateway needs, this one may not
"""The built-in test gateway: behaves as one does, moves no money, is refused in production.

What comes of a payment is in the token of its method, of a payout in its destination:

    tok_ok (and any other)   paid                      acct_ok (and any other)   sent
    tok_decline              card_declined             acct_fail                 account_closed
    tok_insufficient         insufficient_funds        acct_pending              pending, then sent
    tok_3ds                  wants a challenge: confirm again with data {"challenge": "passed"}
    tok_processing           open until `settle` is called, or a webhook tells
    tok_timeout              paid, but the answer is lost
    tok_down                 nothing happens the first time
    tok_fee                  paid; the gateway keeps 2.9 % and 30 of it
    tok_unkept              paid, but not without its owner: it cannot be kept for that
    tok_refund_fails         paid; a refund is refused
    tok_refund_pending       paid; a refund is pending, then done

It keeps its own rows, as an outside system would: an intent, and what became of each key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, Literal
from uuid import UUID

import orjson

from kernel import Statement, app, uuid7
from plugins.payments.ports import (
    Charge,
    GatewayDeclined,
    GatewayEvent,
    GatewayUnavailable,
    Intent,
    IntentStatus,
    Kept,
    Result,
)
from plugins.payments.problems import WebhookRefused
from plugins.payments.settings import PaymentsSettings

# what a crash of PostgreSQL loses of it, the retry makes again under the same key
_BEGIN: Final = Statement("""
WITH quiet AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO payments_test_intent (id, state) SELECT %s, %s::jsonb FROM quiet
ON CONFLICT (id) DO NOTHING RETURNING id
""")
_REFUSALS: Final = {"tok_decline": "card_declined", "tok_insufficient": "insufficient_funds"}
_SIGNATURE: Final = "test-signature"
State = dict[str, Any]


class TestGateway:
    """One account at a gateway that exists nowhere else; see the module."""

    __test__ = False  # pytest takes it for tests otherwise

    def takes(self, amount: int, currency: str) -> str:
        """Take everything."""
        return ""

    def create_intent(self, charge: Charge) -> Intent:
        """Make an intent named after the key."""
        ref, charge = f"test_{charge.key}", _bare(charge)
        state: State = {
            "payment_id": str(charge.payment_id), "status": "requires_method", "amount": charge.amount,
            "currency": charge.currency, "capture": charge.capture, "method": "", "refunded": 0, "keys": {},
        }  # fmt: skip
        if charge.method:
            _confirm(state, charge)
        made = app.db.rows(_BEGIN, (ref, orjson.dumps(state).decode()))
        if made:
            return _answered(ref, state, charge.method)
        return self.confirm(ref, charge) if charge.method == "tok_down" else self.fetch(ref)

    def confirm(self, ref: str, charge: Charge) -> Intent:
        """Charge a method, answer a challenge, or look how it is."""
        charge = _bare(charge)
        with _kept(ref) as state:
            if charge.method and state["status"] in ("requires_method", "failed"):
                _confirm(state, charge, again=charge.method == state["method"])
            elif charge.data.get("challenge") and state["status"] == "requires_action":
                passed = charge.data["challenge"] == "passed"
                _settle(state, _paid(state) if passed else "failed", "" if passed else "challenge_failed")
        return _answered(ref, state, charge.method)

    def keep(self, token: str, key: str, ref: str = "") -> Kept:
        """Keep everything but `tok_unkept`; the owner of `tok_3ds` is wanted once, before that."""
        if token == "tok_unkept":  # noqa: S105 - what the tests say
            raise GatewayDeclined("This method cannot be kept.", "not_reusable")
        if token == "tok_3ds" and not ref:  # noqa: S105
            return Kept(f"test_setup_{key}", client={"challenge": "passed"})
        made = ref or f"test_setup_{key}"
        return Kept(made, f"{token}/{made}")

    def fetch(self, ref: str) -> Intent:
        """Return an intent."""
        with _kept(ref) as state:
            return _intent(ref, state)

    def capture(self, ref: str, charge: Charge) -> Intent:
        """Capture what is authorised; once."""
        with _kept(ref) as state:
            if state["status"] == "authorised":
                _settle(state, "captured")
        return _answered(ref, state, "")

    def cancel(self, ref: str, key: str) -> Intent:
        """Cancel what is not captured."""
        with _kept(ref) as state:
            if state["status"] != "captured":
                _settle(state, "cancelled")
        return _answered(ref, state, "")

    def refund(self, ref: str, amount: int, currency: str, key: str) -> Result:
        """Give money back, never more than was captured."""
        with _kept(ref) as state:
            if key not in state["keys"]:
                if state["status"] != "captured" or state["refunded"] + amount > state["amount"]:
                    raise GatewayDeclined("More than was captured.", "amount_too_large")
                state["keys"][key] = _refund_status(state["method"])
                state["refunded"] += amount if state["keys"][key] != "failed" else 0
            return _result(f"{ref}/{key}", state["keys"][key])

    def payout(self, destination: str, amount: int, currency: str, key: str) -> Result:
        """Send money nowhere."""
        ref = f"testpayout_{key}"
        ends = {"acct_fail": "failed", "acct_pending": "pending"}.get(destination, "done")
        return Result(ref, ends, "account_closed" if ends == "failed" else "")  # type: ignore[arg-type]

    def fetch_result(self, kind: Literal["refund", "payout"], ref: str) -> Result:
        """Return how a refund or payout ended: those that were pending are done when asked for again."""
        intent, _, key = ref.partition("/")
        if kind == "payout":
            return Result(ref, "done")
        with _kept(intent) as state:
            if state["keys"].get(key) == "pending":
                state["keys"][key] = "done"
            return _result(ref, state["keys"].get(key, "failed"))

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> GatewayEvent | None:
        """Check the signature of `signed` and read the event."""
        if not hmac.compare_digest(headers.get(_SIGNATURE, "").encode(), _signature(body).encode()):
            raise WebhookRefused("The signature is not the test gateway's.")
        told = orjson.loads(body)
        if "result" in told:
            of = Intent(**told["refund_of"]) if "refund_of" in told else None
            result, key = Result(**told["result"]), told["key"]
            return GatewayEvent(told["id"], told["type"], result=result, key=key, refund_of=of)
        intent = Intent(**told["intent"])
        return GatewayEvent(told["id"], told["type"], intent=intent, payment_id=UUID(told["payment_id"]))


def settle(ref: str, status: IntentStatus) -> None:
    """Let an intent that is processing, or waits for a challenge, end: what a bank would do."""
    with _kept(ref) as state:
        _settle(state, status, "card_declined" if status == "failed" else "")


def webhook(ref: str, event_id: str = "", **changes: Any) -> tuple[dict[str, str], bytes]:
    """Return headers and body of the webhook that tells how an intent is (`changes`: or was)."""
    with _kept(ref) as state:
        intent = {**_shown(ref, state), **changes}
        told = {
            "id": event_id or str(uuid7()), "type": f"intent.{intent['status']}",
            "payment_id": state["payment_id"], "intent": intent,
        }  # fmt: skip
    return signed(told)


def console_refund(ref: str, amount: int) -> tuple[dict[str, str], bytes]:
    """Refund as in a console, past the application; return headers and body of the webhook that tells."""
    name = str(uuid7())
    with _kept(ref) as state:
        state["refunded"] += amount
        of = {"ref": ref, "status": "captured", "amount": amount, "currency": state["currency"]}
    result = {"ref": f"{ref}/{name}", "status": "done"}
    return signed({"id": name, "type": "refund.done", "key": "", "result": result, "refund_of": of})


def signed(told: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a webhook."""
    body = orjson.dumps(told)
    return {"content-type": "application/json", _SIGNATURE: _signature(body)}, body


@contextmanager
def _kept(ref: str) -> Iterator[State]:
    """Yield an intent's state, locked while the block runs and written when it ends well."""
    with app.db.atomic():
        found = app.db.rows("SELECT state FROM payments_test_intent WHERE id = %s FOR UPDATE", (ref,))
        if not found:
            raise GatewayDeclined("There is no such intent.", "unknown_intent")
        state: State = found[0][0]
        before = orjson.dumps(state)
        yield state
        after = orjson.dumps(state)
        if after != before:
            app.db.execute_sql(
                "UPDATE payments_test_intent SET state = %s::jsonb WHERE id = %s", (after.decode(), ref)
            )


def _bare(charge: Charge) -> Charge:
    """Return a charge with the token alone, without the name it was kept under."""
    return replace(charge, method=charge.method.partition("/")[0])


def _confirm(state: State, charge: Charge, *, again: bool = False) -> None:
    state["method"] = charge.method
    if charge.method in _REFUSALS:
        _settle(state, "failed", _REFUSALS[charge.method])
    elif charge.method == "tok_3ds":
        state["status"] = "requires_action"
    elif charge.method == "tok_processing":
        state["status"] = "processing"
    elif charge.method != "tok_down" or again:
        _settle(state, _paid(state))


def _paid(state: State) -> IntentStatus:
    return "captured" if state["capture"] == "automatic" else "authorised"


def _settle(state: State, status: IntentStatus, failure: str = "") -> None:
    state["status"], state["failure"] = status, failure


def _answered(ref: str, state: State, method: str) -> Intent:
    """Return the intent, and tell of it by webhook; lose the answer where the token says so."""
    url = app.settings.of(PaymentsSettings).test_webhook_url
    if url:
        from plugins.payments.tasks import post_test_webhook  # noqa: PLC0415 - it calls this module

        post_test_webhook.enqueue(ref)
    if method == "tok_timeout" or (method == "tok_down" and state["status"] == "requires_method"):
        raise GatewayUnavailable("The test gateway does not answer.")
    return _intent(ref, state)


def _intent(ref: str, state: State) -> Intent:
    return Intent(**_shown(ref, state))


def _shown(ref: str, state: State) -> dict[str, Any]:
    client = {"challenge": "passed | failed"} if state["status"] == "requires_action" else {}
    return {
        "ref": ref, "status": state["status"], "amount": state["amount"], "currency": state["currency"],
        "client": client, "failure": state.get("failure", ""), "fee": _fee(state),
    }  # fmt: skip


def _fee(state: State) -> int | None:
    kept = state["method"] == "tok_fee" and state["status"] == "captured"
    return state["amount"] * 29 // 1000 + 30 if kept else None


def _refund_status(method: str) -> str:
    return {"tok_refund_fails": "failed", "tok_refund_pending": "pending"}.get(method, "done")


def _result(ref: str, status: Any) -> Result:
    return Result(ref, status, "refund_refused" if status == "failed" else "")


def _signature(body: bytes) -> str:
    return hmac.digest(app.secret("payments:test-webhook").encode(), body, hashlib.sha256).hex()
