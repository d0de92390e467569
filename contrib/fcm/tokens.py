"""Access tokens of the service account (RFC 7523), kept until shortly before they end."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials

from kernel import ConfigurationError
from plugins.notifications.api import ProviderUnavailable

_SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"


class AccessTokens:
    """The service account's current token; safe for several workers at once."""

    def __init__(self, info: Mapping[str, Any], timeout: float) -> None:
        try:
            self._credentials = Credentials.from_service_account_info(info, scopes=[_SCOPE])  # type: ignore[no-untyped-call]
        except (ValueError, GoogleAuthError) as ex:
            raise ConfigurationError(
                "fcm.credentials hold no usable key: download the service account's key (JSON) again"
            ) from ex
        # Without a timeout of ours google-auth waits two minutes: the whole lease of a delivery.
        self._request = partial(Request(requests.Session()), timeout=timeout)
        self._lock = threading.Lock()

    def current(self) -> str:
        """Return a token that is good for some minutes more; raise ProviderUnavailable."""
        with self._lock:  # one worker fetches, the others wait for it
            if not self._credentials.valid:
                self._refresh()
            return str(self._credentials.token)

    def refused(self, token: str) -> None:
        """Fetch another next time, unless that happened already."""
        with self._lock:
            if self._credentials.token == token:
                self._credentials.token = None

    def _refresh(self) -> None:
        try:
            self._credentials.refresh(self._request)
        except GoogleAuthError as ex:
            raise ProviderUnavailable(f"no access token: {str(ex)[:300]}") from ex
