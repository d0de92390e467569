"""The list of refunds that failed: what stands in it until somebody decides, in any order of things."""

from __future__ import annotations

from collections import Counter
from importlib import import_module

import pytest

from kernel import uuid7
from kernel.testing import race
from plugins.payments import api, test_gateway
from plugins.payments.models import Operation, Payment, Split
from plugins.payments.services import escrows, failures, operations, refunds

pytestmark = pytest.mark.plugins("payments")


def released(app, call):
    def run():
        try:
            return call()
        finally:
            app.db.release()

    return run


def escrow_of(payment_id):
    return Split.get(Split.payment_id == payment_id)


def failed(treasurer):
    return [each["payment_id"] for each in treasurer.get("/v1/payments/refunds/failed").json["items"]]


def test_a_treasurer_finds_the_refunds_that_failed_until_somebody_decides(till, treasurer, work, client):
    kept, released, settled = (
        till.paid(method="tok_refund_fails", escrow=escrow) for escrow in (True, True, False)
    )
    fine = till.paid(method="tok_ok")
    for payment_id in (kept, released, settled, fine):
        treasurer.post(f"/v1/payments/{payment_id}/refunds", {"reason": "Scratched"})
    work()
    waiting = treasurer.get("/v1/payments/refunds/failed").json["items"]
    treasurer.post(f"/v1/escrows/{escrow_of(released).id}/release", {"reason": "They agreed"})
    treasurer.post(f"/v1/payments/{settled}/refunds", {})
    tried = failed(treasurer)
    work()

    assert [each["payment_id"] for each in waiting] == [str(each) for each in (settled, released, kept)]
    first = waiting[0]
    assert (first["kind"], first["failure"], first["reason"]) == ("refund", "refund_refused", "Scratched")
    assert tried == [str(kept)]
    assert failed(treasurer) == [str(settled), str(kept)]
    assert till.client.get("/v1/payments/refunds/failed").status == 403


def test_a_failed_refund_is_listed_while_any_of_it_is_held_and_only_the_latest(app, till, treasurer, work):
    splits = [api.Split(uuid7(), 500, 0) for _ in range(2)]
    payment_id = till.paid(splits=splits, escrow=True, method="tok_refund_fails")
    first, second = Split.select().where(Split.payment_id == payment_id).order_by(Split.id)

    asked = [escrows.refund(each.id, "system", "") for each in (first, second)]
    operations.run(asked[1].id)
    after_one = failed(treasurer)
    operations.run(asked[0].id)
    items = treasurer.get("/v1/payments/refunds/failed").json["items"]
    escrows.release(first.id, "system")
    after_a_part = failed(treasurer)
    escrows.release(second.id, "system")

    assert after_one == after_a_part == [str(payment_id)]
    assert [each["id"] for each in items] == [str(asked[1].id)]
    assert failed(treasurer) == []


def test_what_was_released_before_the_gateway_refused_is_not_listed(app, till, treasurer, work):
    payment_id = till.paid(10_000, 0, escrow=True, method="tok_refund_fails")
    treasurer.post(f"/v1/payments/{payment_id}/refunds", {"amount": {"amount": 4_000, "currency": "USD"}})

    api.release(payment_id, "system")
    work()

    assert Operation.get(Operation.kind == "refund").state == "FAILED"
    assert failed(treasurer) == []


def test_of_a_release_and_a_new_refund_at_once_whichever_wins_decides_about_the_failed_one(
    app, till, treasurer, work
):
    for _ in range(6):
        payment_id = till.paid(1_000, 100, escrow=True, method="tok_refund_fails")
        escrow_id = escrow_of(payment_id).id
        escrows.refund(escrow_id, "system", "")
        work()
        assert failed(treasurer) == [str(payment_id)]
        app.db.release()

        outcomes = race(
            released(app, lambda it=escrow_id: escrows.release(it, "system").state),
            released(app, lambda it=escrow_id: escrows.refund(it, "system", "").kind),
        )

        assert Counter(type(each) for each in outcomes) == {str: 1, api.PaymentStatus: 1}, outcomes
        assert failed(treasurer) == []
        work()
        listed = [str(payment_id)] if "refund" in outcomes else []
        assert failed(treasurer) == listed  # the new one failed, too
        api.release(payment_id, "system")


