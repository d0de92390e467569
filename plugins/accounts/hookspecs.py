"""Extension points of accounts: implement with `@hookimpl(optionalhook=True)`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from kernel import hookspec

if TYPE_CHECKING:
    from kernel import Application
    from plugins.accounts.identity import IdentityProvider
    from plugins.accounts.provider_tokens import TokenProvider


@hookspec
def accounts_identity_providers(app: Application) -> Sequence[IdentityProvider]:
    """Return the identity providers people may sign in with.

    Called once per process, at `startup`; no I/O. Two providers of one name
    stop the boot. `contrib/oidc` implements it from its settings.
    """
    raise AssertionError("a specification is never called")


@hookspec
def accounts_token_providers(app: Application) -> Sequence[TokenProvider]:
    """Return the providers whose own tokens clients may send as `Authorization: Bearer`.

    Called once per process, at `startup`; no I/O. Two of one name or one issuer
    stop the boot. `contrib/clerk` and `contrib/firebase` implement it.
    """
    raise AssertionError("a specification is never called")


@hookspec
def accounts_unfindable(viewer: UUID) -> Collection[UUID]:
    """Return the people `viewer` is not to find: those who block them.

    They are left out of the list of people and their card answers 404, but for
    who holds `accounts:read`. What they left with others (a message, an order)
    still bears their name. Called once per request: answer with one query.
    """
    raise AssertionError("a specification is never called")


@hookspec
def accounts_contacts(user_id: UUID, others: Collection[UUID]) -> Collection[UUID]:
    """Return those of `others` who count `user_id` among their contacts.

    Decides what of theirs the privacy level `contacts` shows `user_id`: let it rest on
    what each of them did, not on what was done to them. Called once per response that
    shows cards, with all people on it: answer with one query.
    """
    raise AssertionError("a specification is never called")
