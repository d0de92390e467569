"""A cache in memory and the clock that drives it."""

from __future__ import annotations

import pytest

from kernel.cache import CacheSettings, make_cache
from kernel.clock import TestClock


@pytest.fixture
def clock():
    return TestClock()


@pytest.fixture
def cache(clock):
    clock.freeze()
    return make_cache(CacheSettings(wait=2), clock)
