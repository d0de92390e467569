"""The provider: a batch over one connection, kept for the next batch."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from time import monotonic

from contrib.smtp.connection import Connection, Lost, Refused
from contrib.smtp.mime import envelope_address, mime
from contrib.smtp.settings import SmtpServer
from kernel import Clock
from plugins.notifications.api import EmailMessage, Outcome, ProviderUnavailable


class SmtpProvider:
    """Sends by one server. Several workers may send at once, each over its own connection."""

    def __init__(self, settings: SmtpServer, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._idle: list[Connection] = []
        self._lock = threading.Lock()

    def send(self, messages: Sequence[EmailMessage]) -> Iterator[Outcome]:
        """Yield one outcome a message; raise ProviderUnavailable when the server takes none.

        A message whose connection broke after its last line may have been
        accepted: it is deferred, and may arrive twice under one Message-ID.
        """
        session = _Session(self._take())
        try:
            for message in messages:
                yield self._sent(session, message)
        except BaseException:
            session.connection.close()
            raise
        self._keep(session.connection)

    def _sent(self, session: _Session, message: EmailMessage) -> Outcome:
        try:
            lines = mime(message, self._clock.now()).as_bytes()
            sender = envelope_address(self._settings.envelope_from or message.sender)
            to = envelope_address(message.to)
        except (ValueError, UnicodeError) as ex:
            return Outcome(message.id, "refused", reason=str(ex))
        try:
            reply = self._submitted(session, sender, to, lines)
        except Refused as ex:
            return Outcome(message.id, "refused" if ex.permanent else "deferred", reason=str(ex))
        except Lost as ex:
            session.renew(self._settings)
            return Outcome(message.id, "deferred", reason=f"the connection broke, perhaps too late: {ex}")
        session.count += 1
        return Outcome(message.id, "sent", provider_id=message.message_id, reason=reply)

    def _submitted(self, session: _Session, sender: str, to: str, lines: bytes) -> str:
        """Submit a message, over a new connection if this one ended before it was taken.

        Servers end a session after so many messages; only one that took none is unavailable.
        """
        try:
            return session.connection.submit(sender, to, lines)
        except Lost as ex:
            if ex.taken:
                raise
            if not session.count:
                raise ProviderUnavailable(str(ex)) from ex
        session.renew(self._settings)
        try:
            return session.connection.submit(sender, to, lines)
        except Lost as ex:
            if ex.taken:
                raise
            raise ProviderUnavailable(str(ex)) from ex

    def _take(self) -> Connection:
        """Return an idle connection that still works, or a new one."""
        while True:
            with self._lock:
                if not self._idle:
                    break
                connection = self._idle.pop()
            if monotonic() - connection.used <= self._settings.idle and connection.is_alive():
                return connection
            connection.close()
        return Connection(self._settings)

    def _keep(self, connection: Connection) -> None:
        if not self._settings.idle:
            connection.close()
            return
        with self._lock:
            self._idle.append(connection)

    def close(self) -> None:
        """End what is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


class _Session:
    """A connection during one batch, and how many messages it took."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.count = connection, 0

    def renew(self, settings: SmtpServer) -> None:
        self.connection.close()
        self.connection, self.count = Connection(settings), 0
