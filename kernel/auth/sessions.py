"""Sessions: one a device, each the family of its refresh tokens.

A refresh token is spent by its first use, which issues its successor:

* it comes again later: stolen, or the client lost count. Nobody can tell which
  of the two holders is honest, so the session ends (RFC 9700 §4.14.2);
* several requests bring it at the same moment: one wins. The others saw it
  unspent and lost the compare-and-set; nothing could have been replayed yet,
  so they are refused (`refresh-token-raced`) and the session lives;
* the answer was lost and the client repeats the request with the same
  `Idempotency-Key` within `refresh_retry` seconds: it gets the same successor,
  as long as that is unspent. A thief of the token does not have the key.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from kernel.auth.account_status import AccountStatus, AccountStatuses
from kernel.auth.changes import Change, Changes
from kernel.auth.digests import derived_key, derived_token, digest_of, random_token, same
from kernel.auth.models import Account, RefreshToken, Session
from kernel.auth.problems import CredentialsRefused, RefreshTokenRaced, RefreshTokenReused
from kernel.auth.transactions import require_no_transaction
from kernel.http.page import Page
from kernel.http.pagination import paginate

if TYPE_CHECKING:
    from kernel.auth.access_tokens import AccessTokens
    from kernel.auth.last_used import LastUsed
    from kernel.auth.settings import AuthSettings
    from kernel.clock import Clock
    from kernel.storage import Database

log = structlog.get_logger(__name__)

UNUSABLE = "The refresh token is not valid; sign in again."
SEEN = """
SELECT t.id, t.session_id, t.expires_at, t.used_at, t.nonce, t.retry_digest,
       s.account_id, s.created_at, s.revoked_at, a.status, a.status_until
