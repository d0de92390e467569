"""`app.auth`: who is calling, and what they may do.

The one object the rest of Stoa talks to; each part has a file of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from kernel.auth.access_tokens import AccessTokens
from kernel.auth.account_status import AccountStatus, AccountStatuses, Status
from kernel.auth.api_keys import ApiKeys
from kernel.auth.changes import Changes, Subscriber
from kernel.auth.codes import Codes
from kernel.auth.grants import Grants
from kernel.auth.last_used import LastUsed
from kernel.auth.passwords import Passwords
from kernel.auth.principals import Grant, Principal
from kernel.auth.problems import StepUpRequired
from kernel.auth.recognition import Authenticator, Recognition
from kernel.auth.roles import Roles
from kernel.auth.sessions import SessionInfo, Sessions, Tokens
from kernel.auth.settings import AuthSettings
from kernel.auth.signing_keys import SigningKeys
from kernel.auth.throttle import Throttle
from kernel.http.page import DEFAULT_LIMIT, Page

if TYPE_CHECKING:
    from peewee import Expression, Field

    from kernel.cache import Limiter
    from kernel.clock import Clock
    from kernel.storage import Database, Listener


class Auth:
    """Recognises callers, keeps their sessions, roles, keys and codes.

    `secret` is the deployment's: everything keyed here is derived from it, so
    changing it signs everybody out and voids every code. `authenticators` are
    the `authenticate` hooks, called with lower-cased headers.
    """

    def __init__(
        self,
        settings: AuthSettings,
        *,
        db: Database,
        clock: Clock,
        listener: Listener,
        limiter: Limiter,
        secret: str,
        roles: Roles | None = None,
        authenticators: Sequence[Authenticator] = (),
        throttled: bool = True,
    ) -> None:
        self._clock = clock
        self._step_up_ttl = timedelta(seconds=settings.step_up_ttl)
        self.roles = roles = roles or Roles(overrides=settings.roles)
        self._changes = changes = Changes(db, listener)
        self.signing_keys = SigningKeys(settings, db, clock, changes, secret=secret)
        self.access_tokens = tokens = AccessTokens(settings, clock, self.signing_keys)
        self._last_used = used = LastUsed(db, clock)
        self._statuses = statuses = AccountStatuses(db, clock, changes)
        self._grants = Grants(db, roles=roles, statuses=statuses, changes=changes)
        self._sessions = Sessions(
            settings, db, clock, secret=secret, tokens=tokens, statuses=statuses, changes=changes, used=used
        )
        self.api_keys = ApiKeys(db, clock, roles=roles, statuses=statuses, changes=changes)
        self.passwords = Passwords(settings, db)
        self.codes = Codes(settings, db, clock, secret=secret)
        self.throttle = Throttle(settings, limiter, enabled=throttled)
        self._recognition = Recognition(
            settings,
            db,
            clock,
            listener,
            roles=roles,
            tokens=tokens,
            last_used=used,
            authenticators=authenticators,
        )
        self._changes.subscribe(self._recognition.hear)
        self.anonymous = self._recognition.anonymous
        # PERF: bound once, so that the hot path is one call
        self.principal_for = self._recognition.principal_for
        self.principal_of = self._recognition.principal_of
        self.at_hand = self._recognition.at_hand

    # -- sessions ------------------------------------------------------------

    def epoch(self, user_id: UUID) -> int:
        """Return a number that `revoke_all` changes; read it before checking a password."""
        return self._sessions.epoch(user_id)

    def open_session(
        self, user_id: UUID, device: str, ip: str, mfa: bool = False, *, epoch: int | None = None
    ) -> Tokens:
        """Sign an account in on a device; raise a 401 unless it is active.

        `mfa` says that a second factor was shown. With `epoch` a sign-in begun
        before `revoke_all` (a changed password) is refused after it.
        """
        return self._sessions.open(user_id, device, ip, mfa=mfa, epoch=epoch)

    def refresh(
        self, token: str, device: str | None = None, ip: str | None = None, *, retry_key: str | None = None
    ) -> Tokens:
        """Spend a refresh token for new tokens; raise a 401 when that cannot be.

        A spent one ends its session. `retry_key` is the client's
        `Idempotency-Key`: the same request repeated gets the same answer. Call
        it outside a transaction.
        """
        return self._sessions.refresh(token, device, ip, retry_key)

    def sessions(self, user_id: UUID) -> list[SessionInfo]:
        """Return the living sessions, the most recently used first; at most 100."""
        return self._sessions.list(user_id)

    def sessions_page(
        self, user_id: UUID, cursor: str | None = None, limit: int = DEFAULT_LIMIT
    ) -> Page[SessionInfo]:
        """Return a page of the living sessions, the newest first; raise Invalid for a foreign cursor."""
        return self._sessions.page(user_id, cursor, limit)

    def unrevoked_sessions(self, session_ids: Collection[UUID]) -> set[UUID]:
        """Return those of the sessions that nobody ended, in one statement.

        A sign-in that merely lapsed counts for 30 days more; one that was signed
        out, banned or deleted never does. For what outlives a token, like the
        devices a person is notified on.
        """
        return self._sessions.unrevoked(session_ids)

    def revoke_session(self, id: UUID, user_id: UUID | None = None) -> bool:
        """End a session everywhere at once; say whether it lived.

        With `user_id` another's session is as unknown as one that never was.
        """
        return self._sessions.revoke(id, user_id)

    def revoke_all(self, user_id: UUID, keep: UUID | None = None) -> int:
        """End all sessions but `keep` at once; return how many."""
        return self._sessions.revoke_all(user_id, keep)

    def step_up(self, session_id: UUID) -> bool:
        """Note that the session showed a second factor now; say whether it lives."""
        return self._sessions.step_up(session_id)

    def has_recent_mfa(self, principal: Principal) -> bool:
        """Say whether a second factor was shown within `step_up_ttl`."""
        return principal.mfa_at is not None and self._clock.now() - principal.mfa_at < self._step_up_ttl

    def require_step_up(self, principal: Principal) -> None:
        """Raise StepUpRequired (403) unless a second factor was shown a short while ago."""
        if not self.has_recent_mfa(principal):
            raise StepUpRequired(f"It must be no older than {self._step_up_ttl.total_seconds():.0f} seconds.")

    def require_recent_proof(self, principal: Principal) -> None:
        """Raise StepUpRequired (403) unless who it is was shown within `step_up_ttl`: a sign-in counts.

        For what outlives the session, such as another way to sign in: whoever took
        a token must not keep the account by it.
        """
        if self.has_recent_mfa(principal):
            return
        opened = self._sessions.opened_at(principal.session_id) if principal.session_id else None
        if opened is None or self._clock.now() - opened >= self._step_up_ttl:
            seconds = self._step_up_ttl.total_seconds()
            raise StepUpRequired(
                f"Sign in again, or step up: it must be no older than {seconds:.0f} seconds."
            )

    # -- accounts ------------------------------------------------------------

    def status(self, user_id: UUID) -> AccountStatus:
        """Return the status now; raise NotFound for an account never seen."""
        return self._statuses.get(user_id)

    def statuses(self, user_ids: Collection[UUID]) -> dict[UUID, AccountStatus]:
        """Return the status now of each account ever seen, in one statement."""
        return self._statuses.of(user_ids)

    def where_status(self, column: Field, status: Status) -> Expression:
        """Return the condition that the account whose id is in `column` has this status now.

        A suspension past its end counts as active.

            User.select().where(app.auth.where_status(User.id, "active"))
        """
        return self._statuses.where(column, status)

    def set_status(self, user_id: UUID, status: Status, until: datetime | None = None) -> bool:
        """Set the status, effective at once everywhere; say whether that changed anything.

        Makes the account when it is new. `until` ends a suspension, by the
        clock. A ban ends the sessions, a deletion the API keys too and is final
        (Conflict).
        """
        return self._statuses.set(user_id, status, until)

    # -- roles ---------------------------------------------------------------

    def grant(self, user_id: UUID, role: str, scope: str | None = None, *, by: UUID | None = None) -> bool:
        """Give a role, globally or in a scope, at once; say whether it is new.

        Raises Invalid for an unknown role or a scope that does not fit it.
        """
        return self._grants.give(user_id, role, scope, by)

    def ungrant(self, user_id: UUID, role: str, scope: str | None = None) -> bool:
        """Take a role away, at once; say whether the account had it."""
        return self._grants.take(user_id, role, scope)

    def grants(self, user_id: UUID) -> frozenset[Grant]:
        """Return the roles an account was given."""
        return self._grants.of(user_id)

    def grants_of(self, user_ids: Collection[UUID]) -> dict[UUID, list[Grant]]:
        """Return the roles several accounts were given, by role and scope, in one statement."""
        return self._grants.of_all(user_ids)

    def where_role(self, column: Field, role: str, scope: str | None = None) -> Expression:
        """Return the condition that the account whose id is in `column` was given this role.

        In exactly this scope; with None in any, or globally.
        """
        return self._grants.where(column, role, scope)

    def holders(self, role: str, scope: str | None = None) -> list[UUID]:
        """Return the accounts given this role in exactly this scope."""
        return self._grants.holders(role, scope)

    def may_grant(self, giver: Principal, role: str, scope: str | None = None) -> bool:
        """Say whether the role is no more than the giver has himself in that scope."""
        return self._grants.may_give(giver, role, scope)

    # -- life ----------------------------------------------------------------

    def on_change(self, subscriber: Subscriber) -> None:
        """Call `subscriber(change)` when somebody's rights change, in every process.

        `None` means some changes may have been missed: check everybody. Sockets
        are closed by it.
        """
        self._changes.subscribe(subscriber)

    def start(self) -> None:
        """Make the first signing key; call it once the database is migrated."""
        self.signing_keys.signing()

    def stop(self) -> None:
        """Write what is buffered."""
        self._last_used.flush()

    def purge(self) -> int:
        """Delete what has ended long enough; return how many rows. For an hourly schedule."""
        return self._sessions.purge() + self.codes.purge() + self.signing_keys.purge()
