"""The `[auth]` section."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.setting_field import setting


@dataclass(frozen=True, slots=True)
class AuthSettings:
    """How callers are recognised. Durations are seconds."""

    issuer: str = setting("stoa", help="`iss` and `aud` of access tokens; distinct for each deployment.")
    access_ttl: int = setting(900, help="Life of an access token, seconds.", minimum=1)
    refresh_ttl: int = setting(604_800, help="Life of an unused refresh token, seconds.", minimum=1)
    session_ttl: int = setting(
        7_776_000, help="Longest life of a session however often it is refreshed, seconds.", minimum=1
    )
    refresh_retry: int = setting(
        60, help="How long a refresh may be repeated with its `Idempotency-Key`, seconds; 0 never.", minimum=0
    )
    step_up_ttl: int = setting(300, help="How long a second factor counts as recent, seconds.", minimum=1)
    key_rotation: int = setting(
        2_592_000, help="Age at which the signing key is replaced, seconds.", minimum=60
    )
    principal_cache: int = setting(10_000, help="Callers remembered in each process.", minimum=1)
    principal_ttl: int = setting(
        30, help="How long a caller is remembered without asking the database, seconds; 0 never.", minimum=0
    )
    argon2_time: int = setting(2, help="Argon2id passes.", minimum=1)
    argon2_memory: int = setting(19_456, help="Argon2id memory, KiB.", minimum=8)
    argon2_parallelism: int = setting(1, help="Argon2id lanes.", minimum=1)
    argon2_concurrency: int = setting(
        0, help="Passwords hashed at the same time; 0: one less than the cores, at least 1.", minimum=0
    )
    argon2_queue: int = setting(
        200, help="Passwords that wait for it in each process; those beyond get 503.", minimum=1
    )
    code_attempts: int = setting(5, help="Wrong guesses a one-time code survives.", minimum=1)
    login_attempts: int = setting(10, help="Failed sign-ins of one account within `login_window`.", minimum=1)
    login_attempts_address: int = setting(100, help="Failed sign-ins from one address within it.", minimum=1)
    login_window: int = setting(900, help="The window of the two above, seconds.", minimum=1)
    roles: dict[str, list[str]] = setting(
        {},
        help="Permissions of roles: `[name, …]` replaces a role's list, `[+name, -name, …]` changes it.",
    )
