"""Messages as bodies of `POST /v3/mail/send`, alike ones in one body."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from email.utils import parseaddr
from typing import Any, Final

from plugins.notifications.api import EmailMessage

LARGEST_GROUP: Final = 1000  # personalizations the API takes at once
DELIVERY: Final = "stoa_delivery"  # custom argument that comes back with each event


def groups(messages: Sequence[EmailMessage]) -> Iterator[list[EmailMessage]]:
    """Yield messages together that differ in recipient and headers only."""
    alike: dict[Any, list[EmailMessage]] = defaultdict(list)
    for one in messages:
        reply_to = one.headers.get("Reply-To", "")
        alike[one.sender, one.subject, one.text, one.html, reply_to].append(one)
    for group in alike.values():
        for start in range(0, len(group), LARGEST_GROUP):
            yield group[start : start + LARGEST_GROUP]


def payload(group: Sequence[EmailMessage], *, sandbox: bool) -> dict[str, Any]:
    """Return the body for a group."""
    first = group[0]
    content = [{"type": "text/plain", "value": first.text}]
    if first.html:
        content.append({"type": "text/html", "value": first.html})
    body: dict[str, Any] = {
        "personalizations": [_personalization(one) for one in group],
        "from": _mailbox(first.sender),
        "subject": first.subject,
        "content": content,
        # Rewritten links would take people through another host: codes and sign-in links are in there.
        "tracking_settings": {"click_tracking": {"enable": False}, "open_tracking": {"enable": False}},
    }
    if "Reply-To" in first.headers:
        body["reply_to"] = _mailbox(first.headers["Reply-To"])
    if sandbox:
        body["mail_settings"] = {"sandbox_mode": {"enable": True}}
    return body


def _personalization(message: EmailMessage) -> dict[str, Any]:
    headers = {name: value for name, value in message.headers.items() if name != "Reply-To"}
    return {
        "to": [_mailbox(message.to)],
        "headers": {**headers, "Message-ID": message.message_id},
        "custom_args": {DELIVERY: str(message.id)},
    }


def _mailbox(mailbox: str) -> dict[str, str]:
    name, address = parseaddr(mailbox)
    return {"email": address or mailbox, **({"name": name} if name else {})}
