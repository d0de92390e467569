"""The identity providers of this process, collected once from the hook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kernel import NotFound
from plugins.accounts.identity import IdentityProvider

if TYPE_CHECKING:
    from kernel import Application


class Providers:
    """Identity providers by name, in the order of the profile."""

    def __init__(self, providers: Iterable[IdentityProvider]) -> None:
        """Index `providers`; raise ValueError when two bear one name."""
        self._by_name: dict[str, IdentityProvider] = {}
        for provider in providers:
            if provider.name in self._by_name:
                raise ValueError(f"two identity providers are called {provider.name!r}: rename one")
            self._by_name[provider.name] = provider

    def all(self) -> list[IdentityProvider]:
        """Return every provider."""
        return list(self._by_name.values())

    def named(self, name: str) -> IdentityProvider:
        """Return the provider called `name`; raise NotFound."""
        if name not in self._by_name:
            raise NotFound(f"There is no identity provider {name!r} here.")
        return self._by_name[name]


def collected(app: Application) -> Providers:
    """Return what the hook offers in this process."""
    offered = app.hooks.call("accounts_identity_providers", app=app)
    return Providers(provider for providers in offered for provider in providers)
