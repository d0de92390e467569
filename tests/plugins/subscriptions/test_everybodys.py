"""Everybody's subscriptions, for those who look after them."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.plugins("subscriptions")
URL = "/v1/subscriptions/all"


def test_managers_list_everybodys_by_status_and_plan(client):
    manager = client.as_user(None, "subscriptions_manager")
    ada, ben = client.as_user(), client.as_user()
    made = [
        one.post("/v1/subscriptions", {"plan": "STANDARD", "interval": "month"}).json for one in (ada, ben)
    ]

    found = manager.get(URL).json["items"]

    assert [one["user_id"] for one in found] == [str(ben.user_id), str(ada.user_id)]
    assert [one["id"] for one in manager.every(URL, limit=1)] == [one["id"] for one in reversed(made)]
    status = made[0]["status"]
    assert len(manager.get(f"{URL}?status={status}&plan=STANDARD").json["items"]) == 2
    assert manager.get(f"{URL}?plan=PREMIUM").json["items"] == []
    assert manager.get(f"{URL}?status=EXPIRED").json["items"] == []
    assert ada.unchecked().get(URL).status == 403
