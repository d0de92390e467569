"""Settings of logs, metrics and health: `[observability]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kernel.setting_field import setting


@dataclass(frozen=True, slots=True)
class ObservabilitySettings:
    """What is written, and who may read it."""

    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "info", help="The least level that is written."
    )
    log_format: Literal["json", "console"] = setting("json", help="One JSON object a line, or coloured text.")
    access_log: bool = setting(True, help="Write one line a request.")
    metrics_networks: list[str] = setting(
        ["127.0.0.0/8", "::1/128"],
        help="Networks that may read `/metrics` and health details. Outside production everybody may.",
    )
    metrics_token: str = setting(
        "", help="Whoever sends it as `X-Operator-Token` may read them from anywhere.", secret=True
    )
    health_timeout: float = setting(
        2.0, help="Seconds a health check may take before it reads as failed.", minimum=0.01
    )
    memory_limit: int = setting(
        0,
        help="Bytes of resident memory above which `/health/readiness` fails; 0 asks the container.",
        minimum=0,
    )
    worker_metrics: str = setting(
        "",
        help="Address on which `manage.py worker` answers Prometheus, e.g. `0.0.0.0:9100`; empty: on none.",
    )
