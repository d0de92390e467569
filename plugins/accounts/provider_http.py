"""Requests to a provider: bounded in time and size, no redirects, JSON only."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from kernel import Unavailable
from plugins.accounts.problems import ProviderRefused

if TYPE_CHECKING:
    from requests import Response

MAX_BYTES = 1 << 20
CHUNK = 1 << 16
CONNECT_TIMEOUT = 3.05  # seconds; just above one TCP retransmission
WHOLE = 3  # times the timeout: what an answer that drips may take in all
SERVER_FAULT = 500
SUCCESS = range(200, 300)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """An answer below 500; header names are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """Return the content as JSON; raise ProviderRefused when it is none or too long."""
        if len(self.content) > MAX_BYTES:
            log.warning("identity_provider_too_long", url=self.url, limit=MAX_BYTES)
            raise ProviderRefused
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as ex:
            log.warning("identity_provider_unreadable", url=self.url, error=str(ex))
            raise ProviderRefused from ex


class ProviderHttp:
    """Talks to providers over `requests`, which is cooperative under gevent.

    The library is imported at the first call: it costs 19 MB, and a profile
    without providers never needs it.
    """

    def __init__(self, timeout: float) -> None:
        """Wait at most `timeout` seconds between two bytes of an answer, three times that for all."""
        self.timeout = timeout

    def get(self, url: str, *, bearer: str = "") -> Any:
        """Return the JSON at `url`; raise Unavailable or ProviderRefused."""
        return _accepted(self.fetch(url, bearer=bearer))

    def post(self, url: str, form: Mapping[str, str], *, basic: tuple[str, str] | None = None) -> Any:
        """Post a form, return the JSON of the answer; raise Unavailable or ProviderRefused."""
        return _accepted(self._answer("POST", url, data=dict(form), auth=basic))

    def fetch(self, url: str, *, bearer: str = "") -> ProviderAnswer:
        """Return what is at `url`, be it a refusal; raise Unavailable."""
        return self._answer("GET", url, headers={"Authorization": f"Bearer {bearer}"} if bearer else {})

    def _answer(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, **body: Any
    ) -> ProviderAnswer:
        import requests  # noqa: PLC0415 - see the class

        sent = {"Accept": "application/json", "User-Agent": "Stoa", **(headers or {})}
        deadline = time.monotonic() + WHOLE * self.timeout
        try:
            with requests.request(
                method, url, headers=sent, timeout=(CONNECT_TIMEOUT, self.timeout), allow_redirects=False,
                stream=True, **body,
            ) as response:  # fmt: skip
                content = _read(response, deadline)
                told = {name.lower(): value for name, value in response.headers.items()}
                answer = ProviderAnswer(url, response.status_code, told, content)
        except (requests.RequestException, OSError, _urllib3_error()) as ex:
            log.warning("identity_provider_unreachable", url=url, error=str(ex))
            raise Unavailable("The identity provider does not answer; try again.") from ex
        if answer.status >= SERVER_FAULT:
            log.warning("identity_provider_failed", url=url, status=answer.status)
            raise Unavailable("The identity provider has a fault; try again.")
        return answer


def _urllib3_error() -> type[Exception]:
    """Return what reading the raw stream raises: `requests` does not translate it."""
    from urllib3.exceptions import HTTPError  # noqa: PLC0415 - see ProviderHttp

    return HTTPError


def _read(response: Response, deadline: float) -> bytes:
    """Return the body, cut one byte above the limit; raise TimeoutError when it drips too long."""
    content = bytearray()
    while len(content) <= MAX_BYTES:
        if time.monotonic() > deadline:
            raise TimeoutError("the answer takes too long")
        piece = response.raw.read1(CHUNK, decode_content=True)
        if not piece:
            break
        content += piece
    return bytes(content)


def _accepted(answer: ProviderAnswer) -> Any:
    if answer.status not in SUCCESS:
        log.info(
            "identity_provider_refused", url=answer.url, status=answer.status, answer=answer.content[:300]
        )
        raise ProviderRefused
    return answer.json()
