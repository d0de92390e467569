"""What is wrong with the settings, told at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contrib.webpush.settings import WebpushSettings
from contrib.webpush.vapid import Vapid, derived_key, read_key
from kernel import ConfigurationError

if TYPE_CHECKING:
    from contrib.webpush.provider import WebPushProvider
    from kernel import Application

_NOBODY: Final = "mailto:webpush@example.com"  # outside production


def vapid(app: Application) -> Vapid:
    """Return the key of the settings; raise ConfigurationError."""
    settings = app.settings.of(WebpushSettings)
    if app.settings.kernel.environment == "production":
        _check_production(settings)
    if settings.subject and not settings.subject.startswith(("mailto:", "https://")):
        raise ConfigurationError(
            f"webpush.subject: `{settings.subject}` does not begin with mailto: or https://"
        )
    key = read_key(settings.private_key) if settings.private_key else derived_key(app.secret("webpush:vapid"))
    return Vapid(key, settings.subject or _NOBODY, app.clock)


def provider(app: Application) -> WebPushProvider:
    """Return the provider of the settings; raise ConfigurationError."""
    try:
        from contrib.webpush.provider import WebPushProvider  # noqa: PLC0415 - the extra may be missing
    except ImportError as ex:
        raise ConfigurationError(f"webpush needs {ex.name}: pip install 'stoa[webpush]'") from ex
    return WebPushProvider(app.settings.of(WebpushSettings), app.service(Vapid))


def _check_production(settings: WebpushSettings) -> None:
    if not settings.private_key:
        raise ConfigurationError(
            "webpush.private_key is empty: make one with `manage.py webpush keys`, or leave the plugin out"
        )
    if not settings.subject:
        raise ConfigurationError(
            "webpush.subject is empty: write `mailto:` and whom push services may turn to"
        )
    if settings.allow_private:
        raise ConfigurationError("webpush.allow_private is for tests: production refuses it")
