"""The ledger: what is booked stays, sums to zero, and takes from nobody what they do not have."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from peewee import IntegrityError

from kernel import uuid7, violated_constraint
from kernel.testing import race
from plugins.payments.commands import trial_balance as command
from plugins.payments.models import Account, Entry, Movement
from plugins.payments.problems import InsufficientFunds
from plugins.payments.services.ledger import Leg, post, shared, wallet
from plugins.payments.services.trial import trial_balance

pytestmark = pytest.mark.plugins("payments")
SOURCE = uuid7()


@contextmanager
def released(app):
    """Give the connection back: there are fewer than threads."""
    try:
        yield
    finally:
        app.db.release()


def give(app, owner, amount, currency="USD"):
    with released(app), app.db.atomic():
        source = shared("clearing", currency, SOURCE, "test")
        post("topup", f"gift:{uuid7()}", [Leg(source, -amount), Leg(wallet(owner, currency), amount, owner)])


def pay(app, payer, payee, amount, currency="USD"):
    with released(app), app.db.atomic():
        legs = [Leg(wallet(payer, currency), -amount, payer), Leg(wallet(payee, currency), amount, payee)]
        post("transfer", f"transfer:{uuid7()}", legs)


def balance(owner, currency="USD"):
    return Account.get_by_id(wallet(owner, currency).id).balance


def test_a_movement_changes_both_balances_and_notes_each_after_it(app):
    ann, bob = uuid7(), uuid7()
    give(app, ann, 500)

    pay(app, ann, bob, 200)

    assert (balance(ann), balance(bob)) == (300, 200)
    lines = Entry.select().where(Entry.party_id == ann).order_by(Entry.id)
    assert [(line.amount, line.balance) for line in lines] == [(500, 500), (-200, 300)]


def test_nobody_spends_more_than_they_have_and_nothing_of_it_is_booked(app):
    ann, bob = uuid7(), uuid7()
    give(app, ann, 500)

    with pytest.raises(InsufficientFunds):
        pay(app, ann, bob, 501)

    assert balance(ann) == 500
    assert Movement.select().count() == 1
    assert trial_balance()["balanced"]


@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
@pytest.mark.parametrize(("table", "column"), [("payments_entry", "amount"), ("payments_movement", "kind")])
def test_what_is_booked_cannot_be_changed_by_anybody(app, change, table, column):
    give(app, uuid7(), 500)

    with pytest.raises(IntegrityError, match="append-only"):
        app.db.execute_sql(change.format(table, column, column))

    assert Entry.select().count() == 2


def test_a_movement_that_does_not_sum_to_zero_does_not_commit(app):
    ann = uuid7()
    give(app, ann, 500)
    account, movement = wallet(ann, "USD").id, Movement.select().get()

    with pytest.raises(IntegrityError) as refused, app.db.atomic():
        Entry.insert(
            movement=movement, account=account, account_kind="wallet", currency="USD", amount=1, balance=501,
            created_at=app.clock.now(),
        ).execute()  # fmt: skip

    assert violated_constraint(refused.value) == "payments_entry_balanced"
    assert trial_balance()["balanced"]


def test_a_movement_balances_in_each_currency_by_itself(app):
    ann = uuid7()

    with pytest.raises(IntegrityError), app.db.atomic():
        post("swap", "swap:1", [Leg(wallet(ann, "USD"), 100), Leg(shared("clearing", "JPY", ann), -100)])

    assert Entry.select().count() == 0


def test_a_movement_happens_once_under_its_key(app):
    ann = uuid7()
    legs = [Leg(shared("clearing", "USD", ann, "test"), -5), Leg(wallet(ann, "USD"), 5)]
    with app.db.atomic():
        post("topup", "once", legs)

    with pytest.raises(IntegrityError) as refused, app.db.atomic():
        post("topup", "once", legs)

    assert violated_constraint(refused.value) == "payments_movement_once"
    assert balance(ann) == 5


def test_of_many_who_take_the_last_money_as_many_get_it_as_it_lasts(app):
    ann, others = uuid7(), [uuid7() for _ in range(20)]
    give(app, ann, 700)

    outcomes = race(*[lambda to=each: pay(app, ann, to, 100) for each in others])

    assert Counter(type(each) for each in outcomes) == {type(None): 7, InsufficientFunds: 13}
    assert balance(ann) == 0


def test_transfers_in_opposite_directions_do_not_deadlock(app):
    ann, bob = uuid7(), uuid7()
    give(app, ann, 1000)
    give(app, bob, 1000)

    outcomes = race(
        *[lambda: pay(app, ann, bob, 10) for _ in range(12)],
        *[lambda: pay(app, bob, ann, 10) for _ in range(12)],
    )

    assert set(outcomes) == {None}
    assert (balance(ann), balance(bob)) == (1000, 1000)


def test_accounts_opened_by_several_at_once_are_one(app):
    ann = uuid7()

    outcomes = race(*[lambda: give(app, ann, 1, "KWD") for _ in range(12)])

    assert set(outcomes) == {None}
    assert balance(ann, "KWD") == 12


def test_the_command_says_that_the_books_balance(app):
    give(app, uuid7(), 500, "JPY")

    shown = CliRunner().invoke(command, ["--json"])

    assert shown.exit_code == 0
    found = json.loads(shown.stdout)["currencies"]["JPY"]
    assert (found["sum"], found["balances"]) == (0, {"clearing": -500, "wallet": 500})
    assert "JPY  sum 0  balanced" in CliRunner().invoke(command).stdout


def test_the_command_finds_a_balance_that_is_not_its_entries(app):
    ann = uuid7()
    give(app, ann, 500)
    app.db.execute_sql("UPDATE payments_account SET balance = 501 WHERE id = %s", (wallet(ann, "USD").id,))

    shown = CliRunner().invoke(command)

    assert shown.exit_code == 1
    assert "accounts differing from entries: 1" in shown.stdout
