"""What an operator may tune about accounts: section `[accounts]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class AccountsSettings:
    """How people join, prove themselves and find each other."""

    issuer_name: str = setting("Stoa", help="The product's name in authenticator apps and messages.")
    default_region: str = setting(
        "US", help="ISO 3166 region of phone numbers written without a country code."
    )
    phone_registration: bool = setting(
        False, help="Let a one-time code to an unknown phone number open an account for it."
    )
    external_registration: bool = setting(
        True, help="Open an account at the first sign-in with an external identity."
    )
    redirect_uris: list[str] = setting(
        [],
        help="Where an external sign-in may return to: exact URIs; outside production loopback ones too.",
    )
    verify_email_url: str = setting(
        "", help="Page of your client for verification links, with `{token}`; empty: a page served by Stoa."
    )
    reset_password_url: str = setting(
        "", help="Page of your client for password resets, with `{token}`; empty: a page served by Stoa."
    )
    change_email_url: str = setting(
        "",
        help="Page of your client that confirms a new address, with `{token}`; empty: a page served by Stoa.",
    )
    verify_email_ttl: int = setting(172800, help="Seconds a verification link lives.", minimum=60)
    reset_password_ttl: int = setting(3600, help="Seconds a password reset link lives.", minimum=60)
    phone_code_ttl: int = setting(600, help="Seconds a code sent by SMS lives.", minimum=30)
    messages_per_hour: int = setting(
        5,
        help="Links or codes sent to one address or number in an hour; further requests are dropped.",
        minimum=1,
    )
    recovery_codes: int = setting(10, help="Recovery codes handed out at a time.", minimum=4, maximum=32)
