"""Settings: `[fcm]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class FcmSettings:
    """Which service account sends, and for which project."""

    credentials: str = setting(
        "", help="The service account's key, the text of its JSON file; required.", secret=True
    )
    project: str = setting("", help="The Firebase project's id; empty: the service account's own.")
    url: str = setting("https://fcm.googleapis.com", help="The API.")
    token_url: str = setting("", help="Where access tokens are issued; empty: what the credentials say.")
    ttl: int = setting(
        86400,
        help="Seconds FCM keeps a message for a device that is off; at most four weeks.",
        minimum=0,
        maximum=2_419_200,
    )
    timeout: float = setting(10.0, help="Seconds to wait for an answer.", minimum=0.1, maximum=30)
