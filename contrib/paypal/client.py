"""PayPal's API: an access token by client credentials, kept until shortly before it ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from contrib.paypal.settings import PaypalSettings
from kernel import Clock
from plugins.payments.api import GatewayAnswer, GatewayDeclined, GatewayHttp, GatewayUnavailable

_EARLY: Final = timedelta(seconds=60)


class PaypalClient:
    """Calls with a valid token; a second process has one of its own."""

    def __init__(self, settings: PaypalSettings, clock: Clock) -> None:
        self._clock = clock
        self._http = GatewayHttp(settings.url, settings.timeout)
        self._tokens = GatewayHttp(
            settings.url, settings.timeout, auth=(settings.client_id, settings.client_secret)
        )
        self._token, self._ends = "", datetime.min.replace(tzinfo=clock.now().tzinfo)

    def get(self, path: str) -> Mapping[str, Any]:
        """Return what is there; raise GatewayDeclined or GatewayUnavailable."""
        return _done(self.call("GET", path))

    def post(self, path: str, body: Any, key: str = "") -> Mapping[str, Any]:
        """Do something, once under a key; raise GatewayDeclined or GatewayUnavailable."""
        return _done(self.call("POST", path, body, key))

    def call(
        self, method: str, path: str, body: Any = None, key: str = "", data: bytes | None = None
    ) -> GatewayAnswer:
        """Return the answer, a refusal included; a token that is refused is asked for anew, once."""
        headers = {
            "Content-Type": "application/json",
            "Prefer": "return=representation",
            **({"PayPal-Request-Id": key} if key else {}),
        }
        for attempt in range(2):
            headers["Authorization"] = f"Bearer {self._bearer(renew=attempt > 0)}"
            answer = self._http.call(method, path, headers=headers, json=body, data=data)
            if answer.status != HTTPStatus.UNAUTHORIZED:
                return answer
        raise GatewayUnavailable("PayPal refuses our token.")

    def _bearer(self, *, renew: bool) -> str:
        now = self._clock.now()
        if renew or now >= self._ends:
            answer = self._tokens.call("POST", "/v1/oauth2/token", form={"grant_type": "client_credentials"})
            if not answer.ok:
                raise GatewayUnavailable(f"PayPal gives no token: {answer.body.get('error', answer.status)}")
            self._token = str(answer.body["access_token"])
            self._ends = now + timedelta(seconds=int(answer.body["expires_in"])) - _EARLY
        return self._token


def issue_of(answer: GatewayAnswer) -> str:
    """Return PayPal's word for why it refused."""
    details = answer.body.get("details") or [{}]
    return str(details[0].get("issue") or answer.body.get("name") or "refused")


def _done(answer: GatewayAnswer) -> Mapping[str, Any]:
    if not answer.ok:
        raise GatewayDeclined(str(answer.body.get("message") or "PayPal refused."), issue_of(answer))
    found: Mapping[str, Any] = answer.body
    return found
