"""Which identity providers people may sign in with: section `[oidc]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kernel import setting


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Providers, and how long to wait for them."""

    providers: dict[str, Any] = setting(
        {},
        help="One table a provider: `[oidc.providers.google]` with `client_id` and `client_secret`; "
        "unless it bears a preset's name (google, microsoft, linkedin, github, facebook) also `issuer` "
        "or `preset`.",
        secret=True,
    )
    timeout: float = setting(10, help="Seconds to wait for a provider's answer.", minimum=1, maximum=60)
