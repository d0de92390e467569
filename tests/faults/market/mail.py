"""A mail server that keeps what it was given, and fails in the ways mail servers do."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.faults.market.patience import Patience

Mood = Literal["taking", "refusing", "hanging", "forgetful"]
_MOMENT = 0.05  # seconds between looks at how the server is to behave


@dataclass(frozen=True)
class Mail:
    """One message as it arrived, and when: `time.monotonic()`."""

    id: str
    to: str
    subject: str
    text: str
    at: float


class PostOffice(Controller):
    """An SMTP server on loopback; `mood` may change at any moment.

    refusing answers 451 to every sender; hanging takes the connection and says
    nothing more; forgetful takes a message and breaks the connection instead of
    confirming it, so that the client must send it again under its Message-ID.
    """

    def __init__(self) -> None:
        self.mood: Mood = "taking"
        self.mails: list[Mail] = []
        self._told = threading.Condition()
        super().__init__(self, hostname="127.0.0.1", port=0)

    def factory(self) -> SMTP:
        """Return the protocol of one connection."""
        return SMTP(self, enable_SMTPUTF8=True)

    def _trigger_server(self) -> None:
        """Connect to the port the system chose, which aiosmtpd's own trigger does not know."""
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()  # type: ignore[no-untyped-call]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        while self.mood == "hanging":  # noqa: ASYNC110 - another thread changes it
            await asyncio.sleep(_MOMENT)
        if self.mood == "refusing":
            return "451 4.3.0 try again later"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        read = message_from_bytes(envelope.content, policy=policy.SMTP)
        body = read.get_body(("plain",))
        assert body is not None, "mails have a text"
        [to] = envelope.rcpt_tos
        made = Mail(read["message-id"], to, read["subject"], body.get_content(), time.monotonic())
        with self._told:
            self.mails.append(made)
            self._told.notify_all()
        if self.mood == "forgetful":
            server.transport.close()
        return "250 2.0.0 taken"

    def await_mail(self, to: str, part: str, patience: Patience) -> Mail:
        """Return the first message to somebody that holds a part; raise AssertionError when none comes."""

        def found() -> Mail | None:
            return next((one for one in self.mails if one.to == to and part in one.text), None)

        with self._told:
            while (mail := found()) is None:
                assert patience.lasts(), f"{to} was not sent {part!r}"
                self._told.wait(1.0)
        return mail
