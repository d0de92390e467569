"""A small WSGI program on the real server, run as a process by the tests."""

from __future__ import annotations

import json
import os
import sys

from kernel.errors import ConfigurationError, Problem
from kernel.http.settings import HttpSettings
from kernel.server.arbiter import Serving, serve
from kernel.server.listen import listen


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/announce":
        print("in", flush=True)
    if path == "/refuse":
        return answer(start_response, {"refused": True}, "413 Content Too Large")
    if path == "/large":
        start_response("200 OK", [("Content-Length", "3000000")])
        return [b"x" * 3_000_000]
    if path == "/stream":
        start_response("200 OK", [])
        return iter([b"one", b"two"])
    if path == "/raise":
        raise RuntimeError("a bug")
    if path == "/environ":
        return answer(
            start_response, {key: value for key, value in environ.items() if isinstance(value, str)}
        )
    return read(environ, start_response)


def read(environ, start_response):
    try:
        body = environ["wsgi.input"].read()
    except Problem as ex:
        return answer(start_response, {"problem": ex.type}, f"{ex.status} {ex.title}")
    return answer(start_response, {"read": len(body), "pid": os.getpid()})


def answer(start_response, document, status="200 OK"):
    body = json.dumps(document).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def boot():
    if "refuse-to-boot" in sys.argv:
        raise ConfigurationError("nothing works: mend it")
    if "break-at-boot" in sys.argv:
        raise RuntimeError("a bug at boot")
    if "die-after-boot" in sys.argv:
        import gevent  # noqa: PLC0415 - in the worker, once patched

        gevent.spawn_later(0.05, os._exit, 7)
    return Serving(application, lambda: print("ready", flush=True), lambda: print("stopped", flush=True))


if __name__ == "__main__":
    port, settings = int(sys.argv[1]), json.loads(sys.argv[2])
    listener = listen("127.0.0.1", port)
    print(listener.getsockname()[1], flush=True)
    sys.exit(serve(listener, HttpSettings(**settings), boot))
