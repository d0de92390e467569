"""A provider's own description (OpenID Connect Discovery 1.0), cached.

The document is read at the first sign-in and once an hour; when a refresh fails,
the one at hand serves on. Its `issuer` must be the configured one, so a document
from another issuer is never used (mix-up, RFC 9700 section 4.4).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

import structlog
from jwt import PyJWKClient

from kernel import Problem, Unavailable
from plugins.accounts.api import ProviderHttp

TENANT = "{tenantid}"
LIFESPAN = 3600  # seconds a document is used before it is read again
KEYS_LIFESPAN = 3600

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Metadata:
    """The members of the document the client uses."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    token_auth_methods: tuple[str, ...]
    sends_issuer: bool
    keys: PyJWKClient

    def issuer_for(self, tenant: str) -> str:
        """Return the issuer tokens must name; Microsoft's has the tenant in it."""
        return self.issuer.replace(TENANT, tenant)


class Discovery:
    """Reads and keeps the metadata of one issuer."""

    def __init__(self, issuer: str, http: ProviderHttp, keys_cooldown: float = 30) -> None:
        """Describe `issuer`; unknown key ids re-read the keys at most every `keys_cooldown` seconds."""
        self.issuer = issuer
        self._http = http
        self._keys_cooldown = keys_cooldown
        self._known: Metadata | None = None
        self._read_at = 0.0
        self._lock = Lock()

    def metadata(self) -> Metadata:
        """Return the metadata; raise Unavailable when it was never to be had."""
        with self._lock:
            if self._known is None or time.monotonic() - self._read_at > LIFESPAN:
                self._refresh()
            assert self._known is not None
            return self._known

    def _refresh(self) -> None:
        try:
            self._known = self._read()
        except Problem as ex:
            if self._known is None:
                raise
            log.warning("oidc_discovery_stale", issuer=self.issuer, error=str(ex))
        self._read_at = time.monotonic()

    def _read(self) -> Metadata:
        document = self._http.get(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        try:
            metadata = self._understood(document)
        except (KeyError, TypeError, AttributeError) as ex:
            raise Unavailable(f"The discovery document of {self.issuer} lacks {ex}.") from ex
        if not self._names_itself(metadata.issuer):
            log.error("oidc_discovery_mismatch", configured=self.issuer, found=metadata.issuer)
            raise Unavailable(f"The discovery document of {self.issuer} is of another issuer.")
        return metadata

    def _names_itself(self, found: str) -> bool:
        if TENANT not in found:
            return found == self.issuer
        return urlsplit(found)[:2] == urlsplit(self.issuer)[:2]

    def _understood(self, document: dict[str, object]) -> Metadata:
        methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        jwks = str(document["jwks_uri"])
        keys = self._known.keys if self._known and self._known.keys.uri == jwks else self._key_client(jwks)
        return Metadata(
            issuer=str(document["issuer"]),
            authorization_endpoint=str(document["authorization_endpoint"]),
            token_endpoint=str(document["token_endpoint"]),
            userinfo_endpoint=str(document.get("userinfo_endpoint") or ""),
            token_auth_methods=tuple(map(str, methods)),  # type: ignore[call-overload]
            sends_issuer=document.get("authorization_response_iss_parameter_supported") is True,
            keys=keys,
        )

    def _key_client(self, uri: str) -> PyJWKClient:
        return PyJWKClient(
            uri, lifespan=KEYS_LIFESPAN, timeout=self._http.timeout, cooldown_duration=self._keys_cooldown
        )
