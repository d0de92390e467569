"""How often a worker that dies is replaced."""

from __future__ import annotations

import pytest

from kernel.server.replacements import WINDOW, Replacements


@pytest.fixture
def now():
    return [1000.0]


@pytest.fixture
def replacements(now):
    return Replacements(5, monotonic=lambda: now[0])


def test_the_first_is_replaced_at_once_and_the_next_later_and_later(replacements, now):
    pauses = []
    for _ in range(5):
        assert not replacements.count()
        pauses.append(replacements.wait())
        now[0] += pauses[-1]
        assert replacements.wait() == 0

    assert pauses == [0, 1, 2, 4, 8]
    assert replacements.count(), "the sixth within a minute"


def test_deaths_of_long_ago_do_not_count(replacements, now):
    for _ in range(20):
        assert not replacements.count()
        now[0] += WINDOW / 4

    assert replacements.wait() == 0


def test_a_process_may_be_told_to_replace_none(now):
    assert Replacements(0, monotonic=lambda: now[0]).count()
