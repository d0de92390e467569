"""python-socketio on gevent, as its documentation has it: `python python_socketio.py PORT`."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402 - after the patching
from typing import Any  # noqa: E402

import socketio  # noqa: E402
from gevent import pywsgi  # noqa: E402
from geventwebsocket.handler import WebSocketHandler  # noqa: E402

NAMESPACE = "/benchmark"
sio = socketio.Server(async_mode="gevent", namespaces=[NAMESPACE])


@sio.on("join", namespace=NAMESPACE)
def join(sid: str, data: dict[str, Any]) -> dict[str, bool]:
    sio.enter_room(sid, data["room"], namespace=NAMESPACE)
    return {"ok": True}


@sio.on("say", namespace=NAMESPACE)
def say(sid: str, data: dict[str, Any]) -> None:  # noqa: ARG001 - its signature
    told = {"number": data["number"], "text": data["text"]}
    sio.emit("said", told, room=data["room"], namespace=NAMESPACE)


def ready(environ: dict[str, Any], start_response: Any) -> list[bytes]:  # noqa: ARG001 - WSGI
    start_response("200 OK", [("Content-Length", "5")])
    return [b"ready"]


if __name__ == "__main__":
    address = ("127.0.0.1", int(sys.argv[1]))
    app = socketio.WSGIApp(sio, ready)
    pywsgi.WSGIServer(address, app, backlog=4096, log=None, handler_class=WebSocketHandler).serve_forever()
