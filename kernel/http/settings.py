"""The `[http]` section."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.setting_field import setting


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How the API is served, and what it takes from whom."""

    host: str = setting("127.0.0.1", help="Address to listen on; 0.0.0.0 for every interface.")
    port: int = setting(8000, help="TCP port to listen on.", minimum=0, maximum=65535)
    workers: int = setting(1, help="Server processes; more than one needs redis.url.", minimum=1, maximum=256)
    worker_restarts: int = setting(
        5,
        help="How often a process that died is replaced within a minute; after more, all end with code 1.",
        minimum=0,
    )
    cors_origins: list[str] = setting([], help='Origins whose pages may call the API; ["*"] for any.')
    cors_max_age: int = setting(600, help="Seconds a browser may keep a preflight's answer.", minimum=0)
    trusted_proxies: int = setting(
        0,
        help="Proxies in front that append to X-Forwarded-For; 0 ignores the header.",
        minimum=0,
        maximum=16,
    )
    rate_limits: bool = setting(True, help="Enforce rate limits; cannot be turned off in production.")
    rate_limit: int = setting(100, help="Requests a minute from one client address.", minimum=1)
    max_body_bytes: int = setting(
        1024 * 1024, help="Largest request body, in bytes, unless declared.", minimum=1
    )
    header_timeout: float = setting(
        10.0, help="Seconds a client has to send a request's headers.", minimum=0.1
    )
    max_header_bytes: int = setting(
        32_768, help="Largest head (request line and headers), in bytes.", minimum=8192
    )
    body_timeout: float = setting(
        30.0, help="Seconds a body has to arrive; every http.body_rate bytes earn a second more.", minimum=0.1
    )
    body_rate: int = setting(1024, help="Bytes a second a long body must keep up.", minimum=1)
    write_timeout: float = setting(
        60.0, help="Seconds a client has to take the next 64 KiB of an answer.", minimum=0.1
    )
    keepalive: float = setting(75.0, help="Seconds an idle connection is kept open.", minimum=0)
    connections: int = setting(10_000, help="Connections one process holds at once.", minimum=1)
    shutdown_grace: float = setting(20.0, help="Seconds requests have to finish after SIGTERM.", minimum=0)
    compress_min_bytes: int = setting(1024, help="Smallest body worth compressing, in bytes.", minimum=0)
    idempotency_ttl: int = setting(86_400, help="Seconds an Idempotency-Key is remembered.", minimum=60)
    hsts_seconds: int = setting(
        31_536_000, help="Strict-Transport-Security max-age in production.", minimum=0
    )
    docs: bool = setting(True, help="Serve /openapi.json and /reference.")
    home: str = setting(
        "", help="Path that `/` leads to when no plugin serves `/` itself, such as /app; empty: 404 there."
    )
    title: str = setting("Stoa", help="What the API reference calls the service.")
