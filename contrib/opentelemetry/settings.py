"""Settings: `[opentelemetry]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class OpenTelemetrySettings:
    """Where traces go, and how many."""

    endpoint: str = setting(
        "http://localhost:4318", help="The collector's OTLP/HTTP address, without `/v1/traces`."
    )
    headers: dict[str, str] = setting(
        {}, help="Headers sent to the collector, e.g. its API key.", secret=True
    )
    service_name: str = setting("stoa", help="The name of this service in traces.")
    sample: float = setting(
        1.0, help="Share of new traces recorded; a caller's decision is kept.", minimum=0, maximum=1
    )
    timeout: float = setting(5.0, help="Seconds an export may take.", minimum=0.1)
