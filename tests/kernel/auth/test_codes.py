"""One-time codes: once, for a while, a few guesses, one winner."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from kernel.auth.digests import derived_key, keyed_digest
from kernel.auth.models import Code
from kernel.errors import StoaError

TTL = timedelta(minutes=10)
ADA = "ada@example.org"


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_code_is_six_digits_and_good_once(auth):
    code = auth.codes.issue("verify", ADA, TTL)

    assert re.fullmatch(r"[0-9]{6}", code)
    assert auth.codes.consume("verify", ADA, code) is True
    assert auth.codes.consume("verify", ADA, code) is False


def test_a_code_fits_its_purpose_and_subject_only(auth):
    code = auth.codes.issue("verify", ADA, TTL)

    assert auth.codes.consume("reset", ADA, code) is False
    assert auth.codes.consume("verify", "eve@example.org", code) is False
    assert auth.codes.consume("verify", ADA, code) is True


def test_a_code_expires_by_the_clock(auth, clock):
    code = auth.codes.issue("verify", ADA, TTL)

    clock.advance(TTL)

    assert auth.codes.consume("verify", ADA, code) is False
    assert auth.codes.purge() == 1


def test_a_new_code_voids_the_one_before(auth):
    old = auth.codes.issue("verify", ADA, TTL, "token")

    new = auth.codes.issue("verify", ADA, TTL, "token")

    assert auth.codes.consume("verify", ADA, old) is False
    assert auth.codes.consume("verify", ADA, new) is True


def test_a_withdrawn_code_is_void(auth):
    code = auth.codes.issue("verify", ADA, TTL)

    auth.codes.withdraw("verify", ADA)

    assert auth.codes.consume("verify", ADA, code) is False


def test_a_code_survives_four_wrong_guesses_and_not_five(auth):
    code = auth.codes.issue("verify", ADA, TTL)
    for _ in range(4):
        assert auth.codes.consume("verify", ADA, wrong(code)) is False
    assert auth.codes.consume("verify", ADA, code) is True

    code = auth.codes.issue("verify", ADA, TTL)
    for _ in range(5):
        assert auth.codes.consume("verify", ADA, wrong(code)) is False
    assert auth.codes.consume("verify", ADA, code) is False


def test_of_twenty_who_bring_a_code_one_is_told_yes(auth, together):
    code = auth.codes.issue("verify", ADA, TTL)

    outcomes = together(20, lambda: auth.codes.consume("verify", ADA, code))

    assert sorted(outcomes) == [False] * 19 + [True]


def test_guesses_in_parallel_are_counted_too(auth, together):
    code = auth.codes.issue("verify", ADA, TTL)

    together(20, lambda: auth.codes.consume("verify", ADA, wrong(code)))

    assert Code.get().attempts == 5
    assert auth.codes.consume("verify", ADA, code) is False


def test_a_guess_inside_a_transaction_is_refused_loudly(auth, db):
    auth.codes.issue("verify", ADA, TTL)

    with db.atomic(), pytest.raises(StoaError, match="inside a transaction"):
        auth.codes.consume("verify", ADA, "000000")


def test_a_link_carries_its_token_alone(auth):
    token = auth.codes.issue("reset", ADA, TTL, "token")

    assert len(token) == 43
    assert auth.codes.redeem("verify", token) is None
    assert auth.codes.redeem("reset", token) == ADA
    assert auth.codes.redeem("reset", token) is None


def test_of_twenty_who_follow_a_link_one_gets_through(auth, together):
    token = auth.codes.issue("reset", ADA, TTL, "token")

    outcomes = together(20, lambda: auth.codes.redeem("reset", token))

    assert outcomes.count(ADA) == 1
    assert outcomes.count(None) == 19


def test_a_link_followed_in_a_transaction_that_fails_is_good_again(auth, db):
    token = auth.codes.issue("reset", ADA, TTL, "token")

    with db.atomic() as transaction:
        assert auth.codes.redeem("reset", token) == ADA
        transaction.rollback()

    assert auth.codes.redeem("reset", token) == ADA


def test_a_link_dies_by_the_clock(auth, clock):
    token = auth.codes.issue("reset", ADA, TTL, "token")

    clock.advance(TTL)

    assert auth.codes.redeem("reset", token) is None


def test_digits_are_no_link(auth):
    code = auth.codes.issue("verify", ADA, TTL)

    assert auth.codes.redeem("verify", code) is None


def test_a_stolen_table_cannot_be_searched_for_six_digits(auth, secret):
    code = auth.codes.issue("verify", ADA, TTL)

    under = {
        key: keyed_digest(derived_key(key, "one-time code"), "digits", "verify", ADA, code)
        for key in (secret, "?")
    }

    assert Code.get().digest == under[secret] != under["?"]


@pytest.mark.parametrize("code", ["", "\ud800", "٠٠٠٠٠٠", "0" * 100_000])
def test_odd_guesses_are_wrong_guesses(auth, code):
    auth.codes.issue("verify", ADA, TTL)

    assert auth.codes.consume("verify", ADA, code) is False
    assert auth.codes.redeem("verify", code) is None
