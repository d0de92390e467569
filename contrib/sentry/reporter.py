"""Reports what is logged as an error with an exception: faults of requests, tasks, deliveries, plugins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from contrib.sentry.settings import SentrySettings
from kernel import ConfigurationError
from kernel.observability import secret_values
from kernel.observability.logs import fault_observers
from kernel.observability.redaction import KnownSecrets, redacted

try:
    import sentry_sdk
    from sentry_sdk.utils import BadDsn, event_from_exception
except ImportError as ex:
    raise ConfigurationError("sentry needs its library: pip install 'stoa[sentry]'") from ex

if TYPE_CHECKING:
    from kernel import Settings

_FLUSH = 3.0  # seconds to send what is left at shutdown


class Reporter:
    """A Sentry client of its own: it hooks into nothing, and sends no variables and no bodies."""

    def __init__(self, settings: Settings) -> None:
        """Raise ConfigurationError for a DSN that is none."""
        mine = settings.of(SentrySettings)
        if not mine.dsn:
            raise ConfigurationError("sentry.dsn is empty: set it, or leave the plugin out")
        self._known = KnownSecrets(secret_values(settings))
        try:
            self._client = sentry_sdk.Client(
                dsn=mine.dsn,
                environment=settings.kernel.environment,
                release=mine.release or None,
                sample_rate=mine.sample,
                default_integrations=False,
                include_local_variables=False,
                max_breadcrumbs=0,
                before_send=self._scrubbed,
            )
        except BadDsn as ex:
            raise ConfigurationError(
                f"sentry.dsn is no DSN ({ex}): copy it from the project's settings"
            ) from ex

    def attach(self) -> None:
        """Begin to report."""
        fault_observers.append(self.report)

    def detach(self) -> None:
        """Stop reporting; send what is left."""
        fault_observers.remove(self.report)
        self._client.close(timeout=_FLUSH)

    def flush(self) -> None:
        """Send what waits."""
        self._client.flush(timeout=_FLUSH)

    def report(self, error: BaseException, fields: Mapping[str, Any]) -> None:
        """Queue an error with the fields of its log line; returns at once."""
        scope = sentry_sdk.Scope()
        for name in ("correlation_id", "plugin", "task", "subscriber"):
            if fields.get(name):
                scope.set_tag(name, str(fields[name]))
        if fields.get("principal"):
            scope.set_user({"id": fields["principal"]})
        line = {name: value for name, value in fields.items() if name not in ("exception", "exc_info")}
        scope.set_context("log", line)
        event, hint = event_from_exception(error, client_options=self._client.options)
        self._client.capture_event(event, hint, scope)

    def _scrubbed(self, event: Any, hint: Any) -> Any:  # noqa: ARG002 - the library's signature
        """Hide secrets in what is about to be sent."""
        for raised in event.get("exception", {}).get("values", ()):
            raised["value"] = redacted(raised.get("value") or "")
        return _each_text(event, self._known.hide)


def _each_text(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each_text(inner, change) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(inner, change) for inner in value]
    return value
