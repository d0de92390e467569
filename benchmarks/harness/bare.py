"""The yardstick: a falcon.App with one resource, on the server Stoa runs on.

    python -m benchmarks.harness.bare PORT

The same parent, worker class, handler and limits as `manage.py serve`; falcon
as its quick start has it, with nothing of Stoa above.
"""

from __future__ import annotations

import sys
from typing import Any

from kernel.server.arbiter import Serving, serve
from kernel.server.listen import listen

GREETING = {"id": 42, "name": "a greeting", "tags": ["one", "two"]}


def boot() -> Serving:
    import falcon  # noqa: PLC0415 - after the worker has patched the sockets

    class Greeting:
        def on_get(self, req: Any, resp: Any) -> None:  # noqa: ARG002 - falcon's signature
            resp.media = GREETING

    app = falcon.App()
    app.add_route("/greeting", Greeting())
    return Serving(app, ready=lambda: None, stop=lambda: None)


def main() -> int:
    from kernel.cli.light import light  # noqa: PLC0415 - the parent stays as small as Stoa's

    return serve(listen("127.0.0.1", int(sys.argv[1])), light("http.settings").HttpSettings(), boot)


if __name__ == "__main__":
    sys.exit(main())
