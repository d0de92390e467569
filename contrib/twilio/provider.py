"""The provider: one request a message, and what the answers mean.

Twilio takes no idempotency key: a request whose answer is lost may have been
accepted, and is sent again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import requests

from contrib.twilio.settings import TwilioSettings
from plugins.notifications.api import Outcome, ProviderUnavailable, SmsMessage

# https://www.twilio.com/docs/api/errors: what is wrong with the number or the text, not with the account.
_ABOUT_MESSAGE: Final = frozenset(
    {21211, 21214, 21217, 21219, 21265, 21407, 21408, 21421, 21602, 21604, 21610, 21612, 21614, 21617, 30006}
)
_REASON: Final = 500  # characters


class TwilioProvider:
    """Sends by one account; safe for several workers at once."""

    def __init__(self, settings: TwilioSettings) -> None:
        self._settings = settings
        account = settings.account_sid
        self._url = f"{settings.url.rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json"
        self._session = requests.Session()
        self._session.auth = (settings.key_sid or account, settings.secret)
        by_service = settings.sender.startswith("MG")
        self._sender = {"MessagingServiceSid" if by_service else "From": settings.sender}

    def send(self, messages: Sequence[SmsMessage]) -> Iterator[Outcome]:
        """Yield one outcome a message; raise ProviderUnavailable when the API takes none now."""
        for message in messages:
            yield self._sent(message)

    def _sent(self, message: SmsMessage) -> Outcome:
        form = {**self._sender, "To": message.to, "Body": message.text}
        try:
            answer = self._session.post(
                self._url, data=form, timeout=self._settings.timeout, allow_redirects=False
            )
        except requests.RequestException as ex:
            raise ProviderUnavailable(f"{self._settings.url}: {type(ex).__name__}") from ex
        body = _body(answer)
        if answer.ok:
            return Outcome(message.id, "sent", provider_id=str(body.get("sid", "")))
        reason = f"{body.get('code', answer.status_code)} {body.get('message', answer.reason)}"[:_REASON]
        if body.get("code") in _ABOUT_MESSAGE:
            return Outcome(message.id, "refused", reason=reason)
        after = answer.headers.get("Retry-After", "")
        raise ProviderUnavailable(reason, float(after) if after.isdigit() else None)


def _body(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
