"""From a plugin's `send` to a mailbox, through a real server."""

from __future__ import annotations

import socket

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


def test_a_second_server_takes_over_when_the_first_takes_nothing(make_app, smtp):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and not listening
        script, port = smtp()
        backup = {"host": "127.0.0.1", "port": str(port), "security": "none"}
        application = make_app(
            "accounts",
            "smtp",
            notifications={"email_providers": ["smtp", "smtp.backup"]},
            smtp={"host": "127.0.0.1", "port": nobody.getsockname()[1], "others": {"backup": backup}},
        )
        with application.db.atomic():
            send("accounts.deleted", Address(email="ann@example.com"), {"name": "Ann"})

        run_due(application)

    assert [to for _, to, _ in script.received] == ["ann@example.com"]
    assert application.db.rows("SELECT state, provider FROM notifications_delivery") == [
        ("sent", "smtp.backup")
    ]
