"""What is wrong with the settings, told at the start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from contrib.smtp.provider import SmtpProvider
from contrib.smtp.settings import SmtpSettings
from kernel import ConfigurationError

if TYPE_CHECKING:
    from kernel import Application


def provider(app: Application) -> SmtpProvider:
    """Return the provider of the settings; raise ConfigurationError."""
    settings = app.settings.of(SmtpSettings)
    production = app.settings.kernel.environment == "production"
    for wrong, remedy in (
        (not settings.host, "smtp.host is empty: set it, or leave the plugin out"),
        (bool(settings.username) != bool(settings.password), "smtp.username and smtp.password go together"),
        (
            production and settings.security == "none" and bool(settings.password),
            'smtp.security is "none" and there is a password: use "starttls" or "tls"',
        ),
        (
            bool(settings.ca_file) and not Path(settings.ca_file).is_file(),
            f"smtp.ca_file: there is no file {settings.ca_file}",
        ),
    ):
        if wrong:
            raise ConfigurationError(remedy)
    return SmtpProvider(settings, app.clock)