def test_of_a_failure_and_a_release_at_once_nothing_stays_listed(app, till, treasurer, work):
    for _ in range(6):
        payment_id = till.paid(1_000, 100, escrow=True, method="tok_refund_fails")
        asked = refunds.refund(payment_id, 400, "system", "")
        app.db.release()

        race(
            released(app, lambda it=asked.id: operations.run(it)),
            released(app, lambda it=payment_id: api.release(it, "system")),
        )

        assert Operation.get_by_id(asked.id).state == "FAILED"
        assert failed(treasurer) == []


def test_the_clock_waits_for_a_failed_refund_until_it_is_tried_again(app, till, treasurer, clock, work):
    payment_id = till.paid(escrow=True, method="tok_refund_fails")
    treasurer.post(f"/v1/payments/{payment_id}/refunds", {"amount": {"amount": 500, "currency": "USD"}})
    work()

    api.release_at(payment_id, clock.now())
    waiting = Payment.get_by_id(payment_id).frozen
    refunds.refund(payment_id, 500, "system", "")
    api.release_at(payment_id, clock.now())

    assert (waiting, Payment.get_by_id(payment_id).frozen) == (True, False)


def test_a_refund_made_elsewhere_decides_about_the_failed_one(app, till, treasurer, work, client):
    payment_id = till.paid(escrow=True, method="tok_refund_fails")
    treasurer.post(f"/v1/payments/{payment_id}/refunds", {})
    work()
    before = failed(treasurer)

    headers, body = test_gateway.console_refund(Payment.get_by_id(payment_id).intent, 4_000)
    client.post("/v1/payments/webhooks/test", body=body, headers=headers)

    assert (before, failed(treasurer)) == ([str(payment_id)], [])


def test_a_failed_refund_of_money_that_came_too_late_stays_listed_beside_the_payments_own(
    app, till, treasurer, work
):
    payment_id = till.paid(escrow=True, method="tok_refund_fails")
    treasurer.post(f"/v1/payments/{payment_id}/refunds", {})
    work()
    payment = Payment.get_by_id(payment_id)
    stray = operations.begin("stray", payment, "system", intent="another", amount=700, state="FAILED")
    both = treasurer.get("/v1/payments/refunds/failed").json["items"]

    api.release(payment_id, "system")

    kept = treasurer.get("/v1/payments/refunds/failed").json["items"]
    assert [each["kind"] for each in both] == ["stray", "refund"]
    assert [each["id"] for each in kept] == [str(stray.id)]


def test_the_list_of_failed_refunds_reads_an_index_of_those_alone(app):
    query = Operation.select(Operation.id).where(failures.WAITING).order_by(Operation.id.desc()).limit(21)
    sql, values = query.sql()

    with app.db.atomic():
        app.db.execute_sql("SET LOCAL enable_seqscan = off")
        plan = "\n".join(line for (line,) in app.db.rows(f"EXPLAIN (COSTS OFF) {sql}", values))

    assert "payments_operation_undecided" in plan
    assert not {"Sort", "Filter"} & set(plan.replace(":", "").split())


def test_the_migration_finds_those_that_wait_among_the_failed_of_before(app, till, treasurer, work):
    kept, again, gone, settled = (
        till.paid(method="tok_refund_fails", escrow=escrow) for escrow in (True, True, True, False)
    )
    for payment_id in (kept, again, again, gone, settled):
        refunds.refund(payment_id, None, "system", "")
        work()
    api.release(gone, "system")
    before = treasurer.get("/v1/payments/refunds/failed").json["items"]
    step = import_module("plugins.payments.migrations.0011_decided")

    with app.db.atomic():
        step.down(None, app.db)
        step.up(None, app.db)

    assert [each["payment_id"] for each in before] == [str(each) for each in (settled, again, kept)]
    assert treasurer.get("/v1/payments/refunds/failed").json["items"] == before
