"""What is wrong with the settings, told at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contrib.clerk.backend import Backend
from contrib.clerk.provider import ClerkTokens
from contrib.clerk.settings import ClerkSettings
from contrib.clerk.signatures import signing_key
from kernel import ConfigurationError
from plugins.accounts.api import ProviderHttp

if TYPE_CHECKING:
    from kernel import Application

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def check_settings(app: Application) -> None:
    """Raise ConfigurationError when something could not work."""
    check(app.settings.of(ClerkSettings), production=app.settings.kernel.environment == "production")


def providers(app: Application) -> list[ClerkTokens]:
    """Return the provider of the settings; none of those that `startup` is going to refuse."""
    settings = app.settings.of(ClerkSettings)
    try:
        check_settings(app)
    except ConfigurationError:
        return []
    http = ProviderHttp(settings.timeout)
    return [ClerkTokens(settings, Backend(settings, http), http, app.clock)]


def check(settings: ClerkSettings, *, production: bool) -> None:
    """Raise ConfigurationError naming the key and the remedy when something could not work."""
    if not settings.issuer:
        raise ConfigurationError("clerk.issuer is empty: set the Frontend API URL, or leave the plugin out")
    if settings.issuer.endswith("/"):
        raise ConfigurationError("clerk.issuer ends with a slash, and no token's `iss` does: take it away")
    for key in ("issuer", "jwks_url", "api_url"):
        _check_url(key, getattr(settings, key), production=production)
    if not settings.secret_key:
        raise ConfigurationError("clerk.secret_key is empty: tokens hold no address, the Backend API does")
    if not settings.secret_key.isascii() or not settings.secret_key.isprintable():
        raise ConfigurationError("clerk.secret_key holds characters no key has: copy it again")
    if production and not settings.authorized_parties:
        raise ConfigurationError("clerk.authorized_parties is empty: name the origins of your clients")
    for secret in settings.webhook_secrets:
        signing_key(secret)


def _check_url(key: str, url: str, *, production: bool) -> None:
    parts = urlsplit(url)
    if url and parts.scheme != "https" and (production or parts.hostname not in LOOPBACK):
        raise ConfigurationError(f"clerk.{key}: `{url}` is not https")
