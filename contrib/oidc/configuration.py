"""Turn `[oidc.providers]` into providers; refuse what could not work."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

from contrib.oidc.client import OidcProvider
from contrib.oidc.oauth2 import OAuth2Provider
from contrib.oidc.presets import PRESETS
from contrib.oidc.registration import ProviderConfig
from contrib.oidc.settings import OidcSettings
from kernel import ConfigurationError
from plugins.accounts.api import IdentityProvider, ProviderHttp

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}\Z")


def configured(settings: OidcSettings, *, production: bool) -> list[IdentityProvider]:
    """Return the providers of the settings, in the order of the profile."""
    http = ProviderHttp(settings.timeout)
    return [
        _provider(read(name, table, production=production), http)
        for name, table in settings.providers.items()
    ]


def _provider(config: ProviderConfig, http: ProviderHttp) -> IdentityProvider:
    return OidcProvider(config, http) if config.protocol == "oidc" else OAuth2Provider(config, http)


def read(name: str, table: Any, *, production: bool) -> ProviderConfig:
    """Return one provider's configuration, its preset filled in.

    Raises ConfigurationError naming the provider, the key and the remedy.
    """
    if not _NAME.match(name) or not isinstance(table, Mapping):
        raise _refusal(name, "is no table with a name of lower-case letters, digits, `-` and `_`")
    preset_name = table.get("preset", name if name in PRESETS else "")
    if preset_name and preset_name not in PRESETS:
        raise _refusal(name, f"preset {preset_name!r} is none of {', '.join(PRESETS)}")
    values = {
        **PRESETS.get(preset_name, {}),
        **{key: value for key, value in table.items() if key != "preset"},
    }
    config = _typed(name, values)
    _check(config, production=production)
    return config


def _typed(name: str, values: dict[str, Any]) -> ProviderConfig:
    known = {field.name for field in fields(ProviderConfig)} - {"name"}
    if unknown := sorted(set(values) - known):
        raise _refusal(name, f"{unknown[0]} is no key; known are {', '.join(sorted(known))}")
    if not values.get("client_id"):
        raise _refusal(name, "client_id is missing: register this product at the provider")
    if "algorithms" in values:
        values["algorithms"] = tuple(values["algorithms"])
    return ProviderConfig(**{"name": name, "title": name.title(), **values})


def _check(config: ProviderConfig, *, production: bool) -> None:
    weak = [one for one in config.algorithms if one == "none" or one.startswith("HS")]
    if weak:
        raise _refusal(
            config.name, f"{weak[0]} is no signature of a provider: use RS256, PS256, ES256 or EdDSA"
        )
    if config.protocol == "oidc" and not config.issuer:
        raise _refusal(
            config.name, "issuer is missing: the URL that serves /.well-known/openid-configuration"
        )
    if config.protocol == "oauth2" and not (
        config.authorization_endpoint and config.token_endpoint and config.userinfo_endpoint
    ):
        raise _refusal(config.name, "an oauth2 provider needs authorization_, token_ and userinfo_endpoint")
    endpoints = (
        config.issuer,
        config.authorization_endpoint,
        config.token_endpoint,
        config.userinfo_endpoint,
    )
    for url in filter(None, endpoints):
        parts = urlsplit(url)
        if parts.scheme != "https" and (production or parts.hostname not in LOOPBACK):
            raise _refusal(config.name, f"{url} is not https")


def _refusal(name: str, fault: str) -> ConfigurationError:
    return ConfigurationError(f"[oidc.providers.{name}]: {fault}")
