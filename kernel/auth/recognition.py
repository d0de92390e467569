"""From a request's headers to its principal.

Hot path: a credential seen lately is one look-up. Else it is verified and one
statement reads what the caller may do now. While the listener is not connected
a change could be missed, so everybody is asked about, every time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel.auth.account_status import AccountStatus
from kernel.auth.api_keys import prefix_of
from kernel.auth.changes import Change
from kernel.auth.digests import digest_of, same
from kernel.auth.principal_cache import Entry, PrincipalCache
from kernel.auth.principals import Everywhere, Grant, Principal, Scopes
from kernel.auth.problems import CredentialsRefused
from kernel.http.endpoint import AUTHENTICATED

if TYPE_CHECKING:
    from kernel.auth.access_tokens import AccessClaims, AccessTokens
    from kernel.auth.last_used import LastUsed
    from kernel.auth.roles import Roles
    from kernel.auth.settings import AuthSettings
    from kernel.clock import Clock
    from kernel.storage import Database, Listener

Authenticator = Callable[[Mapping[str, str]], Principal | None]

SESSION = """
SELECT s.revoked_at, s.mfa_at, a.status, a.status_until, g.role, g.scope
FROM kernel_session s JOIN kernel_account a ON a.id = s.account_id
LEFT JOIN kernel_grant g ON g.account_id = a.id
WHERE s.id = %s AND s.account_id = %s
"""
API_KEY = """
SELECT k.id, k.digest, k.revoked_at, k.expires_at, k.permissions, k.scopes,
       a.id, a.status, a.status_until, g.role, g.scope
