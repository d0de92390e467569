"""Logs: one JSON object a line on standard error, or coloured text for people.

Everything goes through structlog, the standard library's `logging` included, so
every line has `timestamp`, `level`, `event`, and, when there are any, the
`correlation_id` and `principal` it happened for and the `plugin` that wrote it.
Secrets are hidden (`kernel.observability.redaction`).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import IO, TYPE_CHECKING, Any

import orjson
import structlog

from kernel import context
from kernel.observability.redaction import KnownSecrets, redacted

if TYPE_CHECKING:
    from kernel.observability.settings import ObservabilitySettings

Fields = MutableMapping[str, Any]
FaultObserver = Callable[[BaseException, Mapping[str, Any]], None]
"""Told of every exception that is logged as an error, and of the line's fields, secrets hidden."""

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_QUIET = ("urllib3", "botocore", "boto3", "PIL", "peewee", "huey", "asyncio", "sentry_sdk", "opentelemetry")
_FRAMEWORK = ("structlog", "logging", "kernel.observability")

fault_observers: list[FaultObserver] = []
"""An error tracker adds itself here at `startup`, and takes itself out at `shutdown`."""


def configure(
    settings: ObservabilitySettings, secrets: Iterable[str] = (), stream: IO[str] | None = None
) -> None:
    """Send structlog's and the standard library's logs to `stream` (standard error), secrets hidden.

    Configures the process; calling it again replaces what was.
    """
    out = stream or sys.stderr
    known, level = KnownSecrets(secrets), _LEVELS[settings.log_level]
    shared = [_add_context, structlog.processors.add_log_level, _add_time, _add_fault, _redact]
    render = [_json if settings.log_format == "json" else structlog.dev.ConsoleRenderer(colors=out.isatty())]
    structlog.configure(
        processors=[*shared, *render, lambda *line: known.hide(line[2])],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(out),  # type: ignore[arg-type]
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(_Formatter(foreign_pre_chain=shared, processors=render, known=known))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def show_no_locals() -> None:
    """Where nobody configures the logs (a script, a test), let tracebacks show no local variables.

    structlog's own default does, where rich is installed: a password in a request's body.
    """
    if not structlog.is_configured():
        render = structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        structlog.configure(processors=[*structlog.get_config()["processors"][:-1], render])


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Formats a record of the standard library like one of ours."""

    def __init__(self, *, foreign_pre_chain: list[Any], processors: list[Any], known: KnownSecrets) -> None:
        drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
        super().__init__(foreign_pre_chain=[_add_logger, *foreign_pre_chain], processors=[drop, *processors])
        self._known = known

    def format(self, record: logging.LogRecord) -> str:
        return self._known.hide(super().format(record))


def _add_logger(_: Any, __: str, fields: Fields) -> Fields:
    record: logging.LogRecord = fields["_record"]
    fields["logger"] = record.name
    if record.exc_info:
        fields["exc_info"] = record.exc_info
    return fields


def _add_context(_: Any, __: str, fields: Fields) -> Fields:
    """Add what the present code runs on behalf of, and which plugin it belongs to."""
    correlation, who = context.correlation_id.get(), context.principal.get()
    if correlation:
        fields.setdefault("correlation_id", correlation)
    if who is not None and who.id is not None:
        fields.setdefault("principal", f"{who.kind}:{who.id}")
    if "plugin" not in fields:
        plugin = plugin_of(_caller())
        if plugin:
            fields["plugin"] = plugin
    return fields


def _caller() -> str:
    """Return the name of the module that logs."""
    frame = sys._getframe(2)  # noqa: SLF001 - what structlog and logging do themselves
    while frame.f_back and str(frame.f_globals.get("__name__", "")).startswith(_FRAMEWORK):
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", ""))


def plugin_of(module: str) -> str:
    """Return the plugin a module belongs to: `plugins.notes.tasks` → `notes`; the kernel's is ''."""
    top, _, rest = module.partition(".")
    if top in ("plugins", "contrib"):
        return rest.partition(".")[0]
    return "" if top in ("kernel", "__main__") else top


def _add_time(_: Any, __: str, fields: Fields) -> Fields:
    return _stamp(_, __, fields)


_stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
_exception_text = structlog.processors.ExceptionRenderer()


def _add_fault(logger: Any, method: str, fields: Fields) -> Fields:
    """Write an exception as text, and tell the observers of faults."""
    raised = fields.get("exc_info")
    error = _error(raised)
    fields = _exception_text(logger, method, fields)
    if error is not None and fields.get("level") in ("error", "critical"):
        for observe in fault_observers:
            observe(error, redacted({key: value for key, value in fields.items() if not key.startswith("_")}))
    return fields


def _error(raised: Any) -> BaseException | None:
    if isinstance(raised, BaseException):
        return raised
    return raised[1] if isinstance(raised, tuple) else sys.exc_info()[1] if raised else None


def _redact(_: Any, __: str, fields: Fields) -> Fields:
    hidden = redacted({key: value for key, value in fields.items() if not key.startswith("_")})
    return {**fields, **hidden}


def _json(_: Any, __: str, fields: Fields) -> str:
    return orjson.dumps(fields, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
