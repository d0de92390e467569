"""OpenID Connect sign-in: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.oidc.configuration import configured
from contrib.oidc.settings import OidcSettings
from kernel import hookimpl

if TYPE_CHECKING:
    from kernel import Application
    from plugins.accounts.api import IdentityProvider


@hookimpl
def register_settings() -> type[OidcSettings]:
    return OidcSettings


@hookimpl(optionalhook=True)
def accounts_identity_providers(app: Application) -> Sequence[IdentityProvider]:
    return configured(
        app.settings.of(OidcSettings), production=app.settings.kernel.environment == "production"
    )
