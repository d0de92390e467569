"""The provider: one request a message (the HTTP v1 API has no batches)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import requests

from contrib.fcm.answers import Answer, judged
from contrib.fcm.payload import payload
from contrib.fcm.settings import FcmSettings
from contrib.fcm.tokens import AccessTokens
from kernel import Clock, invalid
from plugins.notifications.api import Outcome, ProviderUnavailable, PushMessage

_PATIENCE: Final = 3  # messages in a row that FCM puts off: then it is not about one device


class FcmProvider:
    """Sends for one Firebase project; safe for several workers at once."""

    def __init__(
        self, settings: FcmSettings, tokens: AccessTokens, clock: Clock, *, project: str, public_url: str
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        self._clock = clock
        self._public_url = public_url
        self._url = f"{settings.url.rstrip('/')}/v1/projects/{project}/messages:send"
        self._session = requests.Session()

    def check(self, token: str, keys: Mapping[str, str]) -> None:  # noqa: ARG002 - FCM alone knows its tokens
        """Raise Invalid for a browser's subscription: FCM takes tokens."""
        if keys:
            raise invalid("/subscription", "FCM takes a registration token, not a subscription.")

    def send(self, messages: Sequence[PushMessage]) -> Iterator[Outcome]:
        """Yield one outcome a message; raise ProviderUnavailable when the API takes none now."""
        put_off = 0
        for message in messages:
            answer = self._answer(message)
            put_off = put_off + 1 if answer.verdict == "later" else 0
            if answer.verdict in ("unavailable", "token") or put_off == _PATIENCE:
                raise ProviderUnavailable(answer.reason, answer.retry_after)
            yield _outcome(message, answer)

    def _answer(self, message: PushMessage) -> Answer:
        """Send one message, again when the access token was not taken: it may just have been revoked."""
        body = payload(message, now=self._clock.now(), ttl=self._settings.ttl, public_url=self._public_url)
        token = self._tokens.current()
        answer = self._posted(body, token)
        if answer.verdict == "token":
            self._tokens.refused(token)
            answer = self._posted(body, self._tokens.current())
        return answer

    def _posted(self, body: Mapping[str, Any], token: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        try:
            answer = self._session.post(
                self._url, json=body, headers=headers, timeout=self._settings.timeout, allow_redirects=False
            )
        except requests.RequestException as ex:
            raise ProviderUnavailable(f"{self._settings.url}: {type(ex).__name__}") from ex
        return judged(answer)


def _outcome(message: PushMessage, answer: Answer) -> Outcome:
    if answer.verdict == "sent":
        return Outcome(message.id, "sent", provider_id=answer.provider_id)
    if answer.verdict == "later":
        return Outcome(message.id, "deferred", reason=answer.reason, retry_after=answer.retry_after)
    return Outcome(message.id, "refused", reason=answer.reason, gone=answer.verdict == "gone")
