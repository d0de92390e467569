"""What is known of a person is handed out, and forgotten."""

from __future__ import annotations

import pytest

from kernel import uuid7
from stoa_loyalty import personal_data, services

pytestmark = pytest.mark.plugins("loyalty")


def test_a_person_gets_all_there_is_and_is_forgotten(app):
    ann, bob = uuid7(), uuid7()
    services.earn(ann, 100, "Welcome")
    services.earn(bob, 70, "Welcome")
    before = personal_data.export(ann)

    personal_data.erase(ann)

    assert before["balance"] == 100
    assert [entry["reason"] for entry in before["entries"]] == ["Welcome"]
    assert personal_data.export(ann) == {"balance": 0, "entries": []}
    assert personal_data.export(bob)["balance"] == 70
