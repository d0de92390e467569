"""A real SMTP server on loopback that does as it is told."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from contrib.smtp.provider import SmtpProvider
from contrib.smtp.settings import SmtpSettings
from kernel import uuid7
from kernel.clock import SystemClock
from plugins.notifications.api import EmailMessage

CREDENTIALS = ("stoa", "violet-harbour-71")


@dataclass
class Scripted:
    """What the server was handed, and what it answers: by recipient, or until told otherwise."""

    received: list[Any] = field(default_factory=list)
    sessions: list[Any] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    mail: str = ""
    close_after: int = 0
    drop_in_data: bool = False

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if session not in self.sessions:
            self.sessions.append(session)
        if self.mail:
            return self.mail
        taken = getattr(session, "taken", 0)
        if self.close_after and taken >= self.close_after:
            return "421 4.7.0 too many messages on this connection"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        [to] = envelope.rcpt_tos
        if self.drop_in_data:
            self.drop_in_data = False
            server.transport.close()
            return "250 never read"
        if to in self.data:
            return self.data[to]
        session.taken = getattr(session, "taken", 0) + 1
        self.received.append(
            (envelope.mail_from, to, message_from_bytes(envelope.content, policy=policy.SMTP))
        )
        return "250 2.0.0 queued as 42"


class _Server(Controller):
    """aiosmtpd as a server of the wanted security."""

    def __init__(self, handler: Scripted, security: str, context: ssl.SSLContext | None, auth: bool) -> None:
        self.options: dict[str, Any] = {"enable_SMTPUTF8": True}
        if security == "starttls":
            self.options |= {"tls_context": context, "require_starttls": True}
        if auth:
            self.options |= {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": False}
        implicit = context if security == "tls" else None
        super().__init__(handler, hostname="127.0.0.1", port=0, ssl_context=implicit)

    def factory(self) -> SMTP:
        with warnings.catch_warnings():  # implicit TLS is not what it takes for TLS
            warnings.simplefilter("ignore", UserWarning)
            return SMTP(self.handler, **self.options)

    def _trigger_server(self) -> None:
        """Connect to the port the system chose, which aiosmtpd's own trigger does not know."""
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    given = (data.login.decode(), data.password.decode())
    return AuthResult(success=given == CREDENTIALS, handled=False)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Return a certificate authority of the tests' own."""
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority, tmp_path_factory) -> str:
    """Return the file with the authority's certificate."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def smtp(authority) -> Iterator[Callable[..., Any]]:
    """Start servers: `smtp(security="tls", auth=True)` returns the script and the port."""
    running: list[_Server] = []

    def start(security: str = "none", *, auth: bool = False, name: str = "localhost") -> Any:
        context = None
        if security != "none":
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            authority.issue_cert(name).configure_cert(context)
        script = Scripted()
        server = _Server(script, security, context, auth)
        server.start()
        running.append(server)
        return script, server.port

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def provider() -> Iterator[Callable[..., SmtpProvider]]:
    """Make providers: `provider(port, username="stoa", …)`."""
    made: list[SmtpProvider] = []

    def make(port: int, **settings: Any) -> SmtpProvider:
        wanted = {"host": "localhost", "port": port, "security": "none", "timeout": 5.0, **settings}
        made.append(SmtpProvider(SmtpSettings(**wanted), SystemClock()))
        return made[-1]

    yield make
    for one in made:
        one.close()


def letter(to: str = "ann@example.com", **changes: Any) -> EmailMessage:
    """Return a message."""
    values = {
        "id": uuid7(),
        "sender": "Stoa <no-reply@stoa.example>",
        "to": to,
        "subject": "Grüße aus Köln",
        "text": "Hello,\n.\nthis is all.\n",
        "html": "<p>Hello – this is all.</p>",
        "message_id": f"<{uuid7()}@stoa.example>",
        "headers": {"Auto-Submitted": "auto-generated"},
    }
    return EmailMessage(**{**values, **changes})
