"""Passwords: Argon2id, off the hub, the same time for accounts that do not exist."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import pytest

from kernel.auth import AuthSettings
from kernel.auth.passwords import Passwords
from kernel.offloading import offload


@pytest.fixture(scope="module")
def passwords():
    return Passwords(AuthSettings())


def test_a_password_fits_its_hash_alone(passwords):
    stored = passwords.hash("correct horse")

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify(stored, "correct horse") is True
    assert passwords.verify(stored, "correct house") is False
    assert passwords.hash("correct horse") != stored


def test_the_keyboard_does_not_matter(passwords):
    stored = passwords.hash("caf\u00e9 ﬁve")

    assert passwords.verify(stored, "cafe\u0301 five")


@pytest.mark.parametrize(
    "stored", ["", "plain", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=1$x$y", "é"]
)
def test_what_is_no_hash_fits_nothing(passwords, stored):
    assert passwords.verify(stored, "anything") is False


@pytest.mark.parametrize("password", ["", "\x00", "\ud800", "x" * 100_000])
def test_odd_passwords_are_passwords(passwords, password):
    assert passwords.verify(passwords.hash(password), password) is True


def test_an_account_that_does_not_exist_takes_as_long(passwords):
    stored = passwords.hash("correct horse")

    def seconds(stored):
        started = time.perf_counter()
        assert passwords.verify(stored, "wrong") is False
        return time.perf_counter() - started

    # By turns, so that what else the machine does falls on both alike.
    taken = [(seconds(None), seconds(stored)) for _ in range(9)]
    unknown, known = map(statistics.median, zip(*taken, strict=True))

    assert 0.5 < unknown / known < 2


def test_nobody_signs_in_with_the_password_of_nobody(passwords):
    assert passwords.verify(None, "the password of an account that does not exist") is False


def test_a_hash_of_other_parameters_is_to_be_made_again(passwords):
    weaker = Passwords(AuthSettings(argon2_memory=64, argon2_time=1))

    assert passwords.needs_rehash(weaker.hash("correct horse"))
    assert not passwords.needs_rehash(passwords.hash("correct horse"))


def test_a_sign_in_that_waits_for_its_turn_holds_no_connection(auth, db):
    db.rows("SELECT 1")
    assert db.gauge()["in_use"] == 1

    auth.passwords.hash("correct horse")

    assert db.gauge()["in_use"] == 0


def test_hashing_inside_a_transaction_leaves_it_alone(auth, db, user):
    with db.atomic():
        auth.grant(user, "inspector")

        auth.passwords.hash("correct horse")

    assert auth.principal_of(user).can("shops:close")


def test_offload_without_gevent_is_a_call():
    assert offload(divmod, 7, 3) == (2, 1)
    with pytest.raises(ZeroDivisionError):
        offload(divmod, 7, 0)


UNDER_GEVENT = """
from gevent import monkey; monkey.patch_all()
import time, threading, gevent
from kernel.auth import AuthSettings
from kernel.auth.passwords import Passwords
from kernel.offloading import offload

passwords = Passwords(AuthSettings(argon2_memory=65536, argon2_time=3))
gaps, done = [], False

def heartbeat():
    last = time.perf_counter()
    while not done:
        gevent.sleep(0.001)
        now = time.perf_counter()
        gaps.append(now - last)
        last = now

beat = gevent.spawn(heartbeat)
started = time.perf_counter()
hashes = [gevent.spawn(passwords.hash, "correct horse") for _ in range(6)]
gevent.joinall(hashes, raise_error=True)
taken = time.perf_counter() - started
done = True
beat.join()
assert all(hash.value.startswith("$argon2id$") for hash in hashes)
assert len(gaps) > 50, (len(gaps), taken)
gaps.sort()
assert gaps[len(gaps) // 2] < 0.02, gaps[len(gaps) // 2]
try:
    offload(int, "no number")
except ValueError as ex:
    print("raised", ex)
assert offload(divmod, 7, 3) == (2, 1)
print("beats", len(gaps), "median", gaps[len(gaps) // 2], "hashing", taken)
"""


def test_hashing_does_not_stop_the_other_requests():
    done = subprocess.run(
        [sys.executable, "-c", UNDER_GEVENT], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "raised invalid literal" in done.stdout
    assert done.stderr == "", "an error that is handled leaves no traceback"
