"""What is wrong with the settings, told at the start."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from contrib.smtp.provider import SmtpProvider
from contrib.smtp.settings import SmtpServer, SmtpSettings
from kernel import Application, ConfigurationError, Service, Settings
from plugins.notifications.api import EmailProvider

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}\Z")
_SECURITY: Final = get_args(get_type_hints(SmtpServer)["security"])


def services(settings: Settings) -> list[Service]:
    """Return a provider for each server: `smtp`, and `smtp.<name>` for each of `[smtp.others]`."""
    return [
        Service(EmailProvider, partial(_provider, name=name, server=server), name=name)
        for name, server in servers(settings.of(SmtpSettings))
    ]


def servers(settings: SmtpSettings) -> Iterator[tuple[str, SmtpServer]]:
    """Yield the servers under the names of their providers; raise ConfigurationError."""
    yield "smtp", settings
    for name, table in settings.others.items():
        where = f"smtp.others.{name}"
        if not _NAME.match(name) or not isinstance(table, Mapping):
            raise ConfigurationError(f"{where} is no table with a name of letters, digits, `-` and `_`")
        yield f"smtp.{name}", _typed(where, table)


def _typed(where: str, table: Mapping[str, Any]) -> SmtpServer:
    defaults: dict[str, Any] = {field.name: field.default for field in fields(SmtpServer)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in defaults:
            raise ConfigurationError(f"{where}.{key} is no setting; known are {', '.join(sorted(defaults))}")
        kind = type(defaults[key])
        try:
            values[key] = kind(value)
        except (TypeError, ValueError) as ex:
            raise ConfigurationError(f"{where}.{key} is to be of type {kind.__name__}") from ex
    return SmtpServer(**values)


def _provider(app: Application, name: str, server: SmtpServer) -> SmtpProvider:
    """Return the provider of a server; raise ConfigurationError."""
    where, _, table = name.partition(".")
    where = f"{where}.others.{table}" if table else where
    for fault in _faults(server, production=app.settings.kernel.environment == "production"):
        raise ConfigurationError(f"{where}.{fault}")
    return SmtpProvider(server, app.clock)


def _faults(server: SmtpServer, *, production: bool) -> Iterator[str]:
    if not server.host:
        yield "host is empty: set it, or leave the server out"
    if bool(server.username) != bool(server.password):
        yield "username and password go together"
    if server.security not in _SECURITY:
        yield f"security is to be one of {', '.join(_SECURITY)}"
    if production and server.security == "none" and server.password:
        yield 'security is "none" and there is a password: use "starttls" or "tls"'
    if server.ca_file and not Path(server.ca_file).is_file():
        yield f"ca_file: there is no file {server.ca_file}"