FROM kernel_refresh_token t
JOIN kernel_session s ON s.id = t.session_id JOIN kernel_account a ON a.id = s.account_id
WHERE t.digest = %s
"""
HELD = "SELECT status, status_until, epoch FROM kernel_account WHERE id = %s FOR SHARE"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in or a refresh gives the client; `expires_in` is seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    session_id: UUID
    token_type: str = "Bearer"  # noqa: S105 - a scheme's name


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session as its owner sees it in the list of his devices."""

    id: UUID
    device: str
    ip: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    mfa_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A refresh token as it was found when presented."""

    id: UUID
    session_id: UUID
    expires_at: datetime
    used_at: datetime | None
    nonce: str | None
    retry_digest: str | None
    account_id: UUID
    started_at: datetime
    revoked_at: datetime | None
    status: str
    status_until: datetime | None


class Sessions:
    """Opens, refreshes, lists and ends sessions."""

    def __init__(
        self,
        settings: AuthSettings,
        db: Database,
        clock: Clock,
        *,
        secret: str,
        tokens: AccessTokens,
        statuses: AccountStatuses,
        changes: Changes,
        used: LastUsed,
    ) -> None:
        self._settings = settings
        self._db = db
        self._clock = clock
        self._successor_key = derived_key(secret, "refresh token")
        self._tokens = tokens
        self._statuses = statuses
        self._changes = changes
        self._last_used = used

    def epoch(self, account_id: UUID) -> int:
        """Return how often all sessions of the account were ended; see `open`."""
        row = Account.get_or_none(Account.id == account_id)
        return 0 if row is None else int(row.epoch)

    def open(self, account_id: UUID, device: str, ip: str, *, mfa: bool, epoch: int | None) -> Tokens:
        """Open a session of an active account; raise the 401 that says why not.

        With `epoch`, as read before the credentials were checked, refuse when
        all sessions were ended since: the password checked is no longer it.
        """
        with self._db.atomic():
            self._statuses.ensure(account_id)
            [(status, until, current)] = self._db.rows(HELD, (account_id,))
            AccountStatus.at(self._clock.now(), status, until).require_active()
            if epoch is not None and epoch != current:
                raise CredentialsRefused("The account was signed out everywhere meanwhile; sign in again.")
            session_id, now = uuid7(), self._clock.now()
            expires_at = self._expiry(now, now)
            Session.create(
                id=session_id,
                account=account_id,
                device=device[:200],
                ip=ip[:45],
                created_at=now,
                last_used_at=now,
                expires_at=expires_at,
                mfa_at=now if mfa else None,
            )
            refresh_token = self._issue(session_id, random_token(), expires_at)
            return self._answer(account_id, session_id, refresh_token, self._ends(now))

    def refresh(self, token: str, device: str | None, ip: str | None, retry_key: str | None) -> Tokens:
        """Spend a refresh token for its successor and an access token.

        Raises a 401 (see the module's docstring). Not inside a transaction: its
        rollback would undo the revocation.
        """
        require_no_transaction(self._db, "refreshing a session")
        seen = self._seen(digest_of(token))
        if seen.used_at is not None:
            return self._repeated(seen, token, retry_key)
        with self._db.atomic():
            nonce, now = random_token(), self._clock.now()
            if self._spend(seen, nonce, retry_key, now):
                self._keep_alive(seen, now, device, ip)
                successor = self._issue(
                    seen.session_id, self._successor(token, nonce), self._expiry(now, seen.started_at)
                )
                return self._answer(seen.account_id, seen.session_id, successor, self._ends(seen.started_at))
        # NOTE: it was unspent a moment ago, so another request of this very moment has it
        seen = self._seen(digest_of(token))
        if self._may_repeat(seen, retry_key):
            return self._repeated(seen, token, retry_key)
        raise RefreshTokenRaced

    def list(self, account_id: UUID) -> list[SessionInfo]:
        """Return the account's living sessions, the most recently used first; at most 100."""
        by_use = (Session.last_used_at.desc(), Session.id.desc())
        return [_shown(row) for row in self._living(account_id).order_by(*by_use).limit(100)]

    def page(self, account_id: UUID, cursor: str | None, limit: int) -> Page[SessionInfo]:
        """Return a page of the account's living sessions, the newest first.

        Not by their last use: that moves while one pages. Raises Invalid for a
        cursor of another list.
        """
        found = paginate(self._living(account_id), (Session.id.desc(),), cursor=cursor, limit=limit)
        return Page([_shown(row) for row in found.items], found.next)

    def _living(self, account_id: UUID) -> Any:
        self._last_used.flush()
        return Session.select().where(
            Session.account == account_id,
            Session.revoked_at.is_null(),
            Session.expires_at > self._clock.now(),
        )

    def opened_at(self, session_id: UUID) -> datetime | None:
        """Return when a session was opened, by a sign-in; None for one that is not known."""
        rows = self._db.rows("SELECT created_at FROM kernel_session WHERE id = %s", (session_id,))
        return rows[0][0] if rows else None

    def unrevoked(self, session_ids: Collection[UUID]) -> set[UUID]:
        """Return those of the sessions that nobody ended; one that lapsed counts until it is purged."""
        sql = "SELECT id FROM kernel_session WHERE id = ANY(%s::uuid[]) AND revoked_at IS NULL"
        return {row[0] for row in self._db.rows(sql, (list(session_ids),))} if session_ids else set()

    def revoke(self, session_id: UUID, account_id: UUID | None = None) -> bool:
        """End one session; say whether it lived. With `account_id`, only if it is that account's."""
        mine = () if account_id is None else (Session.account == account_id,)
        with self._db.atomic():
            ended = (
                Session.update(revoked_at=self._clock.now())
                .where(Session.id == session_id, Session.revoked_at.is_null(), *mine)
                .returning(Session.account)
                .tuples()
                .execute()
            )
            owners = [row[0] for row in ended]
            for owner in owners:
                self._changes.announce(Change("session", owner, session_id))
        return bool(owners)

    def revoke_all(self, account_id: UUID, keep: UUID | None = None) -> int:
        """End all sessions but `keep`; return how many. Sign-ins under way fail (see `open`)."""
        now = self._clock.now()
        with self._db.atomic():
            self._statuses.ensure(account_id)
            counted = Account.update(epoch=Account.epoch + 1, signed_out_at=now)
            counted.where(Account.id == account_id).execute()
            living = [Session.account == account_id, Session.revoked_at.is_null()]
            if keep is not None:
                living.append(Session.id != keep)
            ended = int(Session.update(revoked_at=now).where(*living).execute())
            self._changes.announce(Change("sessions", account_id, keep))
        return ended

    def step_up(self, session_id: UUID) -> bool:
        """Note that a second factor was shown now; say whether the session lives."""
        with self._db.atomic():
            noted = (
                Session.update(mfa_at=self._clock.now())
                .where(Session.id == session_id, Session.revoked_at.is_null())
                .returning(Session.account)
                .tuples()
                .execute()
            )
            owners = [row[0] for row in noted]
            for owner in owners:
                self._changes.announce(Change("step_up", owner, session_id))
        return bool(owners)

    def purge(self) -> int:
        """Delete what ended: tokens past their life, sessions a month after theirs; return how many."""
        now = self._clock.now()
        tokens = RefreshToken.delete().where(RefreshToken.expires_at <= now).execute()
        month_ago = now - timedelta(days=30)
        sessions = Session.delete().where(Session.expires_at <= month_ago).execute()
        return int(tokens) + int(sessions)

    # -- refreshing ----------------------------------------------------------

    def _seen(self, digest: str) -> _Seen:
        """Read a presented token; raise the 401 of one whose session or account is not usable."""
        rows = self._db.rows(SEEN, (digest,))
        if not rows:
            raise CredentialsRefused(UNUSABLE)
        seen, now = _Seen(*rows[0]), self._clock.now()
        AccountStatus.at(now, seen.status, seen.status_until).require_active()
        if seen.revoked_at is not None or seen.expires_at <= now:
            raise CredentialsRefused(UNUSABLE)
        return seen

    def _spend(self, seen: _Seen, nonce: str, retry_key: str | None, now: datetime) -> bool:
        retry_digest = digest_of(retry_key) if retry_key else None
        spent = RefreshToken.update(used_at=now, nonce=nonce, retry_digest=retry_digest)
        return bool(spent.where(RefreshToken.id == seen.id, RefreshToken.used_at.is_null()).execute())

    def _keep_alive(self, seen: _Seen, now: datetime, device: str | None, ip: str | None) -> None:
        """Extend the session; raise a 401 when it was ended meanwhile."""
        changes: dict[str, Any] = {"last_used_at": now, "expires_at": self._expiry(now, seen.started_at)}
        changes |= {"device": device[:200]} if device else {}
        changes |= {"ip": ip[:45]} if ip else {}
        alive = Session.update(**changes).where(Session.id == seen.session_id, Session.revoked_at.is_null())
        if not alive.execute():
            raise CredentialsRefused(UNUSABLE)

    def _repeated(self, seen: _Seen, token: str, retry_key: str | None) -> Tokens:
        """Answer a spent token: the same again to its own retry, the end to anybody else."""
        if self._may_repeat(seen, retry_key):
            successor = self._successor(token, seen.nonce or "")
            unspent = RefreshToken.digest == digest_of(successor), RefreshToken.used_at.is_null()
            if RefreshToken.select().where(*unspent).exists():
                return self._answer(seen.account_id, seen.session_id, successor, self._ends(seen.started_at))
        log.warning("refresh_token_reused", session_id=str(seen.session_id), account_id=str(seen.account_id))
        self.revoke(seen.session_id)
        raise RefreshTokenReused

    def _may_repeat(self, seen: _Seen, retry_key: str | None) -> bool:
        if not retry_key or seen.used_at is None or seen.retry_digest is None:
            return False
        in_time = self._clock.now() - seen.used_at < timedelta(seconds=self._settings.refresh_retry)
        return in_time and same(seen.retry_digest, digest_of(retry_key))

    def _successor(self, token: str, nonce: str) -> str:
        return derived_token(self._successor_key, token, nonce)

    def _issue(self, session_id: UUID, token: str, expires_at: datetime) -> str:
        RefreshToken.create(id=uuid7(), session=session_id, digest=digest_of(token), expires_at=expires_at)
        return token

    def _answer(self, account_id: UUID, session_id: UUID, refresh_token: str, ends: datetime) -> Tokens:
        access_token, seconds = self._tokens.mint(account_id, session_id, ends)
        return Tokens(access_token, refresh_token, seconds, session_id)

    def _ends(self, started_at: datetime) -> datetime:
        return started_at + timedelta(seconds=self._settings.session_ttl)

    def _expiry(self, now: datetime, started_at: datetime) -> datetime:
        """Return when an unused refresh token dies, and its session with it."""
        return min(now + timedelta(seconds=self._settings.refresh_ttl), self._ends(started_at))


def _shown(row: Session) -> SessionInfo:
    return SessionInfo(
        row.id, row.device, row.ip, row.created_at, row.last_used_at, row.expires_at, row.mfa_at
    )
