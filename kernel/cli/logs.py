"""The logs of the process a command runs in."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from kernel.observability.logs import configure
from kernel.observability.redaction import secret_values
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
    configure(settings.section("observability"), secret_values(settings))
