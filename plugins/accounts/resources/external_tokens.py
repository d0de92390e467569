"""A provider's token for a session of ours, or for a link to the account."""

from __future__ import annotations

from typing import Any, Final

from kernel import ANONYMOUS, AUTHENTICATED, NotFound, Request, Response, Route, Unavailable, endpoint
from plugins.accounts.problems import (
    IdentityNotLinked,
    IdentityTaken,
    InvalidCredentials,
    InvalidToken,
    MfaRequired,
    ProviderRefused,
    TokenRefused,
)
from plugins.accounts.resources.callers import OWN, client_of, person, proved, signed_in
from plugins.accounts.resources.external import ATTEMPTS
from plugins.accounts.schemas.requests import ExchangeIn, ProviderTokenIn
from plugins.accounts.schemas.responses import IdentityOut, SignedInOut
from plugins.accounts.services import external_tokens

REFUSED: Final = (TokenRefused, ProviderRefused, Unavailable)


class Exchange:
    """`/v1/auth/external/{provider}`."""

    @endpoint(
        summary="Exchange an identity provider's token for a session",
        permission=ANONYMOUS,
        body=ExchangeIn,
        response=SignedInOut,
        rate=ATTEMPTS,
        statements=40,
        errors=(*REFUSED, NotFound, IdentityNotLinked, InvalidToken, MfaRequired, InvalidCredentials),
    )
    def on_post(self, req: Request, resp: Response, provider: str) -> Any:
        """A session stands in the list of devices and is refreshed without the provider.

        A second factor of this product is asked for. The first time opens an account.
        """
        found = external_tokens.exchange(provider, req.body["token"], client_of(req), req.body["mfa_code"])
        return signed_in(found)


class LinkByToken:
    """`/v1/auth/external/{provider}/link`."""

    @endpoint(
        summary="Link the identity of a provider's token to the account",
        permission=AUTHENTICATED,
        body=ProviderTokenIn,
        response=IdentityOut,
        status=201,
        rate=ATTEMPTS,
        errors=(*OWN, *REFUSED, IdentityTaken),
    )
    def on_post(self, req: Request, resp: Response, provider: str) -> Any:
        """From then on the provider's tokens are this account's.

        Takes a sign-in or step-up of the last minutes.
        """
        proved(req)
        return external_tokens.link(person(req), provider, req.body["token"])


EXTERNAL_TOKENS = (
    Route("/auth/external/{provider}", Exchange()),
    Route("/auth/external/{provider}/link", LinkByToken()),
)
