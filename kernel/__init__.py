# ruff: noqa: F401 - imported for the type checker; `__getattr__` resolves them at run time
"""Stoa's kernel: the names plugin authors may use; nothing else is public.

Names resolve on first use, so that importing one room of the kernel (the
command line does, before gevent patches the sockets) does not import all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.application import app
    from kernel.auth import ALL, SYSTEM, Principal, where_scope
    from kernel.clock import Clock
    from kernel.declarations import DemoNotes, HealthCheck, Permission, Role, Route, Service, StorageBackend
    from kernel.errors import (
        BadRequest,
        Conflict,
        FieldError,
        Forbidden,
        Gone,
        Invalid,
        NotFound,
        PreconditionFailed,
        Problem,
        TooLarge,
        TooManyRequests,
        Unauthorized,
        Unavailable,
        UnsupportedMediaType,
        invalid,
    )
    from kernel.events import Delivery, Subscriber, event
    from kernel.hookspecs import hookimpl, hookspec
    from kernel.http import (
        AUTHENTICATED,
        PUBLIC,
        UNLIMITED,
        Binary,
        Cached,
        Page,
        Rate,
        Request,
        Response,
        Schema,
        endpoint,
        fields,
        page_of,
        paginate,
    )
    from kernel.money import Money, MoneyField
    from kernel.setting_field import setting
    from kernel.storage import Model, SoftDeleted, TimestampField, Versioned, uuid7
    from kernel.tasks import schedule, task

API_VERSION = "1.0"

_ERRORS = (
    "BadRequest Conflict FieldError Forbidden Gone Invalid NotFound PreconditionFailed Problem TooLarge "
    "TooManyRequests Unauthorized Unavailable UnsupportedMediaType invalid"
)
_HTTP = (
    "AUTHENTICATED PUBLIC UNLIMITED Binary Cached Page Rate Request Response Schema endpoint fields page_of "
    "paginate"
)
_HOMES = {
    "kernel.application": "app",
    "kernel.auth": "ALL SYSTEM Principal where_scope",
    "kernel.clock": "Clock",
    "kernel.declarations": "DemoNotes HealthCheck Permission Role Route Service StorageBackend",
    "kernel.errors": _ERRORS,
    "kernel.events": "Delivery Subscriber event",
    "kernel.hookspecs": "hookimpl hookspec",
    "kernel.http": _HTTP,
    "kernel.money": "Money MoneyField",
    "kernel.setting_field": "setting",
    "kernel.storage": "Model SoftDeleted TimestampField Versioned uuid7",
    "kernel.tasks": "schedule task",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = [  # noqa: PLE0604 - strings all, spliced from the table above
    "API_VERSION",
    *sorted(_HOME_OF),
]


def __getattr__(name: str) -> Any:
    """Import a public name from its room the first time it is asked for."""
    if name not in _HOME_OF:
        raise AttributeError(f"kernel offers no {name}; the public names are in kernel.__all__")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
