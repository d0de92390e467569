"""Idempotency keys: the effect of a POST and its answer commit together.

    BEGIN
    pg_try_advisory_xact_lock(key)   -- somebody runs it now → 409
    SELECT … WHERE key = …           -- done before → replay, or 422 for another body
    the responder
    INSERT the answer
    COMMIT                           -- releases the lock

A crash before COMMIT leaves neither effect nor answer, so the retry runs; a
crash after it leaves both, so the retry replays. There is no "running" row to
clean up. Lock and SELECT are one call of a function and two statements in it, each
with its own snapshot: that of one combined statement could predate the other's COMMIT.

Keys are scoped to principal, method and path, and only their hash is stored. The
answer is encrypted under the key itself (AES-256-GCM), since it may hold tokens: who reads
the table without the client's key reads nothing. A problem is not stored: it
rolled everything back, so running again is right.

After draft-ietf-httpapi-idempotency-key-header-07.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.errors import BadRequest
from kernel.http.problems import KeyInUse, KeyRequired, KeyReused
from kernel.http.request import Request, Response
from kernel.storage.statements import Statement

if TYPE_CHECKING:
    from kernel.clock import Clock
    from kernel.http.stack import Stack, Transactions

Answer = Callable[[Request, Response, dict[str, Any]], None]

_KEPT = Statement("SELECT mine, fingerprint, answer FROM kernel_kept_answer(%s, %s, %s)")
_KEEP = Statement("""
INSERT INTO kernel_idempotency (name, fingerprint, answer, created_at, expires_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE SET fingerprint = EXCLUDED.fingerprint, answer = EXCLUDED.answer,
    created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
""")
_KEY = re.compile(r"[\x21-\x7e]{8,255}")
_NONCE = 12
_PASSING = ("x-request-id", "ratelimit-", "access-control-", "vary", "strict-transport-security")
"""Headers of one request rather than of the answer; not replayed."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One request under a key: where its answer is kept, what it asks, what seals the answer."""

    name: bytes
    fingerprint: bytes
    seal: AESGCM

    @property
    def lock(self) -> int:
        return int.from_bytes(self.name[:8], signed=True)


def idempotent(answer: Answer, stack: Stack, *, required: bool) -> Answer:
    """Return `answer` run at most once per key, in a transaction; without a key, just in a transaction."""
    db, clock, secret = stack.db, stack.clock, stack.secret.encode()
    ttl = timedelta(seconds=stack.settings.idempotency_ttl)

    def once(req: Request, resp: Response, params: dict[str, Any]) -> None:
        key = req.env.get("HTTP_IDEMPOTENCY_KEY", "")
        if not key and required:
            raise KeyRequired("Send an Idempotency-Key header: 8–255 characters, new for each new request.")
        attempt = _attempt(req, key, secret) if key else None
        with db.atomic():
            if attempt and _replayed(db, clock, attempt, resp):
                return
            answer(req, resp, params)
            if attempt:
                _store(db, clock, attempt, resp, ttl)

    return once


def _attempt(req: Request, key: str, secret: bytes) -> _Attempt:
    key = key.strip().strip('"')
    if not _KEY.fullmatch(key):
        raise BadRequest("An Idempotency-Key is 8–255 visible ASCII characters.")
    caller = f"{req.principal.kind}:{req.principal.id}"
    scope = f"{caller}\n{req.method}\n{req.path}\n{req.query_string}\n{key}".encode()
    return _Attempt(
        name=hashlib.sha256(scope).digest(),
        fingerprint=hashlib.sha256(req.payload).digest(),
        seal=AESGCM(hashlib.blake2b(scope, key=hashlib.sha256(secret).digest(), digest_size=32).digest()),
    )


def _replayed(db: Transactions, clock: Clock, attempt: _Attempt, resp: Response) -> bool:
    """Write the stored answer, if there is one, into `resp`; raise KeyInUse while the first request runs."""
    [(mine, fingerprint, sealed)] = db.rows(_KEPT, (attempt.lock, attempt.name, clock.now()))
    if not mine:
        raise KeyInUse(headers={"Retry-After": "1"})
    if sealed is None:
        return False
    fingerprint, sealed = bytes(fingerprint), bytes(sealed)
    if fingerprint != attempt.fingerprint:
        raise KeyReused("This Idempotency-Key came with another body before.")
    stored = orjson.loads(attempt.seal.decrypt(sealed[:_NONCE], sealed[_NONCE:], attempt.name))
    resp.status = stored["status"]
    resp.data = stored["body"].encode() if stored["body"] is not None else None
    resp._headers.update(stored["headers"])  # noqa: SLF001 - PERF: see kernel.http.envelope
    resp.set_header("Idempotency-Replayed", "true")
    return True


def _store(db: Transactions, clock: Clock, attempt: _Attempt, resp: Response, ttl: timedelta) -> None:
    kept = _kept(resp._headers)  # noqa: SLF001 - PERF: see kernel.http.envelope
    body = resp.data.decode() if resp.data is not None else None
    plain = orjson.dumps({"status": resp.status_code, "headers": kept, "body": body})
    nonce = os.urandom(_NONCE)
    sealed, now = attempt.seal.encrypt(nonce, plain, attempt.name), clock.now()
    db.execute_sql(_KEEP, (attempt.name, attempt.fingerprint, nonce + sealed, now, now + ttl))


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.startswith(_PASSING)}


_PURGE = """
DELETE FROM kernel_idempotency WHERE name IN (
    SELECT name FROM kernel_idempotency WHERE expires_at <= %s ORDER BY expires_at LIMIT %s
    FOR UPDATE SKIP LOCKED)
"""


def purge(db: Transactions, clock: Clock, batch: int = 5000) -> int:
    """Delete the expired keys, `batch` a statement; return how many. Several processes may do so at once."""
    total, count = 0, batch
    while count == batch:
        count = int(db.execute_sql(_PURGE, (clock.now(), batch)).rowcount)
        total += count
    return total
