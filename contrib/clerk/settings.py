"""Which Clerk application's people are taken: section `[clerk]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class ClerkSettings:
    """The application at Clerk, and what its tokens must say."""

    issuer: str = setting(
        "", help="The Frontend API URL, `https://clerk.example.com`: `iss` of the tokens; required."
    )
    secret_key: str = setting(
        "", help="The secret key, `sk_live_…`, for the Backend API; required.", secret=True
    )
    authorized_parties: list[str] = setting(
        [], help="Origins whose tokens are taken (`azp`), `https://app.example.com`; required in production."
    )
    audience: str = setting("", help="What `aud` must name, where session tokens are given one.")
    webhook_secrets: list[str] = setting(
        [],
        help="Signing secrets of the webhook endpoint, `whsec_…`; two while one replaces the other; "
        "none: `/v1/clerk/webhooks` is closed.",
        secret=True,
    )
    jwks_url: str = setting("", help="Where the public keys are; empty: `<issuer>/.well-known/jwks.json`.")
    api_url: str = setting("https://api.clerk.com", help="The Backend API.")
    timeout: float = setting(5, help="Seconds to wait for Clerk's answer.", minimum=0.1, maximum=30)
