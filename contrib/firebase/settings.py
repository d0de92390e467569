"""Which Firebase project's people are taken: section `[firebase]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting

CERTIFICATES = "https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"


@dataclass(frozen=True, slots=True)
class FirebaseSettings:
    """The project, and whose tokens of it are taken."""

    project_id: str = setting("", help="The project's id (not its number): `aud` of its ID tokens; required.")
    sign_in_providers: list[str] = setting(
        [],
        help="Ways of signing in that count, such as `password`, `phone`, `google.com`; empty: all but "
        "`anonymous`.",
    )
    tenants: list[str] = setting(
        [], help="Identity Platform tenants that are taken; empty: the project's own users."
    )
    certificates_url: str = setting(CERTIFICATES, help="Google's certificates that sign the tokens.")
    timeout: float = setting(5, help="Seconds to wait for Google's answer.", minimum=0.1, maximum=30)
