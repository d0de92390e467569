"""The keys that sign access tokens, and their rotation.

A key is derived from the deployment's secret and a random salt (HKDF), so the
table holds nothing that signs: a stolen backup forges no token.

One key is active and one is next: known to every process long before it signs,
so none meets a token whose key it has not heard of. `rotate` makes the next key
active and lets the old one verify until the last token it signed has expired;
`revoke` refuses a key's tokens at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from kernel.auth.changes import Change, Changes
from kernel.auth.digests import derived_key
from kernel.auth.models import SigningKey
from kernel.errors import NotFound

if TYPE_CHECKING:
    from kernel.auth.settings import AuthSettings
    from kernel.clock import Clock
    from kernel.storage import Database

LOCK = 0x57_0A_0001  # any number: names the advisory lock of a rotation
GRACE = timedelta(seconds=60)  # how far two nodes' clocks may be apart
PLACES = ("active", "next")  # the states one key each has
RELOAD = 1.0  # seconds: an unknown key id asks the database at most this often


@dataclass(frozen=True, slots=True)
class Key:
    """A derived key, its state and since when, and until when it verifies (None: no end yet)."""

    kid: str
    secret: bytes
    state: str
    since: datetime
    verify_until: datetime | None


class SigningKeys:
    """Keys by `kid`, remembered until another process announces a change."""

    def __init__(
        self,
        settings: AuthSettings,
        db: Database,
        clock: Clock,
        changes: Changes,
        *,
        secret: str,
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        self._settings = settings
        self._db = db
        self._clock = clock
        self._changes = changes
        self._secret = secret
        self._generation = 0
        self._keys: dict[str, Key] = {}
        self._read_at: datetime | None = None
        self._monotonic, self._reload_at = monotonic, 0.0
        changes.subscribe(self._forget)

    def signing(self) -> Key:
        """Return the active key; make one when there is none or it is too old."""
        key = self._active(self._known())
        oldest = self._clock.now() - timedelta(seconds=self._settings.key_rotation)
        if key is None or key.since <= oldest:
            self._promote(unless_since=oldest)
            key = self._active(self._read())
        if key is None:
            raise NotFound("No key signs tokens; run the rotation again.")
        return key

    def verifying(self, kid: str, *, fresh: bool = False) -> bytes | None:
        """Return the key that verifies tokens bearing `kid`; None when none does.

        `fresh` asks the database whatever is remembered.
        """
        key = (self._read() if fresh else self._known()).get(kid)
        if key is None and self._may_reload():
            key = self._read().get(kid)
        if key is None or (key.verify_until is not None and key.verify_until <= self._clock.now()):
            return None
        return key.secret

    def rotate(self) -> str:
        """Sign with the next key from now on; return its id.

        Tokens signed with the old one stay good until they expire.
        """
        return self._promote()

    def revoke(self, kid: str) -> None:
        """Refuse the tokens of a key at once; an active one is replaced. Sessions live on."""
        with self._db.atomic():
            self._lock()
            revoked = SigningKey.update(state="revoked", verify_until=self._clock.now())
            if not revoked.where(SigningKey.id.cast("text") == kid).execute():
                raise NotFound(f"There is no signing key {kid}.")
            self._fill_places()
            self._changes.announce(Change("keys"))

    def forget(self) -> None:
        """Have every process read the keys anew: the table was changed by something else."""
        self._changes.announce(Change("keys"))

    def purge(self) -> int:
        """Delete keys that verify nothing any more; return how many."""
        done = SigningKey.verify_until <= self._clock.now()
        return int(SigningKey.delete().where(done, SigningKey.state.not_in(PLACES)).execute())

    def _promote(self, unless_since: datetime | None = None) -> str:
        """Retire the active key for the next; keep one that is young enough."""
        with self._db.atomic():
            self._lock()
            active = SigningKey.get_or_none(SigningKey.state == "active")
            if active is not None and unless_since is not None and active.updated_at > unless_since:
                return str(active.id)
            until = self._clock.now() + timedelta(seconds=self._settings.access_ttl) + GRACE
            retired = SigningKey.update(state="retired", verify_until=until)
            retired.where(SigningKey.state == "active").execute()
            self._fill_places()
            self._changes.announce(Change("keys"))
            return str(SigningKey.get(SigningKey.state == "active").id)

    def _lock(self) -> None:
        self._db.execute_sql("SELECT pg_advisory_xact_lock(%s)", (LOCK,))

    def _fill_places(self) -> None:
        """Give an empty place of the active key to the next one, and make what is missing."""
        if not SigningKey.select().where(SigningKey.state == "active").exists():
            SigningKey.update(state="active").where(SigningKey.state == "next").execute()
        for place in PLACES:
            if not SigningKey.select().where(SigningKey.state == place).exists():
                SigningKey.create(id=uuid7(), salt=secrets.token_hex(32), state=place)

    def _known(self) -> dict[str, Key]:
        age_limit = timedelta(seconds=self._settings.principal_ttl)
        # A clock that was set back must not make what is remembered young for as long.
        recent = self._read_at is not None and abs(self._clock.now() - self._read_at) < age_limit
        return self._keys if recent and self._keys else self._read()

    def _read(self) -> dict[str, Key]:
        """Read the keys; remember them unless a transaction may still undo them."""
        generation, now = self._generation, self._clock.now()
        rows = SigningKey.select().where(SigningKey.state != "revoked")
        keys = {str(row.id): self._derived(row) for row in rows}
        if not self._db.in_transaction() and generation == self._generation:
            self._keys, self._read_at = keys, now
        return keys

    def _derived(self, row: SigningKey) -> Key:
        known = self._keys.get(str(row.id))
        secret = known.secret if known else derived_key(self._secret, "access token", bytes.fromhex(row.salt))
        return Key(str(row.id), secret, row.state, row.updated_at, row.verify_until)

    def _may_reload(self) -> bool:
        """Bound the queries that tokens with made-up key ids cost, whatever the clock says."""
        now = self._monotonic()
        if now < self._reload_at:
            return False
        self._reload_at = now + RELOAD
        return True

    def _active(self, keys: dict[str, Key]) -> Key | None:
        return next((key for key in keys.values() if key.state == "active"), None)

    def _forget(self, change: Change | None) -> None:
        if change is None or change.reason == "keys":
            self._generation += 1
            self._read_at = None
