"""Links that prove control of an address, and how many messages one may get.

A link's token is the kernel's one-time code for a purpose: kept as a digest,
good once, replaced by the next. Requests beyond `messages_per_hour` for one
address are dropped without a word: their answer must not tell who exists.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal, get_args
from urllib.parse import quote
from uuid import UUID

from kernel import ConfigurationError, app
from plugins.accounts.problems import InvalidToken
from plugins.accounts.settings import AccountsSettings
from plugins.accounts.vault import fingerprint

Purpose = Literal["verify_email", "reset_password", "change_email"]
HOUR: Final = 3600  # seconds


def issue(purpose: Purpose, user_id: UUID) -> str:
    """Return the URL of a fresh link; an earlier one for this purpose stops working."""
    settings = app.settings.of(AccountsSettings)
    seconds = settings.reset_password_ttl if purpose == "reset_password" else settings.verify_email_ttl
    token = app.auth.codes.issue(_code(purpose), str(user_id), ttl=timedelta(seconds=seconds), shape="token")
    origin = app.settings.kernel.public_url.rstrip("/")
    page = f"{origin}/v1/auth/pages/{purpose.replace('_', '-')}?token={{token}}"
    template: str = getattr(settings, f"{purpose}_url") or page
    return template.replace("{token}", quote(token, safe=""))


def redeem(purpose: Purpose, token: str) -> UUID:
    """Return whose link it is and spend it, with the transaction; raise InvalidToken."""
    subject = app.auth.codes.redeem(_code(purpose), token)
    if subject is None:
        raise InvalidToken
    return UUID(subject)


def withdraw(user_id: UUID, *purposes: Purpose) -> None:
    """Make links that were sent stop working."""
    for purpose in purposes:
        app.auth.codes.withdraw(_code(purpose), str(user_id))


def may_send(purpose: str, address: str) -> bool:
    """Say whether one more message may go to an address within the hour."""
    allowance = app.settings.of(AccountsSettings).messages_per_hour
    return app.limiter.hit(f"accounts:{purpose}:{fingerprint(address)}", allowance, HOUR).allowed


def check_origin(environment: str, public_url: str, settings: AccountsSettings) -> None:
    """Raise ConfigurationError in production when a link in a message would lead nowhere."""
    if environment != "production" or public_url:
        return
    for purpose in get_args(Purpose):
        if not getattr(settings, f"{purpose}_url"):
            raise ConfigurationError(
                "kernel.public_url is empty and links in messages lead nowhere: set it,"
                f" or accounts.{purpose}_url"
            )


def _code(purpose: Purpose) -> str:
    return f"accounts.{purpose}"
