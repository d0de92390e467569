"""Firebase: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.firebase.configuration import check_settings, providers
from contrib.firebase.settings import FirebaseSettings
from kernel import hookimpl

if TYPE_CHECKING:
    from kernel import Application
    from plugins.accounts.api import TokenProvider


@hookimpl
def register_settings() -> type[FirebaseSettings]:
    return FirebaseSettings


@hookimpl
def startup(app: Application) -> None:
    check_settings(app)


@hookimpl(optionalhook=True)
def accounts_token_providers(app: Application) -> Sequence[TokenProvider]:
    return providers(app)
