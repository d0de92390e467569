"""The sections `[database]` and `[storage]` of a profile."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.setting_field import setting


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where PostgreSQL is and how it is talked to."""

    url: str = setting(
        "",
        help="postgresql://user:password@host/name; empty: start the embedded PostgreSQL.",
        secret=True,
    )
    direct_url: str = setting(
        "",
        help="The same database past a pooler in transaction mode that `url` leads to: for LISTEN and "
        "migrations, which need sessions; empty: `url`.",
        secret=True,
    )
    replica_url: str = setting(
        "", help="A streaming replica that `db.replica()` reads from; empty: the primary.", secret=True
    )
    replica_lag: float = setting(
        5.0,
        help="Seconds the replica may be behind before no request is read from it; needs redis.url.",
        minimum=1,
        maximum=60,
    )
    pool_size: int = setting(20, help="Connections a process opens at most.", minimum=1, maximum=1000)
    pool_warm: int = setting(2, help="Connections opened at start, before the first request.", minimum=0)
    pool_timeout: float = setting(
        5.0, help="Seconds a request waits for a free connection before it is answered 503.", minimum=0
    )
    connect_timeout: float = setting(5.0, help="Seconds a connection may take to open.", minimum=1)
    statement_timeout: float = setting(
        30.0, help="Seconds a statement may run before PostgreSQL cancels it; 0: for ever.", minimum=0
    )
    lock_timeout: float = setting(
        10.0, help="Seconds a statement may wait for a lock before it fails; 0: for ever.", minimum=0
    )
    prepared: bool = setting(
        True,
        help="Prepare hot statements once a connection; false: behind a pooler in transaction mode.",
    )
    application_name: str = setting("stoa", help="What pg_stat_activity shows.")


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Where blobs are kept and how long links to them live."""

    backend: str = setting("disk", help="Name of the blob store: `disk`, or one a plugin registers.")
    directory: str = setting("", help="Root of the disk store; empty: `blobs` below `kernel.var_dir`.")
    url_ttl: int = setting(900, help="Seconds a signed URL is good for, if nobody says.", minimum=1)
    max_upload_bytes: int = setting(
        100 * 1024 * 1024, help="Largest signed upload, in bytes, if the signature names no limit.", minimum=1
    )
