"""What is wrong with the settings, told at the start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contrib.firebase.provider import FirebaseTokens
from contrib.firebase.settings import FirebaseSettings
from kernel import ConfigurationError
from plugins.accounts.api import ProviderHttp

if TYPE_CHECKING:
    from kernel import Application

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PROJECT = re.compile(r"[a-z][a-z0-9.:-]{3,63}\Z")


def check_settings(app: Application) -> None:
    """Raise ConfigurationError when something could not work."""
    check(app.settings.of(FirebaseSettings), production=app.settings.kernel.environment == "production")


def providers(app: Application) -> list[FirebaseTokens]:
    """Return the provider of the settings; none of those that `startup` is going to refuse."""
    settings = app.settings.of(FirebaseSettings)
    try:
        check_settings(app)
    except ConfigurationError:
        return []
    return [FirebaseTokens(settings, ProviderHttp(settings.timeout), app.clock)]


def check(settings: FirebaseSettings, *, production: bool) -> None:
    """Raise ConfigurationError naming the key and the remedy when something could not work."""
    if not settings.project_id:
        raise ConfigurationError("firebase.project_id is empty: set it, or leave the plugin out")
    if not _PROJECT.match(settings.project_id):
        raise ConfigurationError(
            f"firebase.project_id: `{settings.project_id}` is no project id: copy it again"
        )
    parts = urlsplit(settings.certificates_url)
    if parts.scheme != "https" and (production or parts.hostname not in LOOPBACK):
        raise ConfigurationError(f"firebase.certificates_url: `{settings.certificates_url}` is not https")
