"""What a message is about, and whom it goes to: the values of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Channel = Literal["in_app", "email", "sms", "push"]
CHANNELS: Final[tuple[Channel, ...]] = ("in_app", "email", "sms", "push")


@dataclass(frozen=True, slots=True)
class NotificationType:
    """A kind of message that people know by its `title` and may switch on and off.

    `name` is `<plugin>.<name>`; its templates are
    `templates/notifications/<name>.txt` and `.html` of the declaring plugin.
    `channels` are those it may take (`in_app`, `email`, `sms`, `push`), `opt_in`
    those of them that stay off until the person switches them on.

    `mandatory` types pass preferences, quiet hours and suppressed addresses: for
    what a person asked for or must learn of. The content of `sensitive` ones
    (codes, links that sign in) is erased once delivered; they cannot be in-app.
    `digestible` ones wait for the digest of people who chose one.
    """

    name: str
    title: str
    channels: tuple[str, ...] = ("in_app", "email")
    summary: str = ""
    mandatory: bool = False
    sensitive: bool = False
    digestible: bool = True
    opt_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where and how an account is reached; what is None cannot be used.

    `language` is a BCP 47 tag, `timezone` a name of the IANA database; `devices`
    are push tokens as `<provider>:<token>`.
    """

    name: str = ""
    email: str | None = None
    phone: str | None = None
    language: str = "en"
    timezone: str = "UTC"
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """A recipient without (or beside) an account: an e-mail address, a number, or both.

    Channels that the address lacks are left out; `in_app` and `push` always are.
    """

    email: str | None = None
    phone: str | None = None
    name: str = ""
    language: str = "en"
