"""Spans: a request or a socket's event, the statements it runs, the deliveries and tasks it leads to.

Everything is observed from outside, at the places the kernel offers; a
deployment without this plugin runs not one instruction of it. A trace goes on
across processes because events and tasks store the `traceparent`
(`kernel.context`, W3C Trace Context) of the request they come from.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kernel import ConfigurationError, context

try:
    from opentelemetry import context as otel
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    from opentelemetry.trace import Span, SpanKind, Status, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as ex:
    raise ConfigurationError("opentelemetry needs its libraries: pip install 'stoa[telemetry]'") from ex

if TYPE_CHECKING:
    from contrib.opentelemetry.settings import OpenTelemetrySettings
    from kernel import Application

_FAULT = 500
_UNTYPED = re.compile(r"\{\w+\}")
"""A part of a path that takes any text, so not an id: `{token}`."""
_LAST_WORDS = 1.0  # seconds a stopping process gives the collector
_NANOSECONDS = 1_000_000_000
_w3c = TraceContextTextMapPropagator()


class Tracing:
    """Observes one application and exports what it saw, in batches, off the requests' path."""

    def __init__(self, settings: OpenTelemetrySettings) -> None:
        self._exporter = _Exporter(
            endpoint=settings.endpoint.rstrip("/") + "/v1/traces",
            headers=dict(settings.headers),
            timeout=settings.timeout,
        )
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": settings.service_name}),
            sampler=ParentBased(TraceIdRatioBased(settings.sample)),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("stoa")
        self._remount: Callable[[], None] | None = None

    def attach(self, application: Application) -> None:
        """Begin to observe."""
        middleware, remount = RequestSpans(self._tracer), application.remount

        def remounted() -> None:
            remount()
            application.http.add_middleware(middleware)

        self._remount, application.remount = remount, remounted
        application.http.add_middleware(middleware)
        application.db.query_hooks.append(self._statement)
        application.bus.observers.append(self._delivery)
        application.tasks.runner.observers.append(self._run)
        application.gateway.observers.append(self._handling)

    def detach(self, application: Application) -> None:
        """Stop observing and send what is left; what takes longer than a second is lost."""
        application.db.query_hooks.remove(self._statement)
        application.bus.observers.remove(self._delivery)
        application.tasks.runner.observers.remove(self._run)
        application.gateway.observers.remove(self._handling)
        if self._remount is not None:
            application.remount = self._remount
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(_LAST_WORDS)
        self._exporter.shutdown()  # ends its waiting for a collector that is away

    def flush(self) -> None:
        """Send what was recorded so far."""
        self._provider.force_flush()

    def _statement(self, event: Any) -> None:
        """Record a statement of a traced request, delivery or task; the polling of workers is no trace."""
        parent = _parent()
        if parent is None:
            return
        operation = event.sql.lstrip().partition(" ")[0].upper()
        attributes = {
            "db.system.name": "postgresql",
            "db.operation.name": operation,
            "db.query.text": event.sql,
        }
        self._past(operation, event.duration, parent, attributes, kind=SpanKind.CLIENT)

    def _delivery(self, seen: Any) -> None:
        attributes = {
            "messaging.system": "stoa",
            "messaging.destination.name": seen.type,
            "stoa.attempt": seen.attempt,
        }
        self._past(f"deliver {seen.subscriber}", seen.seconds, _parent(), attributes, error=seen.error)

    def _run(self, seen: Any) -> None:
        self._past(
            f"task {seen.name}", seen.seconds, _parent(), {"stoa.attempt": seen.attempt}, error=seen.error
        )

    @contextmanager
    def _handling(self, seen: Any) -> Iterator[None]:
        """Record a socket's event as a trace of its own, linked to the one its connection was opened in.

        A connection lives for hours: its events are not parts of the request that opened it.
        """
        socket = seen.socket
        opened = trace.get_current_span(_w3c.extract({"traceparent": socket.traceparent}))
        links = [trace.Link(opened.get_span_context())] if opened.get_span_context().is_valid else []
        attributes = {
            "messaging.system": "socket.io",
            "messaging.destination.name": socket.namespace,
            "messaging.operation.name": seen.event,
            "client.address": socket.ip,
            "stoa.correlation_id": context.correlation_id.get(),
        }
        span = self._tracer.start_span(
            f"{socket.namespace} {seen.event}",
            context=otel.Context(),
            kind=SpanKind.SERVER,
            attributes=attributes,
            links=links,
        )
        with trace.use_span(span, end_on_exit=True):
            token = context.traceparent.set(_traceparent())
            try:
                yield
            finally:
                context.traceparent.reset(token)
                span.set_attribute("stoa.outcome", seen.outcome)
                if seen.outcome == "error":
                    _fail(span, str(_FAULT))

    def _past(
        self,
        name: str,
        seconds: float,
        parent: otel.Context | None,
        attributes: dict[str, Any],
        *,
        kind: SpanKind = SpanKind.CONSUMER,
        error: Exception | None = None,
    ) -> None:
        """Record what has just ended and took `seconds`."""
        end = time.time_ns()
        start = end - round(seconds * _NANOSECONDS)
        span = self._tracer.start_span(
            name, context=parent, kind=kind, attributes=attributes, start_time=start
        )
        if error is not None:
            _fail(span, type(error).__name__)
        span.end(end)


