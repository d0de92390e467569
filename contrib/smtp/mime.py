"""A message as the lines that travel by SMTP (RFC 5322, 2045)."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage as Mime
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr

from plugins.notifications.api import EmailMessage


def mime(message: EmailMessage, now: datetime) -> Mime:
    """Return the message with a text part and, if there is one, an HTML alternative.

    Bodies are quoted-printable, so any server takes them. Raises ValueError for
    an address or a header that cannot be written.
    """
    sender, to = _mailbox(message.sender), _mailbox(message.to)
    is_ascii = (sender.addr_spec + to.addr_spec).isascii()
    made = Mime(policy=SMTP if is_ascii else SMTPUTF8)
    made["From"] = sender
    made["To"] = to
    made["Subject"] = message.subject
    made["Date"] = format_datetime(now)
    made["Message-ID"] = message.message_id
    for name, value in message.headers.items():
        made[name] = value
    made.set_content(message.text, cte="quoted-printable")
    if message.html:
        made.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return made


def envelope_address(mailbox: str) -> str:
    """Return the address of a mailbox, its domain in ASCII (RFC 5890); raise ValueError for none."""
    address = parseaddr(mailbox)[1] if mailbox.isprintable() else ""
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or any(c.isspace() for c in address):
        raise ValueError(f"`{mailbox}` is no e-mail address")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"


def _mailbox(mailbox: str) -> Address:
    local, _, domain = envelope_address(mailbox).rpartition("@")
    return Address(display_name=parseaddr(mailbox)[0], username=local, domain=domain)
