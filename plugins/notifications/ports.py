"""What a provider of e-mail, SMS or push implements, and what it says happened.

A provider is declared with `kernel.Service(EmailProvider, factory, name="smtp")`
and chosen by `[notifications] email_providers = ["smtp", …]`: the first that
works is used. It runs outside any transaction and may be called by several
workers at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol
from uuid import UUID


class ProviderUnavailable(Exception):  # noqa: N818 - said as operators say it
    """The provider cannot take messages now: unreachable, credentials refused, over quota.

    What it has not answered for goes to the next provider, or waits: at least
    `retry_after` seconds when that is given.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message at a provider.

    `sent`: the provider has it, under `provider_id`. `deferred`: not now, another
    provider or another time may do (`retry_after` seconds at least). `refused`:
    never, as with an unknown mailbox. `gone` besides says that the device itself
    is no more: its registration is deleted.
    """

    id: UUID
    state: Literal["sent", "deferred", "refused"]
    provider_id: str = ""
    reason: str = ""
    retry_after: float | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class EmailMessage:
    """A rendered e-mail. `sender` and `to` are RFC 5322 mailboxes; `html` may be empty.

    `id` is the same at every attempt: hand it to a provider that takes
    idempotency keys. `headers` come besides From, To, Subject, Date and
    Message-ID (`message_id`, with its angle brackets).
    """

    id: UUID
    sender: str
    to: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SmsMessage:
    """A text message; `to` is an E.164 number. `id` is the same at every attempt."""

    id: UUID
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class PushMessage:
    """A push notification to one device; `token` as the device's service gave it.

    `keys` are those of a Web Push subscription (`p256dh`, `auth`), whose endpoint
    is the token. What comes with a `tag` takes the place of what the device shows
    under the same one: the same conversation, or this message sent twice. An
    `urgent` one wakes the device.
    """

    id: UUID
    token: str
    title: str
    body: str
    data: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    tag: str = ""
    urgent: bool = False


class EmailProvider(Protocol):
    """Sends e-mail; `kernel.Service(EmailProvider, factory, name=…)`."""

    def send(self, messages: Sequence[EmailMessage]) -> Iterator[Outcome]:
        """Yield one outcome a message, in any order, as soon as it is known.

        Raises ProviderUnavailable when it cannot go on; what it did not yield
        is offered to the next provider.
        """
        ...


class SmsProvider(Protocol):
    """Sends text messages; `kernel.Service(SmsProvider, factory, name=…)`."""

    def send(self, messages: Sequence[SmsMessage]) -> Iterator[Outcome]:
        """Yield one outcome a message; see `EmailProvider.send`."""
        ...


class PushProvider(Protocol):
    """Sends to devices; `kernel.Service(PushProvider, factory, name=…)`, its name the tokens' prefix."""

    def send(self, messages: Sequence[PushMessage]) -> Iterator[Outcome]:
        """Yield one outcome a message; see `EmailProvider.send`."""
        ...

    def check(self, token: str, keys: Mapping[str, str]) -> None:
        """Raise Invalid when this cannot be a device of the provider's; no I/O.

        Point at `/token`, or at `/subscription/endpoint` and `/subscription/keys/…`.
        """
        ...
