"""Who a socket is: recognised at CONNECT, renewed, recognised again when rights change.

A client sends its token in the CONNECT packet, `auth: {"token": "…"}` (an access
token or an API key), or, where it cannot, in the `Authorization` header of the
handshake; never in the address, which is logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from kernel.errors import FieldError, Invalid

if TYPE_CHECKING:
    from kernel.auth import Auth
    from kernel.auth.principals import Principal
    from kernel.clock import Clock

MAX_TOKEN: Final = 8192  # characters


@dataclass(frozen=True, slots=True)
class Identity:
    """A recognised caller, by which headers, and until when that holds.

    At `ends` the socket is closed: the end of an access token or API key. At
    `again` whoever sent the credential is asked about anew, where nobody tells us
    of its end.
    """

    principal: Principal
    headers: Mapping[str, str]
    ends: datetime | None = None
    again: datetime | None = None


class Identities:
    """Recognises sockets by the credentials they were given."""

    def __init__(self, auth: Auth, clock: Clock, recheck: float) -> None:
        """Ask about credentials of other identity providers every `recheck` seconds."""
        self._auth, self._clock, self._recheck = auth, clock, timedelta(seconds=recheck)
        self._nobody = Identity(auth.anonymous, {})

    def of(self, auth: Mapping[str, Any], handshake: Mapping[str, str]) -> Identity:
        """Return who sent this CONNECT payload over a handshake with these (lower-cased) headers.

        Raises Invalid for a token that is none, Unauthorized for one that is not good.
        """
        token = auth.get("token")
        if token is None:
            return self.known({name: handshake[name] for name in ("authorization",) if name in handshake})
        return self.by_token(token)

    def at_hand(self, auth: Mapping[str, Any], handshake: Mapping[str, str]) -> Identity | None:
        """Return what `of` would without I/O; None where it must ask, or would raise."""
        token = auth.get("token")
        if token is None and "authorization" not in handshake:
            return self._anonymous()
        if token is None:
            headers = {"authorization": handshake["authorization"]}
        elif isinstance(token, str) and 0 < len(token) <= MAX_TOKEN and token.isascii():
            headers = {"authorization": f"Bearer {token}"}
        else:
            return None
        principal = self._auth.at_hand(headers)
        return self._identity(principal, headers) if principal is not None else None

    def _anonymous(self) -> Identity | None:
        principal = self._auth.at_hand({})
        if principal is None:
            return None
        if self._nobody.principal is not principal:
            self._nobody = Identity(principal, {})
        return self._nobody

    def by_token(self, token: Any) -> Identity:
        """Return who a token names; raise as `of` does."""
        if not isinstance(token, str) or not 0 < len(token) <= MAX_TOKEN or not token.isascii():
            fault = FieldError(f"Give a token: text of at most {MAX_TOKEN} characters.", pointer="/token")
            raise Invalid(errors=(fault,))
        return self.known({"authorization": f"Bearer {token}"})

    def known(self, headers: Mapping[str, str]) -> Identity:
        """Return who sends these headers now; raise Unauthorized when nobody may any more."""
        return self._identity(self._auth.principal_for(headers), headers)

    def _identity(self, principal: Principal, headers: Mapping[str, str]) -> Identity:
        ours = principal.session_id is not None or principal.kind in {"anonymous", "api_key"}
        again = None if ours else self._clock.now() + self._recheck
        return Identity(principal, headers, ends=principal.expires_at, again=again)