class _Exporter(OTLPSpanExporter):
    """The library's, which may be shut down by both who wait for it."""

    _ended = False

    def shutdown(self) -> None:
        """Send nothing more; harmless twice."""
        ended, self._ended = self._ended, True
        if not ended:
            super().shutdown()  # type: ignore[no-untyped-call]  # the library left it out


class RequestSpans:
    """A falcon middleware: one server span a request."""

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer

    def process_request(self, req: Any, resp: Any) -> None:  # noqa: ARG002 - falcon's signature
        """Begin the span, as a part of the caller's trace when it sent one."""
        parent = _w3c.extract({"traceparent": req.get_header("traceparent") or ""})
        attributes = {
            "http.request.method": req.method,
            "url.path": req.path,
            "client.address": req.client_ip,
            "stoa.correlation_id": req.id,
        }
        span = self._tracer.start_span(
            req.method, context=parent, kind=SpanKind.SERVER, attributes=attributes
        )
        token = otel.attach(trace.set_span_in_context(span))
        context.traceparent.set(_traceparent())
        req.context.span = (span, token)

    def process_response(self, req: Any, resp: Any, resource: object, succeeded: bool) -> None:  # noqa: ARG002
        """End the span under the route's name."""
        begun = getattr(req.context, "span", None)
        if begun is None:
            return  # refused before it had one
        span, token = begun
        if req.uri_template:
            span.update_name(f"{req.method} {req.uri_template}")
            span.set_attribute("http.route", req.uri_template)
            if _UNTYPED.search(req.uri_template):  # APPSEC: such a part may be the secret of a link
                span.set_attribute("url.path", req.uri_template)
        span.set_attribute("http.response.status_code", resp.status_code)
        if resp.status_code >= _FAULT:
            _fail(span, str(resp.status_code))
        otel.detach(token)
        context.traceparent.set("")
        span.end()


def _fail(span: Span, kind: str) -> None:
    span.set_status(Status(StatusCode.ERROR))
    span.set_attribute("error.type", kind)


def _traceparent() -> str:
    carrier: dict[str, str] = {}
    _w3c.inject(carrier)
    return carrier.get("traceparent", "")


def _parent() -> otel.Context | None:
    """Return the trace the present code belongs to: the running span's, or the one its row stored."""
    if trace.get_current_span().get_span_context().is_valid:
        return otel.get_current()
    stored = context.traceparent.get()
    return _w3c.extract({"traceparent": stored}) if stored else None
