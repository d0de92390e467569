"""Sign-in with external identities; link and unlink them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    ANONYMOUS,
    AUTHENTICATED,
    PUBLIC,
    NotFound,
    Rate,
    Request,
    Response,
    Route,
    Unauthorized,
    Unavailable,
    app,
    endpoint,
    page_of,
)
from plugins.accounts.identity import AuthorizationAnswer
from plugins.accounts.problems import (
    EmailTaken,
    IdentityTaken,
    InvalidCredentials,
    InvalidToken,
    LastSignInMethod,
    MfaRequired,
    ProviderRefused,
)
from plugins.accounts.providers import Providers
from plugins.accounts.resources.callers import OWN, client_of, person, proved, session, signed_in
from plugins.accounts.schemas.requests import AnswerIn, AuthorizeIn, CallbackIn
from plugins.accounts.schemas.responses import (
    AuthorizationOut,
    IdentityOut,
    ProvidersOut,
    SignedInOut,
)
from plugins.accounts.services import identities

ATTEMPTS: Final = Rate(30, per=60)


class ProviderList:
    """`/v1/auth/oidc/providers`."""

    @endpoint(summary="List the identity providers", permission=PUBLIC, response=ProvidersOut)
    def on_get(self, req: Request, resp: Response) -> Any:
        """For the buttons of a sign-in page, in the order of the profile."""
        found = [{"name": one.name, "title": one.title} for one in app.service(Providers).all()]
        return {"items": found, "next": None}


class Authorize:
    """`/v1/auth/oidc/{provider}/authorize`."""

    @endpoint(
        summary="Begin a sign-in with a provider",
        permission=PUBLIC,
        body=AuthorizeIn,
        response=AuthorizationOut,
        rate=ATTEMPTS,
        errors=(*OWN, Unavailable, Unauthorized),
    )
    def on_post(self, req: Request, resp: Response, provider: str) -> Any:
        """Send the browser to `authorization_url`; keep `flow_token` until it comes back with a code.

        With `link`, the identity is linked to the account signed in: finish at
        `/v1/auth/oidc/{provider}/link`. That takes a sign-in or a step-up of the last minutes.
        """
        link_to = None
        if req.body["link"]:
            if not req.principal.is_authenticated:
                raise Unauthorized
            proved(req)
            link_to = person(req)
        return identities.start(identities.provider_named(provider), req.body["redirect_uri"], link_to)


class Callback:
    """`/v1/auth/oidc/{provider}/callback`."""

    @endpoint(
        summary="Finish a sign-in with a provider",
        permission=ANONYMOUS,
        body=CallbackIn,
        response=SignedInOut,
        rate=ATTEMPTS,
        statements=40,
        errors=(
            NotFound,
            InvalidToken,
            ProviderRefused,
            EmailTaken,
            IdentityTaken,
            MfaRequired,
            InvalidCredentials,
            Unavailable,
        ),
    )
    def on_post(self, req: Request, resp: Response, provider: str) -> Any:
        """Take what the browser came back with; the first time opens an account."""
        chosen = identities.provider_named(provider)
        identity = identities.complete(chosen, req.body["flow_token"], req.body["state"], _answer(req))
        return signed_in(identities.sign_in(provider, identity, client_of(req), req.body["mfa_code"]))


class Link:
    """`/v1/auth/oidc/{provider}/link`."""

    @endpoint(
        summary="Link an external identity to the account",
        permission=AUTHENTICATED,
        body=AnswerIn,
        response=IdentityOut,
        status=201,
        rate=ATTEMPTS,
        errors=(*OWN, InvalidToken, ProviderRefused, IdentityTaken, Unavailable),
    )
    def on_post(self, req: Request, resp: Response, provider: str) -> Any:
        """Finish a flow that was begun with `link` by the same account."""
        session(req)
        chosen = identities.provider_named(provider)
        return identities.link(person(req), chosen, req.body["flow_token"], req.body["state"], _answer(req))


class Identities:
    """`/v1/auth/identities`."""

    @endpoint(
        summary="List the external identities",
        permission=AUTHENTICATED,
        errors=OWN,
        response=page_of(IdentityOut),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Those that may sign in to the account."""
        return identities.page(person(req), req.query)


class Identity:
    """`/v1/auth/identities/{identity_id}`."""

    @endpoint(
        summary="Unlink an external identity", permission=AUTHENTICATED, errors=(*OWN, LastSignInMethod)
    )
    def on_delete(self, req: Request, resp: Response, identity_id: UUID) -> None:
        """Unless it is the only way to sign in."""
        session(req)
        identities.unlink(person(req), identity_id)


def _answer(req: Request) -> AuthorizationAnswer:
    return AuthorizationAnswer(code=req.body["code"], issuer=req.body["iss"])


EXTERNAL = (
    Route("/auth/oidc/providers", ProviderList()),
    Route("/auth/oidc/{provider}/authorize", Authorize()),
    Route("/auth/oidc/{provider}/callback", Callback()),
    Route("/auth/oidc/{provider}/link", Link()),
    Route("/auth/identities", Identities()),
    Route("/auth/identities/{identity_id:uuid}", Identity()),
)
