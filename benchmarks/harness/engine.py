"""The bare engine on the real server: what `benchmarks/engine.py` measures.

    python -m benchmarks.harness.engine PORT

A message `n` of a client is answered with n broadcasts to the first 1,000
sessions, and with the CPU seconds they took.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from kernel.http.settings import HttpSettings
from kernel.realtime.settings import RealtimeSettings
from kernel.server.arbiter import Serving, serve
from kernel.server.listen import listen

if TYPE_CHECKING:
    from kernel.realtime.engine import EngineSession

ROOM, TEXT = 1000, "x" * 200


def boot() -> Serving:
    from kernel.http.proxies import client_address  # noqa: PLC0415 - after the worker has patched the sockets
    from kernel.realtime.engine import EngineServer, Frame  # noqa: PLC0415

    def broadcast(asking: EngineSession, many: int) -> None:
        room = list(engine.sessions.values())[:ROOM]
        started = time.process_time()
        for number in range(many):
            frame = Frame(f'2["message",{{"number":{number},"text":"{TEXT}"}}]')
            for session in room:
                session.send_frame(frame)
        asking.send(f"spent {time.process_time() - started} {len(room) * many}")

    def opened(session: EngineSession) -> None:
        session.on_message = lambda message: broadcast(session, int(message))

    engine = EngineServer(
        RealtimeSettings(queue_bytes=64 * 1024 * 1024), on_open=opened, address=client_address(0)
    )
    return Serving(
        engine.wsgi,
        lambda: print("ready", flush=True),
        lambda: None,
        drain=engine.close_all,
        upgrade=engine.upgrade,
    )


if __name__ == "__main__":
    sys.exit(serve(listen("127.0.0.1", int(sys.argv[1])), HttpSettings(connections=100_000), boot))
