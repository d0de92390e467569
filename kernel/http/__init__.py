"""HTTP: declared endpoints on falcon, from the first byte to the last.

A responder declares itself with `@endpoint`; `build_wsgi` compiles every
declaration into one function and mounts it. See ARCHITECTURE §5 and
`docs/plugins/endpoints.md`.
"""

from __future__ import annotations

from marshmallow import Schema

from kernel.http import fields
from kernel.http.endpoint import (
    ANONYMOUS,
    AUTHENTICATED,
    PUBLIC,
    UNLIMITED,
    Binary,
    Cached,
    Endpoint,
    Rate,
    endpoint,
    endpoints_of,
)
from kernel.http.page import Page, PageOf, page_of
from kernel.http.pagination import paginate
from kernel.http.request import Request, Response
from kernel.http.settings import HttpSettings
from kernel.http.stack import Stack

__all__ = [
    "ANONYMOUS",
    "AUTHENTICATED",
    "PUBLIC",
    "UNLIMITED",
    "Binary",
    "Cached",
    "Endpoint",
    "HttpSettings",
    "Page",
    "PageOf",
    "Rate",
    "Request",
    "Response",
    "Schema",
    "Stack",
    "endpoint",
    "endpoints_of",
    "fields",
    "page_of",
    "paginate",
]
