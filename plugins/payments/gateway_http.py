"""Requests to a gateway: bounded in time and size, no redirects, JSON in the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog

from kernel import ConfigurationError
from plugins.payments.ports import GatewayUnavailable

log = structlog.get_logger(__name__)
CONNECT_TIMEOUT: Final = 3.05  # seconds; just above one TCP retransmission
LARGEST: Final = 1 << 20
_SUCCESS: Final = range(200, 300)
_LATER: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """What a gateway said, a refusal included: JSON, an empty mapping for no content."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether it did what was asked."""
        return self.status in _SUCCESS


class GatewayHttp:
    """Talks to one gateway by `requests`, which is cooperative under gevent.

    No answer, 408, 429 and 5xx are GatewayUnavailable: what happened is not
    known, so the same is asked again under the same key.
    """

    def __init__(self, base: str, timeout: float, *, auth: tuple[str, str] | None = None) -> None:
        """Wait at most `timeout` seconds between two bytes of an answer."""
        self._base, self._timeout, self._auth = base.rstrip("/"), timeout, auth

    def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, Any] | None = None,
        data: bytes | None = None,
        json: Any = None,
    ) -> GatewayAnswer:
        """Return the answer below 500; raise GatewayUnavailable."""
        import requests  # noqa: PLC0415 - 19 MB that a process without gateways does without

        sent = {"Accept": "application/json", "User-Agent": "Stoa", **(headers or {})}
        try:
            answer = requests.request(
                method, f"{self._base}{path}", headers=sent, data=form or data, json=json, auth=self._auth,
                timeout=(CONNECT_TIMEOUT, self._timeout), allow_redirects=False, stream=True,
            )  # fmt: skip
            with answer:
                content = answer.raw.read(LARGEST + 1, decode_content=True)
        except (requests.RequestException, OSError) as ex:
            raise GatewayUnavailable(f"{self._base}: {type(ex).__name__}") from ex
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status_code in _LATER:
            raise GatewayUnavailable(f"{self._base} answered {answer.status_code}")
        return GatewayAnswer(answer.status_code, self._json(content))

    def _json(self, content: bytes) -> Any:
        if not content:
            return {}
        try:
            return orjson.loads(content)
        except ValueError as ex:
            raise GatewayUnavailable(f"{self._base} answered something that is no JSON") from ex


def require_url(setting: str, url: str, *, production: bool) -> None:
    """Raise ConfigurationError when a gateway's address is none, or not safe in production."""
    if not url.startswith("https://") and (production or not url.startswith("http://")):
        raise ConfigurationError(f"{setting}: `{url}` does not begin with https://")
