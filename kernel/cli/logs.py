"""The logs of the process a command runs in."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from kernel.observability.logs import configure
from kernel.observability.redaction import secret_values

if TYPE_CHECKING:
    from kernel.observability.settings import ObservabilitySettings
    from kernel.settings import Settings


def quietly(settings: ObservabilitySettings) -> None:
    """Log only what is wrong, for a person to read: the command prints the rest."""
    configure(dataclasses.replace(settings, log_level="warning", log_format="console"))


def fully(settings: ObservabilitySettings) -> None:
    """Log as the profile says, before its secrets are known."""
    configure(settings)


def hiding_secrets(settings: Settings) -> None:
    """Log as the profile says; no secret setting's value gets through."""
    configure(settings.section("observability"), secret_values(settings))
