"""Bounces, as SendGrid reports them."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kernel.tasks.worker import run_due
from kernel.testing import Client
from plugins.notifications.api import Address, send
from tests.contrib.sendgrid.conftest import KEY

PRIVATE = generate_private_key(SECP256R1())
PUBLIC_KEY = base64.b64encode(
    PRIVATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()
EVENTS = "/v1/sendgrid/events"


@pytest.fixture
def application(make_app, api):
    """Return an application that has sent one message by SendGrid."""
    made = make_app(
        "accounts",
        "sendgrid",
        notifications={"email_providers": ["sendgrid"]},
        sendgrid={"api_key": KEY, "url": api.url, "webhook_key": PUBLIC_KEY},
    )
    send("accounts.deleted", Address(email="ann@example.com"), {"name": "Ann"})
    run_due(made)
    return made


def report(application, events, *, key=PRIVATE):
    body = json.dumps(events).encode()
    signature = base64.b64encode(key.sign(b"1700000000" + body, ECDSA(SHA256()))).decode()
    headers = {
        "content-type": "application/json",
        "x-twilio-email-event-webhook-signature": signature,
        "x-twilio-email-event-webhook-timestamp": "1700000000",
    }
    return Client(application).post(EVENTS, body=body, headers=headers)


def delivery(application):
    [row] = application.db.dicts("SELECT id, state, reason, provider_id FROM notifications_delivery")
    return row


def bounce(application, **changes):
    sent = delivery(application)
    return {
        "event": "bounce",
        "type": "bounce",
        "reason": "550 5.1.1 gone",
        "sg_message_id": f"{sent['provider_id'].partition('/')[0]}.recvd-1-2.0",
        "stoa_delivery": str(sent["id"]),
        **changes,
    }


def test_a_bounce_marks_the_delivery_and_suppresses_the_address(application):
    events = [{"event": "processed"}, bounce(application), bounce(application)]

    assert report(application, events).status == 204

    assert delivery(application)["state"] == "bounced"
    assert delivery(application)["reason"] == "550 5.1.1 gone"
    assert application.db.rows("SELECT address FROM notifications_suppression") == [("ann@example.com",)]


def test_a_blocked_message_is_noted_only(application):
    report(application, [bounce(application, type="blocked", reason="421 busy")])

    assert delivery(application)["state"] == "sent"
    assert delivery(application)["reason"] == "421 busy"
    assert application.db.rows("SELECT FROM notifications_suppression") == []


def test_a_report_somebody_else_signed_is_refused(application):
    answer = report(application, [bounce(application)], key=generate_private_key(SECP256R1()))

    assert answer.status == 403
    assert delivery(application)["state"] == "sent"


@pytest.mark.parametrize(
    "events", [{}, "text", [1, None, {"event": "bounce"}, {"event": "bounce", "stoa_delivery": "x"}]]
)
def test_a_report_of_another_shape_does_no_harm(application, events):
    assert report(application, events).status in (204, 400)
    assert delivery(application)["state"] == "sent"
