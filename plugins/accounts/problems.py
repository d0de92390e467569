"""What can go wrong with an account, as problem types of the API."""

from __future__ import annotations

from kernel import BadRequest, Conflict, Unauthorized


class InvalidCredentials(Unauthorized):
    """The address, number, password or code is wrong: which one is not told."""

    type, title = "invalid-credentials", "These credentials are not right"


class MfaRequired(Unauthorized):
    """The password was right; send a second factor with `mfa_token`.

    Extensions: `mfa_token` (lives five minutes) and `methods`, of which
    `totp` and `recovery_code` exist. Continue at `POST /v1/auth/mfa/verify`.
    """

    type, title = "mfa-required", "A second factor is needed"


class InvalidToken(BadRequest):
    """The link, code or token is unknown, used or expired: ask for a new one."""

    type, title = "invalid-token", "This link or code does not work (any more)"


class EmailTaken(Conflict):
    """An account with this e-mail address exists: sign in, or reset its password."""

    type, title = "email-taken", "This e-mail address is in use"


class PhoneTaken(Conflict):
    """An account with this phone number exists."""

    type, title = "phone-taken", "This phone number is in use"


class LastSignInMethod(Conflict):
    """Without this identity nobody could sign in: set a password first."""

    type, title = "last-sign-in-method", "This is the only way to sign in"


class MfaAlreadyEnabled(Conflict):
    """Disable the present authenticator before enrolling another."""

    type, title = "mfa-already-enabled", "A second factor is already on"


class MfaNotEnabled(Conflict):
    """There is no second factor to use or to disable: enrol first."""

    type, title = "mfa-not-enabled", "No second factor is on"


class NoPassword(Conflict):
    """The account has no password: set one through `POST /v1/auth/forgot-password`."""

    type, title = "no-password", "This account has no password"


class IdentityTaken(Conflict):
    """The identity belongs to another account, or the account has another one of this provider."""

    type, title = "identity-taken", "This identity cannot be linked"


class ProviderRefused(Unauthorized):
    """The identity provider did not confirm the sign-in: start it again."""

    type, title = "provider-refused", "The identity provider did not confirm this"


class TokenRefused(Unauthorized):
    """The identity provider's token is not good (any more): get a fresh one there."""

    type, title = "provider-token-refused", "This token of the identity provider is not accepted"


class IdentityNotLinked(Unauthorized):
    """An account has this identity's address, and one side did not verify it.

    Sign in to that account and link the identity: `POST /v1/auth/external/{provider}/link`.
    """

    type, title = "identity-not-linked", "This identity belongs to no account yet"


class ExchangeNeeded(Unauthorized):
    """The token alone is not enough here: exchange it for a session.

    The account has a second factor of this product, or is deactivated.
    Extension: `exchange_at`, where to post the token.
    """

    type, title = "exchange-needed", "Exchange this token for a session"
