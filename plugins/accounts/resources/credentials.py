"""Addresses, numbers and passwords: prove, change, recover."""

from __future__ import annotations

from typing import Any, Final

from kernel import ANONYMOUS, AUTHENTICATED, Rate, Request, Response, Route, TooManyRequests, endpoint
from plugins.accounts import tasks, vault
from plugins.accounts.addresses import normal_email, normal_phone
from plugins.accounts.problems import (
    EmailTaken,
    InvalidCredentials,
    InvalidToken,
    LastSignInMethod,
    MfaRequired,
    NoPassword,
    PhoneTaken,
)
from plugins.accounts.queries import own_profile
from plugins.accounts.resources.callers import OWN, client_of, person, proved, session, signed_in
from plugins.accounts.schemas.requests import (
    ChangeEmailIn,
    ChangePasswordIn,
    EmailIn,
    PhoneCodeIn,
    PhoneIn,
    PhoneLoginIn,
    ResetPasswordIn,
    TokenIn,
)
from plugins.accounts.schemas.responses import AcceptedOut, ProfileOut, SignedInOut
from plugins.accounts.services import credentials, phones, registration

MESSAGES: Final = Rate(10, per=60)
ATTEMPTS: Final = Rate(30, per=60)
SENT: Final = {"detail": "If there is something to send, it is on its way."}


class VerifyEmail:
    """`/v1/auth/verify-email`."""

    @endpoint(
        summary="Verify an e-mail address",
        permission=ANONYMOUS,
        body=TokenIn,
        response=ProfileOut,
        rate=ATTEMPTS,
        errors=(InvalidToken,),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Take the token of the link that was sent; on any device, signed in or not."""
        return own_profile(registration.verify_email(req.body["token"]))


class VerifyEmailRequest:
    """`/v1/auth/verify-email/request`."""

    @endpoint(
        summary="Send the verification link again",
        permission=AUTHENTICATED,
        errors=OWN,
        response=AcceptedOut,
        status=202,
        rate=MESSAGES,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """The link sent before stops working; a verified address gets none."""
        registration.request_verification(person(req))
        return SENT


class ForgotPassword:
    """`/v1/auth/forgot-password`."""

    @endpoint(
        summary="Send a link that sets a new password",
        permission=ANONYMOUS,
        body=EmailIn,
        response=AcceptedOut,
        status=202,
        rate=MESSAGES,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """The same answer, after the same work, whether or not the address has an account."""
        address, _ = normal_email(req.body["email"])
        tasks.send_reset_link.enqueue(vault.seal(address))
        return SENT


class ResetPassword:
    """`/v1/auth/reset-password`."""

    @endpoint(
        summary="Set a new password by a link",
        permission=ANONYMOUS,
        body=ResetPasswordIn,
        rate=ATTEMPTS,
        errors=(InvalidToken,),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Every session ends; sign in with the new password."""
        credentials.reset_password(req.body["token"], req.body["password"])


class ChangePassword:
    """`/v1/auth/change-password`."""

    @endpoint(
        summary="Change the password",
        permission=AUTHENTICATED,
        body=ChangePasswordIn,
        rate=ATTEMPTS,
        errors=(*OWN, InvalidCredentials, NoPassword, TooManyRequests),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Every other session ends; this one goes on."""
        body = req.body
        credentials.change_password(person(req), session(req), body["current_password"], body["new_password"])


class ChangeEmail:
    """`/v1/auth/change-email`."""

    @endpoint(
        summary="Ask for another e-mail address",
        permission=AUTHENTICATED,
        body=ChangeEmailIn,
        response=AcceptedOut,
        status=202,
        rate=MESSAGES,
        errors=(*OWN, InvalidCredentials, NoPassword, TooManyRequests),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """A link goes to the new address; the old one stays in force until it is followed."""
        session(req)
        credentials.request_email_change(person(req), req.body["password"], req.body["new_email"])
        return SENT


class ChangeEmailConfirm:
    """`/v1/auth/change-email/confirm`."""

    @endpoint(
        summary="Confirm a new e-mail address",
        permission=ANONYMOUS,
        body=TokenIn,
        response=ProfileOut,
        rate=ATTEMPTS,
        errors=(InvalidToken, EmailTaken),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Take the token of the link; the old address is told."""
        return own_profile(credentials.confirm_email_change(req.body["token"]))


class Phone:
    """`/v1/auth/phone`."""

    @endpoint(
        summary="Send a code to a number of mine",
        permission=AUTHENTICATED,
        errors=OWN,
        body=PhoneIn,
        response=AcceptedOut,
        status=202,
        rate=MESSAGES,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Confirm it at `/v1/auth/phone/verify`. Takes a sign-in or step-up of the last minutes."""
        proved(req)
        phones.request_verification(person(req), req.body["phone"])
        return SENT

    @endpoint(
        summary="Take the number off the account", permission=AUTHENTICATED, errors=(*OWN, LastSignInMethod)
    )
    def on_delete(self, req: Request, resp: Response) -> None:
        """Unless it is the only way to sign in."""
        session(req)
        phones.remove(person(req))


class PhoneVerify:
    """`/v1/auth/phone/verify`."""

    @endpoint(
        summary="Verify a phone number",
        permission=AUTHENTICATED,
        body=PhoneCodeIn,
        response=ProfileOut,
        rate=ATTEMPTS,
        errors=(*OWN, InvalidToken, PhoneTaken),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Put the number on the account; it may sign in from now on."""
        session(req)
        return own_profile(phones.verify(person(req), req.body["phone"], req.body["code"]))


class OtpRequest:
    """`/v1/auth/otp/request`."""

    @endpoint(
        summary="Send a sign-in code by SMS",
        permission=ANONYMOUS,
        body=PhoneIn,
        response=AcceptedOut,
        status=202,
        rate=MESSAGES,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """The same answer, after the same work, whether or not the number has an account."""
        number = normal_phone(req.body["phone"])
        tasks.send_sign_in_code.enqueue(vault.seal(number))
        return SENT


class OtpLogin:
    """`/v1/auth/otp/login`."""

    @endpoint(
        summary="Sign in with a code sent by SMS",
        permission=ANONYMOUS,
        body=PhoneLoginIn,
        response=SignedInOut,
        rate=ATTEMPTS,
        errors=(InvalidToken, MfaRequired, InvalidCredentials, TooManyRequests),
        statements=30,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """A code works once and survives a few wrong guesses."""
        body = req.body
        found = phones.sign_in(
            phone=body["phone"], code=body["code"], mfa_code=body["mfa_code"], name=body["name"],
            client=client_of(req),
        )  # fmt: skip
        return signed_in(found)


CREDENTIALS = (
    Route("/auth/verify-email", VerifyEmail()),
    Route("/auth/verify-email/request", VerifyEmailRequest()),
    Route("/auth/forgot-password", ForgotPassword()),
    Route("/auth/reset-password", ResetPassword()),
    Route("/auth/change-password", ChangePassword()),
    Route("/auth/change-email", ChangeEmail()),
    Route("/auth/change-email/confirm", ChangeEmailConfirm()),
    Route("/auth/phone", Phone()),
    Route("/auth/phone/verify", PhoneVerify()),
    Route("/auth/otp/request", OtpRequest()),
    Route("/auth/otp/login", OtpLogin()),
)
