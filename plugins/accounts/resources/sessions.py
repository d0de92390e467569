"""Register, sign in, refresh, sign out; the devices signed in."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    ANONYMOUS,
    AUTHENTICATED,
    Forbidden,
    NotFound,
    Page,
    Rate,
    Request,
    Response,
    Route,
    TooManyRequests,
    Unauthorized,
    app,
    endpoint,
    page_of,
)
from plugins.accounts.problems import EmailTaken, InvalidCredentials, InvalidToken, MfaRequired
from plugins.accounts.resources.callers import OWN, client_of, person, session, signed_in, tokens
from plugins.accounts.schemas.requests import LoginIn, MfaLoginIn, RefreshIn, RegisterIn
from plugins.accounts.schemas.responses import SessionOut, SignedInOut, TokensOut
from plugins.accounts.services import registration, signin

ATTEMPTS: Final = Rate(30, per=60)


class Register:
    """`/v1/auth/register`."""

    @endpoint(
        summary="Open an account",
        permission=ANONYMOUS,
        body=RegisterIn,
        response=SignedInOut,
        status=201,
        rate=ATTEMPTS,
        errors=(EmailTaken, TooManyRequests),
        statements=30,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Sign the new account in and send a link that verifies the address.

        Not idempotent by key: the answer holds tokens, which are not kept. A
        repeated request is refused with `email-taken`; sign in then.
        """
        body = req.body
        found = registration.register(
            email=body["email"], password=body["password"], name=body["name"], client=client_of(req)
        )
        return signed_in(found)


class Login:
    """`/v1/auth/login`."""

    @endpoint(
        summary="Sign in with a password",
        permission=ANONYMOUS,
        body=LoginIn,
        response=SignedInOut,
        rate=ATTEMPTS,
        errors=(InvalidCredentials, MfaRequired, TooManyRequests),
        statements=30,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Sign in with an address or a verified number and the password.

        An account with a second factor is answered `mfa-required` (401) with an
        `mfa_token`: continue at `/v1/auth/mfa/verify`, or send `mfa_code` along.
        """
        body = req.body
        found = signin.with_password(
            email=body["email"], phone=body["phone"], password=body["password"], code=body["mfa_code"],
            client=client_of(req),
        )  # fmt: skip
        return signed_in(found)


class MfaLogin:
    """`/v1/auth/mfa/verify`."""

    @endpoint(
        summary="Finish a sign-in with a second factor",
        permission=ANONYMOUS,
        body=MfaLoginIn,
        response=SignedInOut,
        rate=ATTEMPTS,
        errors=(InvalidToken, InvalidCredentials, TooManyRequests),
        statements=30,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Take the `mfa_token` of a sign-in and a TOTP or recovery code."""
        found = signin.with_second_factor(
            token=req.body["mfa_token"], code=req.body["code"], client=client_of(req)
        )
        return signed_in(found)


class Refresh:
    """`/v1/auth/refresh`."""

    @endpoint(
        summary="Spend a refresh token for new tokens",
        errors=(Unauthorized,),
        permission=ANONYMOUS,
        body=RefreshIn,
        response=TokensOut,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Each refresh token works once; a spent one that comes again ends its session.

        Send an `Idempotency-Key` of your own: a lost answer can then be asked
        for again, within a minute, with the same key.
        """
        retry_key = req.lower_headers.get("idempotency-key")
        return tokens(app.auth.refresh(req.body["refresh_token"], ip=req.client_ip, retry_key=retry_key))


class Logout:
    """`/v1/auth/logout`."""

    @endpoint(summary="Sign this device out", permission=AUTHENTICATED, errors=(Forbidden,))
    def on_post(self, req: Request, resp: Response) -> None:
        """End the session of the access token, at once."""
        app.auth.revoke_session(session(req))


class LogoutAll:
    """`/v1/auth/logout-all`."""

    @endpoint(summary="Sign out everywhere", permission=AUTHENTICATED, errors=(Forbidden,))
    def on_post(self, req: Request, resp: Response) -> None:
        """End every session of the account, this one too."""
        session(req)
        app.auth.revoke_all(person(req))


class Sessions:
    """`/v1/auth/sessions`."""

    @endpoint(
        summary="List the devices signed in",
        permission=AUTHENTICATED,
        response=page_of(SessionOut),
        errors=(Forbidden,),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The newest first; sort by `last_used_at` to show them by their use."""
        here = req.principal.session_id
        page = app.auth.sessions_page(person(req), **req.query)
        return Page([_shown(one, here) for one in page.items], page.next)


class Session:
    """`/v1/auth/sessions/{session_id}`."""

    @endpoint(summary="Sign a device out", permission=AUTHENTICATED, errors=OWN)
    def on_delete(self, req: Request, resp: Response, session_id: UUID) -> None:
        """End one session; another's is as unknown as one that never was."""
        if not app.auth.revoke_session(session_id, person(req)):
            raise NotFound


def _shown(one: Any, here: UUID | None) -> dict[str, Any]:
    names = ("id", "device", "ip", "created_at", "last_used_at", "expires_at")
    return {**{name: getattr(one, name) for name in names}, "current": one.id == here}


SESSIONS = (
    Route("/auth/register", Register()),
    Route("/auth/login", Login()),
    Route("/auth/mfa/verify", MfaLogin()),
    Route("/auth/refresh", Refresh()),
    Route("/auth/logout", Logout()),
    Route("/auth/logout-all", LogoutAll()),
    Route("/auth/sessions", Sessions()),
    Route("/auth/sessions/{session_id:uuid}", Session()),
)
