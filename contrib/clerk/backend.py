"""Clerk's Backend API: who a user is, for session tokens do not say."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog

from contrib.clerk.settings import ClerkSettings
from kernel import Unavailable
from plugins.accounts.api import ProviderHttp, ProviderRefused, TokenRefused

log = structlog.get_logger()


class Backend:
    """Asks with the secret key; call it outside a transaction."""

    def __init__(self, settings: ClerkSettings, http: ProviderHttp) -> None:
        """Take the settings; nothing is asked yet."""
        self._settings = settings
        self._http = http

    def user(self, user_id: str) -> Mapping[str, Any]:
        """Return a user object (`GET /v1/users/{id}`).

        Raises TokenRefused when Clerk has no such user, Unavailable when it does
        not answer or does not take our key: that is not the caller's fault.
        """
        url = f"{self._settings.api_url.rstrip('/')}/v1/users/{quote(user_id, safe='')}"
        answer = self._http.fetch(url, bearer=self._settings.secret_key)
        if answer.status == HTTPStatus.NOT_FOUND:
            raise TokenRefused("Clerk does not know this user any more.")
        if answer.status != HTTPStatus.OK:
            log.error("clerk_backend_refused", status=answer.status, answer=answer.content[:300])
            raise Unavailable("Clerk did not say who this is; try again.")
        try:
            user = answer.json()
        except ProviderRefused as ex:
            raise Unavailable("Clerk did not say who this is; try again.") from ex
        if not isinstance(user, Mapping) or user.get("id") != user_id:
            log.error("clerk_backend_unexpected", user_id=user_id)
            raise Unavailable("Clerk did not say who this is; try again.")
        return user
