"""What an operator may tune about webhooks: section `[webhooks]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting

SCHEDULE = ["5s", "5m", "30m", "2h", "5h", "10h", "14h", "20h", "24h"]


@dataclass(frozen=True, slots=True)
class WebhooksSettings:
    """Who may be called, how often it is tried, what is remembered."""

    retries: list[str] = setting(
        SCHEDULE,
        help="How long after each failed attempt the next one follows: `5s`, `30m`, `2h`, `1d`; one tenth at"
        " most is added, so that they do not come all at once.",
        minimum=1,
        maximum=20,
    )
    timeout: float = setting(
        15.0, help="Seconds an endpoint has for its whole answer.", minimum=0.1, maximum=60
    )
    lanes: int = setting(
        8, help="Requests that go out side by side, over all processes.", minimum=1, maximum=64
    )
    per_endpoint: int = setting(
        2, help="Of these, how many to one endpoint: a slow one does not keep the others waiting.", minimum=1
    )
    disable_after_days: int = setting(
        5, help="Days without one success after which a failing endpoint is disabled.", minimum=1
    )
    rotation_hours: int = setting(
        24, help="Hours for which the old secret signs beside the new one.", minimum=0, maximum=720
    )
    retention_days: int = setting(30, help="Days deliveries and their attempts are kept.", minimum=1)
    max_endpoints: int = setting(20, help="Endpoints of one account.", minimum=1)
    allow_private: bool = setting(
        False, help="Take `http` and private addresses, for development; refused in production."
    )
