"""Settings: `[webpush]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting

SERVICES = ["fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com"]


@dataclass(frozen=True, slots=True)
class WebpushSettings:
    """Who sends, and to which push services."""

    private_key: str = setting(
        "",
        help="The VAPID private key, base64url, as `manage.py webpush keys` makes it; required in production,"
        " elsewhere derived from `[kernel] secret_key`.",
        secret=True,
    )
    subject: str = setting(
        "", help="Whom push services turn to: `mailto:` or `https://`; required in production."
    )
    services: list[str] = setting(
        SERVICES,
        help="Hosts of push services that subscriptions may name, those below them included;"
        " `*`: any public host.",
        minimum=1,
    )
    allow_private: bool = setting(
        False, help="Take `http` and private addresses, for tests; refused in production."
    )
    ttl: int = setting(
        86400, help="Seconds a push service keeps a message for a browser that is off.", minimum=0
    )
    timeout: float = setting(10.0, help="Seconds to wait for an answer.", minimum=0.1, maximum=60)
