"""No secret that anybody sends, or that the deployment holds, comes out anywhere it does not belong."""

from __future__ import annotations

import base64
from collections import Counter

import pytest

from tests.secrets.teller import forms, found_in

KEPT = {
    "chat_invite": "who may invite reads the links again, to pass them on",
    "notifications_mailbox_message": "the development mailbox shows mail as it would be sent, links included",
    "payments_method": "a gateway's name for a card: nothing to whoever lacks the merchant's own key",
    "payments_test_intent": "the built-in test gateway's own books; it is refused in production",
}
"""Tables that hold a secret in plain text, with the reason."""


@pytest.mark.slow
def test_the_server_met_every_kind_of_answer(told):
    answered = Counter(answer.status for answer in told.answers)

    assert {200, 201, 400, 401, 404, 422, 500} <= set(answered), answered
    assert len(told.secrets) == 19


@pytest.mark.slow
def test_logs_at_debug_hold_none(told):
    written = told.server.output()

    assert len(written.splitlines()) > len(told.answers)
    assert "Traceback" in written
    assert found_in(written, told.secrets) == []


@pytest.mark.slow
def test_no_problem_repeats_a_secret_it_was_sent(told):
    problems = [answer.text for answer in told.answers if answer.status >= 400]

    assert problems
    assert [leak for text in problems for leak in found_in(text, told.secrets)] == []


@pytest.mark.slow
def test_metrics_hold_none(told):
    metrics = told.server.get("/metrics").text

    assert "stoa_" in metrics
    assert found_in(metrics, told.secrets) == []


@pytest.mark.slow
def test_error_reports_and_traces_hold_none(told, outside):
    told.server.terminate()  # both are sent at the latest now

    sent = "\n".join(body.decode("utf-8", "replace") for body in outside.bodies)

    own = {name: secret for name, secret in told.secrets.items() if name != "dsn"}  # it is addressed so
    assert {"/api/7/envelope/", "/v1/traces"} <= outside.paths
    assert "accounts_user" in sent
    assert found_in(sent, own) == []


@pytest.mark.slow
def test_no_table_holds_one_as_it_is(told, tables):
    leaks = {
        table: found
        for table, rows in tables.items()
        if table not in KEPT and (found := found_in("\n".join(rows), told.secrets))
    }

    assert {"kernel_event", "kernel_task", "kernel_delivery", "kernel_session"} <= set(tables)
    assert tables["kernel_event"]
    assert leaks == {}


@pytest.mark.parametrize("form", sorted(forms("a-secret-of-somebody")))
def test_a_secret_that_leaks_would_be_found(form):
    assert found_in(f"xx {form} yy", {"password": "a-secret-of-somebody"})


def test_a_secret_within_base64_would_be_found():
    sent = base64.b64encode(b"ada:a-secret-of-somebody").decode()

    assert found_in(sent, {"password": "a-secret-of-somebody"})
