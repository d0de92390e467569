"""People are told of their points."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.plugins("loyalty", "accounts")
ADA = {"email": "ada@example.com", "password": "violet-harbour-71", "name": "Ada"}


def test_points_are_told_by_e_mail(client, work, mailbox):
    client.post("/v1/auth/register", ADA)

    work()

    [message] = [one for one in mailbox("ada@example.com") if "points" in one["subject"]]
    assert message["subject"] == "100 points for you"
    assert "You earned 100 points (Welcome)." in message["text"]
    assert "<strong>100 points</strong>" in message["html"]
