"""From a plugin's `send` to a mailbox, through a real server."""

from __future__ import annotations

from kernel.tasks.worker import run_due
from plugins.notifications.api import Address, send


def test_a_message_goes_from_a_transaction_to_a_server(make_app, smtp):
    script, port = smtp()
    application = make_app(
        "accounts",
        "smtp",
        notifications={"email_providers": ["smtp"], "sender": "Stoa <no-reply@stoa.example>"},
        smtp={"host": "127.0.0.1", "port": port, "security": "none"},
    )

    with application.db.atomic():
        for name in ("ann", "bob"):
            send("accounts.deleted", Address(email=f"{name}@example.com"), {"name": name})
    run_due(application)

    assert sorted(to for _, to, _ in script.received) == ["ann@example.com", "bob@example.com"]
    assert len(script.sessions) == 1
    assert script.received[0][2]["Subject"] == "Your account was deleted"
    [row] = application.db.rows("SELECT DISTINCT state, provider, content FROM notifications_delivery")
    assert row == ("sent", "smtp", None)
