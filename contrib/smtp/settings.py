"""Settings: `[smtp]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from kernel import setting


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Which server takes the mail, and how it is spoken to."""

    host: str = setting("", help="The server's name; required.")
    port: int = setting(587, help="Its port.", minimum=1, maximum=65535)
    security: Literal["starttls", "tls", "none"] = setting(
        "starttls", help="`starttls` (port 587), `tls` from the first byte (465), or `none` (a local relay)."
    )
    username: str = setting("", help="Whom to sign in as; empty: nobody.")
    password: str = setting("", help="The password or key that goes with it.", secret=True)
    ca_file: str = setting("", help="PEM file of authorities to trust in place of the system's.")
    envelope_from: str = setting("", help="Address bounces go to; empty: the sender's.")
    local_hostname: str = setting("", help="The name to greet with; empty: this machine's.")
    timeout: float = setting(20.0, help="Seconds to wait for the server at each step.", minimum=0.1)
    idle: float = setting(
        30.0, help="Seconds a connection is kept for the next batch; 0: closed at once.", minimum=0
    )


@dataclass(frozen=True, slots=True)
class SmtpSettings(SmtpServer):
    """The server that takes the mail, and others for when it does not."""

    others: dict[str, Any] = setting(
        {},
        help="More servers, one table each with the keys above: `[smtp.others.backup]` is the provider "
        "`smtp.backup`.",
        secret=True,
    )
