"""What is wrong with the settings, told at the start."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from contrib.fcm.settings import FcmSettings
from kernel import ConfigurationError

if TYPE_CHECKING:
    from contrib.fcm.provider import FcmProvider
    from kernel import Application

_PROJECT: Final = re.compile(r"[a-z0-9][a-z0-9.:-]{3,62}")


def provider(app: Application) -> FcmProvider:
    """Return the provider of the settings; raise ConfigurationError."""
    try:
        from contrib.fcm.provider import FcmProvider  # noqa: PLC0415 - the extra may be missing
        from contrib.fcm.tokens import AccessTokens  # noqa: PLC0415
    except ImportError as ex:
        raise ConfigurationError(f"fcm needs {ex.name}: pip install 'stoa[fcm]'") from ex
    settings, kernel = app.settings.of(FcmSettings), app.settings.kernel
    info = _credentials(settings)
    project = settings.project or info.get("project_id", "")
    if not isinstance(project, str) or not _PROJECT.fullmatch(project):
        raise ConfigurationError(f"fcm.project: `{project}` is no project's id: see the Firebase console")
    for name, url in (("url", settings.url), ("token_url", str(info.get("token_uri", "")))):
        if not url.startswith("https://") and (
            kernel.environment == "production" or not url.startswith("http://")
        ):
            raise ConfigurationError(f"fcm.{name}: `{url}` does not begin with https://")
    tokens = AccessTokens(info, settings.timeout)
    return FcmProvider(settings, tokens, app.clock, project=project, public_url=kernel.public_url)


def _credentials(settings: FcmSettings) -> dict[str, Any]:
    """Return the service account's key, with the address of the tokens."""
    if not settings.credentials:
        raise ConfigurationError("fcm.credentials is empty: set it, or leave the plugin out")
    try:
        info = json.loads(settings.credentials)
    except ValueError as ex:
        raise ConfigurationError(
            'fcm.credentials is no JSON: write credentials = { file = "…" } with the path of the key'
        ) from ex
    if not isinstance(info, dict) or info.get("type") != "service_account":
        raise ConfigurationError("fcm.credentials is not the key of a service account: create one of those")
    return {**info, "token_uri": settings.token_url} if settings.token_url else info
