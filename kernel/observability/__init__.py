"""What operators see: logs, metrics, health and traces."""

from kernel.observability.metrics import Metrics

__all__ = ["Metrics"]
