"""A random run of everything at once: 50 clients, three currencies, 10,000 operations.

Afterwards the books balance, nobody owes, and the ledger agrees with what the
gateway itself remembers. `STOA_TEST_OPERATIONS` sets another number.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from kernel import Problem, uuid7
from kernel.testing.server import race
from plugins.payments import api, test_gateway
from plugins.payments.models import Account, Movement, Operation, Payment, Payout, Split
from plugins.payments.services import (
    confirming,
    demands,
    escrows,
    failures,
    methods,
    payouts,
    refunds,
    webhooks,
)
from plugins.payments.services.trial import trial_balance

pytestmark = [
    pytest.mark.plugins("payments"),
    pytest.mark.settings(payments={"payout_approval": True}, database={"pool_timeout": 60.0}),
]
OPERATIONS = int(os.environ.get("STOA_TEST_OPERATIONS", "10000"))
CLIENTS = 50
CURRENCIES = ("USD", "JPY", "KWD")
CARDS = ("tok_ok",) * 6 + ("tok_decline", "tok_timeout", "tok_down", "tok_refund_fails", "tok_refund_pending")
ALLOWED = (
    *(api.PaymentStatus, api.RefundExceeds, api.InsufficientFunds, api.InProgress, api.PaymentDiffers),
)


class Client:
    """One of those who do things at random; deterministic in what it tries."""

    def __init__(self, app: Any, seed: int, people: list[Any], things: list[Any]) -> None:
        self.app, self.chance, self.people, self.things = app, Random(seed), people, things
        self.me = people[seed]
        self.done: Counter[str] = Counter()
        self.faults: list[BaseException] = []
        self.bank = methods.add(
            self.me, "", "payout", self.chance.choice(("acct_ok", "acct_fail")), "", default=True
        )
        app.db.release()

    def run(self, operations: int) -> None:
        steps = (
            *(self.top_up, self.buy, self.buy, self.buy, self.buy, self.pay_again),
            *(
                self.refund,
                self.refund,
                self.release,
                self.refund_escrow,
                self.pay_out,
                self.decide,
                self.webhook,
            ),
        )
        for _ in range(operations):
            step = self.chance.choice(steps)
            try:
                step()
                self.done[step.__name__] += 1
            except ALLOWED as ex:
                self.done[ex.type] += 1
            except (Problem, Exception) as ex:  # noqa: BLE001 - told by the test
                self.faults.append(ex)
            finally:
                self.app.db.release()

    def top_up(self) -> None:
        amount = demands.Share(self.me, self.chance.randrange(1, 50_000))
        made = demands.demand(f"topup:{uuid7()}", self.me, [amount], self.currency(), "", purpose="topup")
        self.pay(made.id)

    def buy(self) -> None:
        others = self.chance.sample(
            [each for each in self.people if each != self.me], self.chance.randrange(1, 4)
        )
        splits = [
            api.Split(each, amount := self.chance.randrange(1, 20_000), amount // 10) for each in others
        ]
        made = api.demand(
            f"thing:{uuid7()}", self.me, splits, self.currency(), "", escrow=self.chance.random() < 0.5
        )
        self.things.append((made.id, self.me))
        self.pay(made.id)

    def pay(self, payment_id: Any) -> None:
        wallet = self.chance.random() < 0.4 and Payment.get_by_id(payment_id).purpose == "payment"
        method = "" if wallet else self.chance.choice(CARDS)
        confirming.confirm(payment_id, self.me, gateway="wallet" if wallet else "", method=method)

    def pay_again(self) -> None:
        payment_id, payer = self.thing()
        confirming.confirm(payment_id, payer, method="tok_ok")

    def refund(self) -> None:
        amount = None if self.chance.random() < 0.3 else self.chance.randrange(1, 10_000)
        refunds.refund(self.thing()[0], amount, "system", "")

    def release(self) -> None:
        escrows.release(self.escrow(), "system")

    def refund_escrow(self) -> None:
        escrows.refund(self.escrow(), "system", "")

    def pay_out(self) -> None:
        payouts.request(self.me, self.chance.randrange(1, 10_000), self.currency(), self.bank.id)

    def decide(self) -> None:
        found = Payout.select().where(Payout.status == "REQUESTED").limit(20)
        waiting = self.chance.choice(list(found) or [None])
        if waiting is not None:
            decided = self.chance.choice((payouts.approve, lambda *given: payouts.reject(*given, "")))
            decided(waiting.id, "system")

    def webhook(self) -> None:
        ref = Payment.get_by_id(self.thing()[0]).intent
        if ref:
            headers, body = test_gateway.webhook(ref)
            webhooks.take("test", headers, body)

    def currency(self) -> str:
        return self.chance.choice(CURRENCIES)

    def thing(self) -> Any:
        while not self.things:
            self.buy()
        return self.things[self.chance.randrange(len(self.things))]

    def escrow(self) -> Any:
        for _ in range(20):
            found = Split.select().where(Split.payment_id == self.thing()[0], Split.escrow).first()
            if found is not None and found.state != "PENDING":
                return found.id
        raise api.PaymentStatus("There is none yet.")


@pytest.mark.slow
def test_a_random_run_of_many_clients_leaves_the_books_true(app, clock, work):
    people, things = [uuid7() for _ in range(CLIENTS)], []
    clients = [Client(app, number, people, things) for number in range(CLIENTS)]
    ticking = threading.Event()
    worker = threading.Thread(target=_work, args=(work, ticking, app))
    worker.start()

    race(*[lambda it=each: it.run(OPERATIONS // CLIENTS) for each in clients])
    ticking.set()
    worker.join()
    for _ in range(6):  # what was lost, refused or pending is asked for again
        clock.advance(timedelta(hours=1))
        work()

    done = sum((each.done for each in clients), Counter())
    assert [repr(fault) for each in clients for fault in each.faults][:5] == []
    assert done.total() == OPERATIONS // CLIENTS * CLIENTS
    assert {
        "top_up",
        "buy",
        "refund",
        "release",
        "refund_escrow",
        "pay_out",
        "decide",
        "webhook",
    } <= done.keys()
    assert trial_balance()["balanced"]
    assert Account.select().where(Account.balance < 0, Account.kind == "wallet").count() == 0
    assert Operation.select().where(Operation.state == "PENDING").count() == 0
    assert clearing() == remembered_by_the_gateway(app)
    assert captured_once()
    listed = Operation.select(Operation.id).where(failures.WAITING)
    assert {row.id for row in listed} == undecided(app) != set()


def _work(work: Any, ticking: threading.Event, app: Any) -> None:
    while not ticking.wait(0.2):
        work()
    app.db.release()


def undecided(app: Any) -> set[Any]:
    """Return the failed refunds that wait, by the operations and splits alone."""
    rows = app.db.rows(
        "SELECT max(o.id::text)::uuid FROM payments_operation AS o"
        " JOIN payments_split AS s USING (payment_id)"
        " WHERE o.kind = 'refund' AND s.state IN ('HELD', 'SETTLED') GROUP BY payment_id"
    )
    latest = Operation.id.in_([found for (found,) in rows]) | (Operation.kind == "stray")
    return {row.id for row in Operation.select().where(Operation.state == "FAILED", latest)}


def clearing() -> dict[str, int]:
    """Return what the ledger says the gateway holds, by currency."""
    found: Counter[str] = Counter()
    for row in Account.select().where(Account.kind == "clearing"):
        found[row.currency] -= row.balance
    return dict(found)


def remembered_by_the_gateway(app: Any) -> dict[str, int]:
    """Return what the gateway took, less what it gave back and paid out."""
    found: Counter[str] = Counter()
    for (state,) in app.db.rows("SELECT state FROM payments_test_intent"):
        if state["status"] == "captured":
            found[state["currency"]] += state["amount"] - state["refunded"]
    for row in Payout.select().where(Payout.status == "PAID"):
        found[row.currency] -= row.amount
    return dict(found)


def captured_once() -> bool:
    """Say whether every paid payment has one capture, and is refunded by what its refunds sum to."""
    captures = Counter(
        row.payment_id for row in Movement.select().where(Movement.kind.in_(("capture", "topup")))
    )
    paid = {row.id: row for row in Payment.select().where(Payment.captured_at.is_null(False))}
    back: Counter[Any] = Counter()
    for row in Operation.select().where(Operation.kind == "refund", Operation.state == "DONE"):
        back[row.payment_id] += row.amount
    return captures == Counter(dict.fromkeys(paid, 1)) and all(
        row.refunded == back[payment_id] for payment_id, row in paid.items()
    )
