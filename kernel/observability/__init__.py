"""What operators see: logs, metrics, health.

Names resolve on first use: a command that writes one log line does not import
the Prometheus client, nor the HTTP room.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.observability.logs import configure
    from kernel.observability.metrics import Metrics
    from kernel.observability.redaction import secret_values
    from kernel.observability.wiring import Observability

_HOMES = {"configure": "logs", "Metrics": "metrics", "secret_values": "redaction", "Observability": "wiring"}

__all__ = ["Metrics", "Observability", "configure", "secret_values"]


def __getattr__(name: str) -> Any:
    """Import a name from its module the first time it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"kernel.observability offers no {name}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
