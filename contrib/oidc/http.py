"""Requests to a provider: bounded in time and size, no redirects, JSON only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog

from kernel import Unavailable
from plugins.accounts.api import ProviderRefused

MAX_BYTES = 1 << 20
CONNECT_TIMEOUT = 3.05  # seconds; just above one TCP retransmission
SERVER_FAULT = 500
SUCCESS = range(200, 300)

log = structlog.get_logger()


class Http:
    """Talks to providers over `requests`, which is cooperative under gevent.

    The library is imported at the first call: it costs 19 MB, and a profile
    without providers never needs it.
    """

    def __init__(self, timeout: float) -> None:
        """Wait at most `timeout` seconds between two bytes of an answer."""
        self.timeout = timeout

    def get(self, url: str, *, bearer: str = "") -> Any:
        """Return the JSON at `url`; raise Unavailable or ProviderRefused."""
        return self._answer("GET", url, headers={"Authorization": f"Bearer {bearer}"} if bearer else {})

    def post(self, url: str, form: Mapping[str, str], *, basic: tuple[str, str] | None = None) -> Any:
        """Post a form, return the JSON of the answer; raise Unavailable or ProviderRefused."""
        return self._answer("POST", url, data=dict(form), auth=basic)

    def _answer(self, method: str, url: str, headers: Mapping[str, str] | None = None, **body: Any) -> Any:
        import requests  # noqa: PLC0415 - see the class

        sent = {"Accept": "application/json", "User-Agent": "Stoa", **(headers or {})}
        try:
            with requests.request(
                method, url, headers=sent, timeout=(CONNECT_TIMEOUT, self.timeout), allow_redirects=False,
                stream=True, **body,
            ) as response:  # fmt: skip
                content = response.raw.read(MAX_BYTES + 1, decode_content=True)
                status = response.status_code
        except (requests.RequestException, OSError) as ex:
            log.warning("identity_provider_unreachable", url=url, error=str(ex))
            raise Unavailable("The identity provider does not answer; try again.") from ex
        if status >= SERVER_FAULT:
            log.warning("identity_provider_failed", url=url, status=status)
            raise Unavailable("The identity provider has a fault; try again.")
        if status not in SUCCESS:
            log.info("identity_provider_refused", url=url, status=status, answer=content[:300])
            raise ProviderRefused
        return _parsed(content, url)


def _parsed(content: bytes, url: str) -> Any:
    if len(content) > MAX_BYTES:
        log.warning("identity_provider_too_long", url=url, limit=MAX_BYTES)
        raise ProviderRefused
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as ex:
        log.warning("identity_provider_unreadable", url=url, error=str(ex))
        raise ProviderRefused from ex
