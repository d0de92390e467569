"""An FCM of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contrib.fcm.server import FcmServer


@pytest.fixture(scope="session")
def running_fcm() -> Iterator[FcmServer]:
    """The server of this process; tests take `fcm`."""
    made = FcmServer()
    yield made
    made.stop()


@pytest.fixture
def fcm(running_fcm: FcmServer) -> Iterator[FcmServer]:
    """A server that behaves until the test tells it otherwise."""
    yield running_fcm
    running_fcm.behave()
