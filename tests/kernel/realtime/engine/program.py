"""The echo on the real server, run as a process by the tests.

program.py PORT '{"realtime": {…}, "http": {…}}'
"""

from __future__ import annotations

import json
import sys

from kernel.http.settings import HttpSettings
from kernel.realtime.settings import RealtimeSettings
from kernel.server.arbiter import Serving, serve
from kernel.server.listen import listen

PORT, SETTINGS = int(sys.argv[1]), json.loads(sys.argv[2])


def tell(*words):
    print(*words, flush=True)  # noqa: T201 - the test reads how far we are


def boot():
    from tests.kernel.realtime.engine.echo import Echo  # noqa: PLC0415 - after the sockets are patched

    echo = Echo(RealtimeSettings(**SETTINGS["realtime"]))
    return Serving(
        echo.wsgi,
        lambda: tell("ready"),
        lambda: tell("stopped", json.dumps([*echo.ends.values()])),
        connected=echo.connected,
        drain=echo.engine.close_all,
        upgrade=echo.engine.upgrade,
    )


if __name__ == "__main__":
    listener = listen("127.0.0.1", PORT)
    tell(listener.getsockname()[1])
    sys.exit(serve(listener, HttpSettings(**SETTINGS["http"]), boot))
