"""Assemble an Application: the only place where the rooms meet.

Every part is made here with what it needs and nothing global; the order is the
order of their needs. Nothing is opened: connections come with `start`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from kernel.application import Application, database_url
from kernel.auth import Auth, Roles
from kernel.auth.principals import Principal
from kernel.auth.recognition import Authenticator
from kernel.cache import make_cache, make_limiter
from kernel.clock import Clock, SystemClock, TestClock
from kernel.declarations import StorageBackend
from kernel.errors import ConfigurationError
from kernel.events import Bus
from kernel.housekeeping import prune_streams, purge_expired
from kernel.http.stack import Stack
from kernel.http.wsgi import build_wsgi
from kernel.loader import load
from kernel.nearest import suggestion
from kernel.observability import Metrics, Observability
from kernel.observability.instruments import cache_reads
from kernel.observability.logs import show_no_locals
from kernel.profile import read_profile
from kernel.realtime.gateway import Gateway
from kernel.realtime.realtime import Realtime
from kernel.realtime.routes import realtime_routes
from kernel.redis import RedisLink
from kernel.registry import Owned, Registry
from kernel.secret_key import derived, secret_key
from kernel.sections import KERNEL_SECTIONS
from kernel.settings import Settings
from kernel.storage import BlobStore, Database, Listener
from kernel.storage.blob_routes import blob_routes
from kernel.storage.disk import DiskBlobs
from kernel.storage.replica_reads import ReplicaReads
from kernel.storage.signing import UrlSigner
from kernel.tasks import TaskQueue

T = TypeVar("T")


def assemble(
    profile: str | Path, environ: Mapping[str, str], overrides: Mapping[str, Any], clock: Clock | None = None
) -> Application:
    """Return the application of a profile, nothing opened yet."""
    show_no_locals()
    loaded = load(read_profile(profile, environ, overrides), KERNEL_SECTIONS)
    refuse_unfit(loaded.settings, loaded.registry)
    application = Application()
    application.settings = loaded.settings
    application.registry, application.hooks = loaded.registry, loaded.hooks
    application.unavailable.update(loaded.registry.unavailable())
    _furnish(application, clock)
    return application


def refuse_unfit(settings: Settings, registry: Registry) -> None:
    """Refuse a storage backend nobody offers, and in production what only eases development."""
    _storage_backend(settings, registry)
    if settings.kernel.environment != "production":
        return
    if settings.kernel.test_clock:
        raise ConfigurationError("kernel.test_clock is on in production: turn it off")
    if not settings.http.rate_limits:
        raise ConfigurationError("http.rate_limits is off in production: turn it on")


def _furnish(application: Application, clock: Clock | None) -> None:
    """Make every part, in the order of their needs."""
    settings, registry = application.settings, application.registry
    secret = secret_key(settings.kernel)
    database_url(settings)
    application.metrics = Metrics()
    application.clock = clock or (TestClock() if settings.kernel.test_clock else SystemClock())
    application.db = Database(settings.database, application.clock)
    application.listener = Listener(settings.database)
    link = RedisLink(settings.redis) if settings.redis.url else None
    application.reads = ReplicaReads(application.db, link, settings.database.replica_lag)
    application.cache = make_cache(settings.cache, application.clock, link, cache_reads(application.metrics))
    application.limiter = make_limiter(settings.cache, application.clock, link)
    application.auth = _auth(application, secret)
    application.bus = Bus(
        settings.events,
        application.db,
        application.clock,
        _values(registry.events),
        _values(registry.subscribers),
    )
    application.realtime = Realtime(
        settings.realtime,
        db=application.db,
        clock=application.clock,
        listener=application.listener,
        bus=application.bus,
        metrics=application.metrics,
        link=link,
        namespaces=_values(registry.realtime),
    )
    tasks = [purge_expired, prune_streams, *_values(registry.tasks), *_values(registry.schedules)]
    application.tasks = TaskQueue(settings.tasks, application.db, application.clock, tasks, settings.redis)
    signer = UrlSigner(
        derived(secret, "blobs"),
        application.clock,
        base_url=settings.kernel.public_url,
        ttl=timedelta(seconds=settings.storage.url_ttl),
        max_upload_bytes=settings.storage.max_upload_bytes,
    )
    application.blobs = _blobs(application, signer)
    application.observability = Observability(application, link)
    application.gateway = Gateway(application)
    application.remount = partial(_mount, application, secret, signer)
    application.remount()


def _blobs(application: Application, signer: UrlSigner) -> BlobStore:
    """Make the blob store `[storage] backend` names."""
    settings = application.settings
    offered = _storage_backend(settings, application.registry)
    if offered is None:
        folder = settings.storage.directory or Path(settings.kernel.var_dir) / "blobs"
        return DiskBlobs(folder, signer, application.clock)
    store: BlobStore = offered.factory(application)
    return store


def _storage_backend(settings: Settings, registry: Registry) -> StorageBackend | None:
    """Return what a plugin offers under `[storage] backend`; None: the kernel's disk.

    Raises ConfigurationError when no enabled plugin offers it.
    """
    name, offered = settings.storage.backend, {one.name: one for _, one in registry.storage}
    if name == "disk":
        return None
    if name not in offered:
        hint = suggestion(name, ["disk", *offered])
        raise ConfigurationError(f"storage.backend is {name}: no enabled plugin registers it{hint}")
    found: StorageBackend = offered[name]
    return found


def _auth(application: Application, secret: str) -> Auth:
    settings, registry = application.settings, application.registry
    roles = Roles(_values(registry.permissions), _values(registry.roles), settings.auth.roles)
    return Auth(
        settings.auth,
        db=application.db,
        clock=application.clock,
        listener=application.listener,
        limiter=application.limiter,
        secret=derived(secret, "auth"),
        roles=roles,
        authenticators=_authenticators(application),
        throttled=settings.http.rate_limits,
    )


def _authenticators(application: Application) -> list[Authenticator]:
    """Return one that asks the plugins, if any implements the hook."""
    if not application.hooks.implementations("authenticate"):
        return []
    return [
        lambda headers: cast(
            "Principal | None", application.hooks.first("authenticate", app=application, headers=headers)
        )
    ]


def _mount(application: Application, secret: str, signer: UrlSigner) -> None:
    """Compile the routes into the WSGI application; again when a plugin is dropped."""
    settings = application.settings
    stack = Stack(
        settings=settings.http,
        secret=derived(secret, "http"),
        clock=application.clock,
        auth=application.auth,
        limiter=application.limiter,
        cache=application.cache,
        db=application.db,
        observe=application.observability.observe,
        environment=settings.kernel.environment,
        unavailable=application.unavailable,
        wrote=application.reads.note if application.reads.enabled else None,
    )
    routes = [*_values(application.registry.routes), *application.observability.routes]
    if application.settings.storage.backend == "disk":
        routes += blob_routes(application.blobs, signer)
    namespaces = _values(application.registry.realtime)
    routes += realtime_routes(namespaces, settings)
    application.realtime.declare(namespaces)
    application.gateway.serve(namespaces)
    application.http = build_wsgi(routes, stack)
    application.wsgi = application.gateway.before(application.http)


def _values(owned: Sequence[Owned[T]]) -> list[T]:
    return [value for _, value in owned]
