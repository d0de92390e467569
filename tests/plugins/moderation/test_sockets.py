"""Bans on connections that are open: an application of its own, whose clock stands still."""

from __future__ import annotations

import pytest

from kernel.testing.realtime import ConnectRefused

pytestmark = pytest.mark.plugins("moderation", "orders")


def test_sockets_of_who_is_banned_close_at_once_and_stay_out(ada, decided, realtime):
    socket = realtime.connect("/orders", ada.client)

    decided(ada, "BAN")

    assert socket.wait_closed()
    with pytest.raises(ConnectRefused, match="session was ended"):
        realtime.connect("/orders", ada.client)
