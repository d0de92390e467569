"""The provider: groups of messages by HTTP, and what the answers mean.

The API takes no idempotency key: a request whose answer is lost may have been
accepted, and is sent again under the same Message-ID.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, Final

import requests

from contrib.sendgrid.payload import groups, payload
from contrib.sendgrid.settings import SendgridSettings
from kernel import Clock
from plugins.notifications.api import EmailMessage, Outcome, ProviderUnavailable

_AT: Final = re.compile(r"personalizations[.\[](\d+)")
_REASON: Final = 500  # characters


class SendgridProvider:
    """Sends by one account; safe for several workers at once."""

    def __init__(self, settings: SendgridSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {settings.api_key}"

    def send(self, messages: Sequence[EmailMessage]) -> Iterator[Outcome]:
        """Yield one outcome a message; raise ProviderUnavailable when the API takes none now."""
        for group in groups(messages):
            yield from self._sent(group)

    def _sent(self, group: list[EmailMessage]) -> Iterator[Outcome]:
        answer = self._post(payload(group, sandbox=self._settings.sandbox))
        if answer.ok:
            given = answer.headers.get("X-Message-Id", "")
            yield from (Outcome(one.id, "sent", provider_id=provider_id(given, str(one.id))) for one in group)
            return
        self._raise_unless_about_messages(answer)
        faults = _faults(answer)
        refused = {index: text for index, text in faults.items() if index is not None and index < len(group)}
        if refused:
            yield from (Outcome(group[index].id, "refused", reason=text) for index, text in refused.items())
            rest = [one for index, one in enumerate(group) if index not in refused]
            yield from self._sent(rest) if rest else ()
        elif len(group) == 1:
            yield Outcome(group[0].id, "refused", reason=_told(answer))
        else:  # one of them is at fault, and the answer does not say which
            for one in group:
                yield from self._sent([one])

    def _post(self, body: dict[str, Any]) -> requests.Response:
        url = f"{self._settings.url.rstrip('/')}/v3/mail/send"
        try:
            return self._session.post(url, json=body, timeout=self._settings.timeout, allow_redirects=False)
        except requests.RequestException as ex:
            raise ProviderUnavailable(f"{url}: {type(ex).__name__}") from ex

    def _raise_unless_about_messages(self, answer: requests.Response) -> None:
        if answer.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
            return
        raise ProviderUnavailable(_told(answer), self._retry_after(answer))

    def _retry_after(self, answer: requests.Response) -> float | None:
        """Return the seconds to wait: `Retry-After`, or until `X-RateLimit-Reset` (a Unix time)."""
        after, reset = answer.headers.get("Retry-After", ""), answer.headers.get("X-RateLimit-Reset", "")
        if after.isdigit():
            return float(after)
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS and reset.isdigit():
            return max(0.0, float(reset) - self._clock.now().timestamp())
        return None


def provider_id(message_id: str, delivery: str) -> str:
    """Return the id a delivery has at the provider; one request may carry many."""
    return f"{message_id.partition('.')[0]}/{delivery}"


def _errors(answer: requests.Response) -> list[dict[str, Any]]:
    try:
        found = answer.json()["errors"]
        return [one for one in found if isinstance(one, dict)]
    except (ValueError, KeyError, TypeError):
        return []


def _faults(answer: requests.Response) -> dict[int | None, str]:
    """Return what is wrong by the index of the recipient; None for what concerns all."""
    found: dict[int | None, str] = {}
    for error in _errors(answer):
        at = _AT.search(str(error.get("field") or ""))
        found[int(at[1]) if at else None] = f"{answer.status_code} {error.get('message', '')}"[:_REASON]
    return found


def _told(answer: requests.Response) -> str:
    said = "; ".join(str(error.get("message", "")) for error in _errors(answer))
    return f"{answer.status_code} {said or answer.reason}"[:_REASON]
