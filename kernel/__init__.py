"""Stoa's kernel: the names plugin authors may use; nothing else is public.

Names resolve on first use, so that importing one room of the kernel (the
command line does, before gevent patches the sockets) does not import all.
They are listed in docs/reference/names.md; within a major `API_VERSION` none
goes and none changes its meaning.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # `X as X`: what `mypy --strict` takes as offered to others
    from kernel.addresses import may_be_public as may_be_public
    from kernel.application import Application as Application
    from kernel.application import app as app
    from kernel.auth import ALL as ALL
    from kernel.auth import SYSTEM as SYSTEM
    from kernel.auth import Principal as Principal
    from kernel.auth import Tokens as Tokens
    from kernel.auth import where_scope as where_scope
    from kernel.clock import Clock as Clock
    from kernel.declarations import AdminAction as AdminAction
    from kernel.declarations import AdminChart as AdminChart
    from kernel.declarations import AdminPage as AdminPage
    from kernel.declarations import DemoNotes as DemoNotes
    from kernel.declarations import HealthCheck as HealthCheck
    from kernel.declarations import Permission as Permission
    from kernel.declarations import Role as Role
    from kernel.declarations import Route as Route
    from kernel.declarations import Service as Service
    from kernel.declarations import StorageBackend as StorageBackend
    from kernel.errors import BadRequest as BadRequest
    from kernel.errors import ConfigurationError as ConfigurationError
    from kernel.errors import Conflict as Conflict
    from kernel.errors import FieldError as FieldError
    from kernel.errors import Forbidden as Forbidden
    from kernel.errors import Gone as Gone
    from kernel.errors import Invalid as Invalid
    from kernel.errors import NotFound as NotFound
    from kernel.errors import PluginError as PluginError
    from kernel.errors import PreconditionFailed as PreconditionFailed
    from kernel.errors import Problem as Problem
    from kernel.errors import RangeNotSatisfiable as RangeNotSatisfiable
    from kernel.errors import StoaError as StoaError
    from kernel.errors import TooLarge as TooLarge
    from kernel.errors import TooManyRequests as TooManyRequests
    from kernel.errors import Unauthorized as Unauthorized
    from kernel.errors import Unavailable as Unavailable
    from kernel.errors import UnsupportedMediaType as UnsupportedMediaType
    from kernel.errors import invalid as invalid
    from kernel.events import Delivery as Delivery
    from kernel.events import Subscriber as Subscriber
    from kernel.events import event as event
    from kernel.hookspecs import hookimpl as hookimpl
    from kernel.hookspecs import hookspec as hookspec
    from kernel.http import ANONYMOUS as ANONYMOUS
    from kernel.http import AUTHENTICATED as AUTHENTICATED
    from kernel.http import PUBLIC as PUBLIC
    from kernel.http import UNLIMITED as UNLIMITED
    from kernel.http import Binary as Binary
    from kernel.http import Cached as Cached
    from kernel.http import Page as Page
    from kernel.http import Rate as Rate
    from kernel.http import Request as Request
    from kernel.http import Response as Response
    from kernel.http import Schema as Schema
    from kernel.http import endpoint as endpoint
    from kernel.http import fields as fields
    from kernel.http import page_of as page_of
    from kernel.http import paginate as paginate
    from kernel.http.actions import Actions as Actions
    from kernel.money import Money as Money
    from kernel.money import MoneyField as MoneyField
    from kernel.offloading import offload as offload
    from kernel.outward import AddressRefused as AddressRefused
    from kernel.outward import outward_session as outward_session
    from kernel.realtime.declarations import Caller as Caller
    from kernel.realtime.declarations import Emit as Emit
    from kernel.realtime.declarations import Inbound as Inbound
    from kernel.realtime.declarations import Namespace as Namespace
    from kernel.realtime.declarations import Outbound as Outbound
    from kernel.realtime.declarations import RoomFamily as RoomFamily
    from kernel.setting_field import setting as setting
    from kernel.settings import Settings as Settings
    from kernel.storage import ArrayField as ArrayField
    from kernel.storage import BlobNotFound as BlobNotFound
    from kernel.storage import BlobReader as BlobReader
    from kernel.storage import BlobStat as BlobStat
    from kernel.storage import BlobStore as BlobStore
    from kernel.storage import BlobTruncated as BlobTruncated
    from kernel.storage import Database as Database
    from kernel.storage import JSONField as JSONField
    from kernel.storage import Model as Model
    from kernel.storage import Prepared as Prepared
    from kernel.storage import SoftDeleted as SoftDeleted
    from kernel.storage import Statement as Statement
    from kernel.storage import Table as Table
    from kernel.storage import TimestampField as TimestampField
    from kernel.storage import TSVectorField as TSVectorField
    from kernel.storage import Versioned as Versioned
    from kernel.storage import arg as arg
    from kernel.storage import uuid7 as uuid7
    from kernel.storage import violated_constraint as violated_constraint
    from kernel.storage.blob_routes import send_blob as send_blob
    from kernel.tasks import Schedule as Schedule
    from kernel.tasks import Task as Task
    from kernel.tasks import schedule as schedule
    from kernel.tasks import task as task

API_VERSION = "1.0"

_ERRORS = (
    "BadRequest ConfigurationError Conflict FieldError Forbidden Gone Invalid NotFound PluginError "
    "PreconditionFailed Problem RangeNotSatisfiable StoaError TooLarge TooManyRequests Unauthorized "
    "Unavailable UnsupportedMediaType invalid"
)
_DECLARED = (
    "AdminAction AdminChart AdminPage DemoNotes HealthCheck Permission Role Route Service StorageBackend"
)
_HTTP = (
    "ANONYMOUS AUTHENTICATED PUBLIC UNLIMITED Binary Cached Page Rate Request Response Schema endpoint "
    "fields page_of paginate"
)
_STORAGE = (
    "ArrayField BlobNotFound BlobReader BlobStat BlobStore BlobTruncated Database JSONField Model Prepared "
    "SoftDeleted Statement TSVectorField Table TimestampField Versioned arg uuid7 violated_constraint"
)
_HOMES = {
    "kernel.addresses": "may_be_public",
    "kernel.application": "Application app",
    "kernel.auth": "ALL SYSTEM Principal Tokens where_scope",
    "kernel.clock": "Clock",
    "kernel.declarations": _DECLARED,
    "kernel.errors": _ERRORS,
    "kernel.events": "Delivery Subscriber event",
    "kernel.hookspecs": "hookimpl hookspec",
    "kernel.http": _HTTP,
    "kernel.http.actions": "Actions",
    "kernel.money": "Money MoneyField",
    "kernel.offloading": "offload",
    "kernel.outward": "AddressRefused outward_session",
    "kernel.realtime.declarations": "Caller Emit Inbound Namespace Outbound RoomFamily",
    "kernel.setting_field": "setting",
    "kernel.settings": "Settings",
    "kernel.storage": _STORAGE,
    "kernel.storage.blob_routes": "send_blob",
    "kernel.tasks": "Schedule Task schedule task",
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
