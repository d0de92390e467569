"""Turns: a few at a time, first come first served, a bounded queue."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from queue import Full

import pytest

from kernel.auth import AuthSettings
from kernel.auth.passwords import Passwords
from kernel.auth.turns import Turns
from kernel.errors import Unavailable


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.001)


@pytest.fixture
def crowd():
    """Start threads that take a turn one after the other; joined at the end."""
    threads = []

    def come(turns, act):
        def one():
            with turns.turn():
                act()

        before = turns.waiting
        threads.append(threading.Thread(target=one))
        threads[-1].start()
        until(lambda: turns.waiting == before + 1)

    yield come
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def test_those_who_wait_go_in_the_order_of_their_arrival(crowd):
    turns, order = Turns(1, 10), []

    with turns.turn():
        for number in range(5):
            crowd(turns, lambda number=number: order.append(number))

    until(lambda: len(order) == 5)
    assert order == [0, 1, 2, 3, 4]


def test_no_more_than_the_slots_work_at_once():
    turns, inside, most = Turns(3, 100), [], []

    def one():
        for _ in range(20):
            with turns.turn():
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(most) == 240
    assert max(most) <= 3


def test_whoever_comes_to_a_full_queue_is_refused_and_those_in_it_are_served(crowd):
    turns, served = Turns(1, 2), []

    with turns.turn():
        for number in range(2):
            crowd(turns, lambda number=number: served.append(number))
        with pytest.raises(Full), turns.turn():
            served.append("refused")

    until(lambda: len(served) == 2)
    with turns.turn():
        assert served == [0, 1]


def test_a_refused_sign_in_is_told_when_to_come_again(crowd):
    passwords = Passwords(AuthSettings(argon2_memory=64, argon2_time=1, argon2_concurrency=1, argon2_queue=1))
    stored, turns = passwords.hash("correct horse"), passwords._turns

    with ExitStack() as working:
        working.enter_context(turns.turn())
        crowd(turns, lambda: None)
        with pytest.raises(Unavailable, match="Too many sign-ins") as refused:
            passwords.verify(stored, "correct horse")

    assert int(refused.value.headers["Retry-After"]) > 0
    until(lambda: not turns.waiting)
    assert passwords.verify(stored, "correct horse")


KILLED = """
from gevent import monkey; monkey.patch_all()
import gevent
from kernel.auth.turns import Turns

turns, served = Turns(1, 10), []

def take(name):
    with turns.turn():
        served.append(name)

with turns.turn():
    waiting = [gevent.spawn(take, name) for name in "abc"]
    gevent.sleep(0)
    waiting[1].kill()  # in the queue
    assert turns.waiting == 2, turns.waiting
    waiting[0].kill(block=False)  # takes effect when the slot has been handed to it
gevent.joinall(waiting, timeout=30)
assert served == ["c"], served
take("again")
assert served == ["c", "again"], served
"""


def test_whoever_is_killed_while_waiting_costs_nobody_his_turn():
    done = subprocess.run(
        [sys.executable, "-c", KILLED], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
