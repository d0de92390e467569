"""What plugins are tested with: fixtures, the contract suite, the isolation matrix.

pytest finds the fixtures by itself (entry point `pytest11`); see
`docs/plugins/testing.md`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.storage import count_statements as count_statements
    from kernel.testing.answers import Answer as Answer
    from kernel.testing.client import Client as Client
    from kernel.testing.contract import PluginContract as PluginContract
    from kernel.testing.realtime import AckRefused as AckRefused
    from kernel.testing.realtime import ConnectRefused as ConnectRefused
    from kernel.testing.realtime import Realtime as Realtime
    from kernel.testing.realtime import SocketClient as SocketClient
    from kernel.testing.samples import Sample as Sample
    from kernel.testing.samples import sample as sample
    from kernel.testing.server import Server as Server
    from kernel.testing.server import race as race

_HOMES = {
    "kernel.storage": "count_statements",
    "kernel.testing.answers": "Answer",
    "kernel.testing.client": "Client",
    "kernel.testing.contract": "PluginContract",
    "kernel.testing.realtime": "AckRefused ConnectRefused Realtime SocketClient",
    "kernel.testing.samples": "Sample sample",
    "kernel.testing.server": "Server race",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = [
    "AckRefused",
    "Answer",
    "Client",
    "ConnectRefused",
    "PluginContract",
    "Realtime",
    "Sample",
    "Server",
    "SocketClient",
    "count_statements",
    "race",
    "sample",
]


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: pytest loads this package before every run."""
    if name not in _HOME_OF:
        raise AttributeError(f"kernel.testing offers no {name}")
    return getattr(import_module(_HOME_OF[name]), name)
