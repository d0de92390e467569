"""The second factor: switch on, use, switch off; step up."""

from __future__ import annotations

from typing import Any, Final

from kernel import AUTHENTICATED, Rate, Request, Response, Route, TooManyRequests, endpoint
from plugins.accounts.problems import (
    InvalidCredentials,
    InvalidToken,
    MfaAlreadyEnabled,
    MfaNotEnabled,
    NoPassword,
)
from plugins.accounts.resources.callers import OWN, person, session
from plugins.accounts.schemas.requests import CodeIn, EnrolIn, StepUpIn
from plugins.accounts.schemas.responses import EnrolmentOut, MfaOut, RecoveryCodesOut
from plugins.accounts.services import mfa, people, stepping_up

ATTEMPTS: Final = Rate(30, per=60)
GUESSED: Final = (InvalidCredentials, MfaNotEnabled, TooManyRequests)


class Mfa:
    """`/v1/auth/mfa`."""

    @endpoint(
        summary="See whether a second factor is on", permission=AUTHENTICATED, errors=OWN, response=MfaOut
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """And how many recovery codes are left."""
        me = person(req)
        return {"enabled": mfa.is_enabled(me), "recovery_codes_left": mfa.recovery_codes_left(me)}


class MfaEnrol:
    """`/v1/auth/mfa/enrol`."""

    @endpoint(
        summary="Get a secret for an authenticator app",
        permission=AUTHENTICATED,
        body=EnrolIn,
        response=EnrolmentOut,
        rate=ATTEMPTS,
        errors=(*OWN, InvalidCredentials, MfaAlreadyEnabled, TooManyRequests),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Nothing is in force before a code of it comes to `/v1/auth/mfa/confirm`."""
        session(req)
        user = people.by_id(person(req))
        stepping_up.require_password(req.principal, user, req.body["password"])
        return mfa.enrol(user)


class MfaConfirm:
    """`/v1/auth/mfa/confirm`."""

    @endpoint(
        summary="Switch the second factor on",
        permission=AUTHENTICATED,
        body=CodeIn,
        response=RecoveryCodesOut,
        rate=ATTEMPTS,
        errors=(*OWN, *GUESSED, MfaAlreadyEnabled),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Answer with recovery codes, shown this once; this session counts as stepped up."""
        codes = mfa.confirm(people.by_id(person(req)), req.body["code"])
        stepping_up.note(session(req))
        return {"recovery_codes": codes}


class MfaDisable:
    """`/v1/auth/mfa/disable`."""

    @endpoint(
        summary="Switch the second factor off",
        permission=AUTHENTICATED,
        body=CodeIn,
        rate=ATTEMPTS,
        errors=(*OWN, *GUESSED),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Takes a code; the recovery codes go with it."""
        session(req)
        mfa.disable(people.by_id(person(req)), req.body["code"])


class RecoveryCodes:
    """`/v1/auth/mfa/recovery-codes`."""

    @endpoint(
        summary="Get new recovery codes",
        permission=AUTHENTICATED,
        body=CodeIn,
        response=RecoveryCodesOut,
        rate=ATTEMPTS,
        errors=(*OWN, *GUESSED),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Takes a code; the old recovery codes stop working."""
        session(req)
        return {"recovery_codes": mfa.regenerate(people.by_id(person(req)), req.body["code"])}


class StepUp:
    """`/v1/auth/step-up`."""

    @endpoint(
        summary="Prove again who is at the keyboard",
        permission=AUTHENTICATED,
        body=StepUpIn,
        rate=ATTEMPTS,
        errors=(*OWN, *GUESSED, NoPassword, InvalidToken),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """For a few minutes this session may do what takes a recent proof, such as deleting the account."""
        here = session(req)
        stepping_up.prove(people.by_id(person(req)), **req.body)
        stepping_up.note(here)


FACTORS = (
    Route("/auth/mfa", Mfa()),
    Route("/auth/mfa/enrol", MfaEnrol()),
    Route("/auth/mfa/confirm", MfaConfirm()),
    Route("/auth/mfa/disable", MfaDisable()),
    Route("/auth/mfa/recovery-codes", RecoveryCodes()),
    Route("/auth/step-up", StepUp()),
)