FROM kernel_api_key k JOIN kernel_account a ON a.id = k.account_id
LEFT JOIN kernel_grant g ON g.account_id = a.id
WHERE k.prefix = %s
"""
ACCOUNT = """
SELECT a.signed_out_at, a.status, a.status_until, g.role, g.scope
FROM kernel_account a LEFT JOIN kernel_grant g ON g.account_id = a.id
WHERE a.id = %s
"""
REVOKED = "The session was ended; sign in again."


class Recognition:
    """Tells who sent a request."""

    def __init__(
        self,
        settings: AuthSettings,
        db: Database,
        clock: Clock,
        listener: Listener,
        *,
        roles: Roles,
        tokens: AccessTokens,
        last_used: LastUsed,
        authenticators: Sequence[Authenticator] = (),
    ) -> None:
        self._db = db
        self._clock = clock
        self._listener = listener
        self._roles = roles
        self._tokens = tokens
        self._last_used = last_used
        self._authenticators = tuple(authenticators)
        self._life = timedelta(seconds=settings.principal_ttl)
        self._cache = PrincipalCache(settings.principal_cache)
        self.anonymous = Principal(permissions=roles.resolve(frozenset(), authenticated=False))

    def principal_for(self, headers: Mapping[str, str]) -> Principal:
        """Return who sent these (lower-cased) headers; raise a 401 for bad credentials."""
        credential = headers.get("authorization")
        if credential is None:
            credential = headers.get("x-api-key")
            if credential is None:
                return self._external(headers) or self.anonymous
            credential = f"Bearer {credential}"
        # PERF: the whole header is the key, so a known caller is not parsed again
        known = self._cache.get(credential, self._clock.now())
        if known is not None and self._listener.connected:
            return known
        return self._recognised(credential, headers)

    def at_hand(self, headers: Mapping[str, str]) -> Principal | None:
        """Return what `principal_for` would without I/O, None where it must ask; raises nothing."""
        credential = headers.get("authorization")
        if credential is None:
            asks = self._authenticators or "x-api-key" in headers
            return None if asks else self.anonymous
        return self._cache.get(credential, self._clock.now()) if self._listener.connected else None

    def principal_of(
        self,
        account_id: UUID,
        *,
        issued_at: datetime | None = None,
        mfa_at: datetime | None = None,
        claims: Mapping[str, Any] | None = None,
    ) -> Principal:
        """Return an active account's principal, for a plugin that verified an external token.

        A token issued before the account was last signed out everywhere is
        refused (401). What the database says is remembered like a session's.
        """
        key = ("account", account_id, issued_at, mfa_at)
        known = self._cache.get(key, self._clock.now()) if self._listener.connected else None
        if known is None:
            known = self._account(key, account_id, issued_at, mfa_at)
        if not claims:
            return known
        return Principal(
            id=known.id,
            kind="user",
            grants=known.grants,
            permissions=known.permissions,
            mfa_at=mfa_at,
            claims=claims,
        )

    def hear(self, change: Change | None) -> None:
        """Forget whom a change concerns."""
        if change is None or change.account_id is None:
            self._cache.clear()
        else:
            self._cache.drop(change.account_id)

    # -- asking the database -------------------------------------------------

    def _recognised(self, credential: str, headers: Mapping[str, str]) -> Principal:
        scheme, _, token = credential.partition(" ")
        token = token.strip()
        if scheme.lower() == "bearer" and token:
            prefix = prefix_of(token)
            if prefix is not None:
                return self._api_key(credential, prefix, token)
            claims = self._tokens.read(token, fresh=not self._listener.connected)
            if claims is not None:
                return self._session(credential, claims)
        found = self._external(headers)
        if found is None:
            raise CredentialsRefused("The credentials are not ones this server knows.")
        return found

    def _external(self, headers: Mapping[str, str]) -> Principal | None:
        """Ask the plugins that know other credentials, in their order."""
        for authenticate in self._authenticators:
            found = authenticate(headers)
            if found is not None:
                return found
        return None

    def _session(self, key: Hashable, claims: AccessClaims) -> Principal:
        generation = self._cache.generation
        rows = self._db.rows(SESSION, (claims.session_id, claims.account_id))
        if not rows or rows[0][0] is not None:
            raise CredentialsRefused(REVOKED)
        _, mfa_at, status, until, *_ = rows[0]
        self._require_active(status, until)
        grants = _grants(rows)
        principal = Principal(
            id=claims.account_id,
            kind="user",
            session_id=claims.session_id,
            grants=grants,
            permissions=self._roles.resolve(grants),
            mfa_at=mfa_at,
            expires_at=claims.expires_at,
        )
        self._keep(key, principal, claims.expires_at, generation)
        self._last_used.note("kernel_session", claims.session_id)
        return principal

    def _api_key(self, key: Hashable, prefix: str, token: str) -> Principal:
        generation = self._cache.generation
        rows = self._db.rows(API_KEY, (prefix,))
        if not rows or not same(rows[0][1], digest_of(token)):
            raise CredentialsRefused("There is no such API key.")
        key_id, _, revoked_at, expires_at, permissions, scopes, account_id, status, until, *_ = rows[0]
        if revoked_at is not None or (expires_at is not None and expires_at <= self._clock.now()):
            raise CredentialsRefused("The API key has expired or was revoked.")
        self._require_active(status, until)
        grants = _grants(rows)
        principal = Principal(
            id=account_id,
            kind="api_key",
            grants=grants,
            permissions=_narrowed(self._roles.resolve(grants), permissions, scopes),
            claims=MappingProxyType({"api_key_id": key_id}),
            expires_at=expires_at,
            is_bound=_is_bound(permissions, scopes),
        )
        self._keep(key, principal, expires_at, generation)
        self._last_used.note("kernel_api_key", key_id)
        return principal

    def _account(
        self, key: Hashable, account_id: UUID, issued_at: datetime | None, mfa_at: datetime | None
    ) -> Principal:
        generation = self._cache.generation
        rows = self._db.rows(ACCOUNT, (account_id,))
        if not rows:
            raise CredentialsRefused("The account is not known here.")
        signed_out_at, status, until, *_ = rows[0]
        self._require_active(status, until)
        if issued_at is not None and signed_out_at is not None and issued_at <= signed_out_at:
            raise CredentialsRefused(REVOKED)
        grants = _grants(rows)
        principal = Principal(
            id=account_id,
            kind="user",
            grants=grants,
            permissions=self._roles.resolve(grants),
            mfa_at=mfa_at,
        )
        self._keep(key, principal, None, generation)
        return principal

    def _require_active(self, status: str, until: datetime | None) -> None:
        AccountStatus.at(self._clock.now(), status, until).require_active()

    def _keep(self, key: Hashable, principal: Principal, ends: datetime | None, generation: int) -> None:
        """Remember a caller, unless an open transaction may have changed what was read."""
        until = self._clock.now() + self._life
        if self._listener.connected and not self._db.in_transaction():
            self._cache.put(key, Entry(principal, min(until, ends) if ends else until), generation)


def _grants(rows: Sequence[tuple[Any, ...]]) -> frozenset[Grant]:
    """Return the grants in the last two columns of a left join."""
    return frozenset(Grant(row[-2], row[-1] or None) for row in rows if row[-2] is not None)


def _is_bound(permissions: list[str] | None, scopes: list[str] | None) -> bool:
    """Say whether a key was made for less than all its owner may do, their own things left out."""
    if permissions is None:
        return scopes is not None
    return AUTHENTICATED not in permissions


def _narrowed(
    held: Mapping[str, Scopes], permissions: list[str] | None, scopes: list[str] | None
) -> Mapping[str, Scopes]:
    """Return what is held of the permissions and scopes a key is bound to (None: all)."""
    kept = {name: where for name, where in held.items() if permissions is None or name in permissions}
    if scopes is None:
        return kept
    allowed = frozenset(scopes)
    return {
        name: allowed if isinstance(where, Everywhere) else where & allowed for name, where in kept.items()
    }
