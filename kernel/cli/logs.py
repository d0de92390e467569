"""The logs of the process a command runs in."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kernel.observability.logs import configure
from kernel.observability.settings import ObservabilitySettings

if TYPE_CHECKING:
    from kernel.cli.runtime import Runtime
    from kernel.settings import Settings


def quietly(run: Runtime) -> None:
    """Log only what is wrong, for a person to read: the command prints the rest."""
    settings = run.section("observability", ObservabilitySettings)
    configure(dataclasses.replace(settings, log_level="warning", log_format="console"))


def fully(run: Runtime) -> None:
    """Log as the profile says, before its secrets are known."""
    configure(run.section("observability", ObservabilitySettings))


def hiding_secrets(settings: Settings) -> None:
    """Log as the profile says; no secret setting's value gets through."""
    configure(settings.section("observability"), secrets_of(settings))


def secrets_of(settings: Settings) -> set[str]:
    """Return the value of every secret setting, and the passwords inside URLs."""
    found: set[str] = set()
    for one in settings.describe():
        if one.secret:
            found |= set(_texts(getattr(settings.section(one.section), one.key)))
    return found | {password for text in found if (password := _password(text))}


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) and value else []


def _password(text: str) -> str | None:
    try:
        return urlsplit(text).password
    except ValueError:  # a secret that looks like a broken URL is no URL
        return None
