"""One SMTP session: opened, secured, signed in, and told message by message.

smtplib does the talking; here are the stages, because what a failure means
depends on where it happens (RFC 5321 4.2): before the last dot of DATA nothing
was taken.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from time import monotonic
from typing import Final

from contrib.smtp.settings import SmtpServer
from plugins.notifications.api import ProviderUnavailable

_OK: Final = range(200, 300)
_PERMANENT: Final = 500
_CLOSING: Final = 421
_TOO_LARGE: Final = 552
_Reply = tuple[int, bytes]


class Lost(Exception):  # noqa: N818 - what happened, not a fault of ours
    """The connection broke; `taken` tells that the message may have been accepted."""

    def __init__(self, reason: str, *, taken: bool) -> None:
        super().__init__(reason)
        self.taken = taken


class Refused(Exception):  # noqa: N818
    """The server does not take this message; `permanent` is a 5xx."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Connection:
    """A signed-in session; raises ProviderUnavailable when there can be none."""

    def __init__(self, settings: SmtpServer) -> None:
        try:
            self._smtp = _opened(settings)
        except smtplib.SMTPAuthenticationError as ex:
            raise ProviderUnavailable(f"{settings.host} refuses the credentials: {_told(ex)}") from ex
        except (OSError, smtplib.SMTPException) as ex:  # ssl.SSLError is an OSError
            raise ProviderUnavailable(f"{settings.host}:{settings.port}: {_told(ex)}") from ex
        self.used = monotonic()

    def submit(self, sender: str, to: str, lines: bytes) -> str:
        """Hand over one message; return what the server answered.

        Raises Refused, Lost, or ProviderUnavailable when the server takes
        nothing from this sender.
        """
        options = ["SMTPUTF8"] if not (sender + to).isascii() else []
        if options and not self._smtp.has_extn("smtputf8"):
            raise Refused("the server does not take addresses beyond ASCII (SMTPUTF8)", permanent=True)
        self.used = monotonic()
        try:
            self._envelope(sender, to, options)
        except (OSError, smtplib.SMTPServerDisconnected) as ex:
            raise Lost(_told(ex), taken=False) from ex
        try:
            reply = self._smtp.data(lines)
        except smtplib.SMTPDataError as ex:  # 354 did not come
            raise self._refusal((ex.smtp_code, _bytes(ex.smtp_error))) from ex
        except (OSError, smtplib.SMTPServerDisconnected) as ex:
            raise Lost(_told(ex), taken=True) from ex
        if reply[0] not in _OK:
            raise self._refusal(reply)
        return _text(reply)

    def _envelope(self, sender: str, to: str, options: list[str]) -> None:
        reply = self._smtp.mail(sender, options)
        if reply[0] not in _OK:
            refusal = self._refusal(reply)
            if reply[0] in (_TOO_LARGE, _CLOSING):
                raise refusal
            raise ProviderUnavailable(f"the sender {sender} is refused: {_text(reply)}")
        reply = self._smtp.rcpt(to)
        if reply[0] not in _OK:
            raise self._refusal(reply)

    def _refusal(self, reply: _Reply) -> Exception:
        """Return what a reply other than 2xx means, ready for the next message."""
        if reply[0] == _CLOSING:
            return Lost(_text(reply), taken=False)
        with suppress(OSError, smtplib.SMTPException):  # broken? the next message will say so
            self._smtp.rset()
        return Refused(_text(reply), permanent=reply[0] >= _PERMANENT)

    def is_alive(self) -> bool:
        """Ask the server whether it is still there."""
        try:
            return self._smtp.noop()[0] in _OK
        except (OSError, smtplib.SMTPException):
            return False

    def close(self) -> None:
        """End the session politely, if the server is still there."""
        with suppress(OSError, smtplib.SMTPException):
            self._smtp.quit()
        self._smtp.close()


def _opened(settings: SmtpServer) -> smtplib.SMTP:
    name, wait = settings.local_hostname or None, settings.timeout
    if settings.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, local_hostname=name, timeout=wait, context=_trust(settings)
        )
    else:
        smtp = smtplib.SMTP(settings.host, settings.port, local_hostname=name, timeout=wait)
    try:
        if settings.security == "starttls":
            smtp.starttls(context=_trust(settings))
        smtp.ehlo_or_helo_if_needed()
        if settings.username:
            smtp.login(settings.username, settings.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _trust(settings: SmtpServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.ca_file or None)


def _text(reply: _Reply) -> str:
    return f"{reply[0]} {reply[1].decode(errors='replace')}"


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _told(ex: Exception) -> str:
    """Return what an exception of smtplib says, the server's words first."""
    if isinstance(ex, smtplib.SMTPResponseException):
        return _text((ex.smtp_code, _bytes(ex.smtp_error)))
    return f"{type(ex).__name__}: {ex}"
