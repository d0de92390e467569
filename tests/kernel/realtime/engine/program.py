"""The engine on the real server, echoing, run as a process by the tests.

A client's text is echoed, or a command:

    !close CODE REASON   the server ends the session      !flood COUNT SIZE  as many messages
    !mixed COUNT SIZE    two greenlets send at once       !raise             the handler fails
    !pause / !resume     of every session                 !all TEXT          to every session, as one frame
    !refuse              of the following sessions        !admit             no more

Other paths: /ends (why sessions ended), /state (sessions, greenlets, memory).
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

from kernel.errors import TooManyRequests
from kernel.http.settings import HttpSettings
from kernel.realtime.settings import RealtimeSettings
from kernel.server.arbiter import Serving, serve
from kernel.server.listen import listen

ORIGINS = ["https://shop.example"]


class Program:
    def __init__(self, settings):
        import gevent

        from kernel.http.proxies import client_address
        from kernel.realtime.engine import EngineServer, Frame

        self.gevent, self.frame = gevent, Frame
        self.ends, self.closed_within, self.refusing = [], [], False
        self.engine = EngineServer(
            settings, on_open=self.open, origins=ORIGINS, max_age=60, address=client_address(0)
        )

    def open(self, session):
        if self.refusing:
            raise TooManyRequests("one is enough", headers={"Retry-After": "7"})
        session.on_message = lambda message: self.message(session, message)
        session.on_close = self.ends.append

    def message(self, session, message):
        if isinstance(message, str) and message.startswith("!"):
            name, *words = message[1:].split(" ")
            getattr(self, name)(session, *words)
        else:
            session.send(message)

    def close(self, session, code, reason):
        session.send("goodbye")
        session.close(int(code), reason)

    def flood(self, session, count, size):
        frame = self.frame("x" * int(size))
        for _ in range(int(count)):
            session.send_frame(frame)

    def mixed(self, session, count, size):
        for letter in "ab":
            self.gevent.spawn(self.write_many, session, letter * int(size), int(count))

    def write_many(self, session, text, count):
        for number in range(count):
            session.send(text)
            if number % 10 == 0:
                self.gevent.sleep(0)

    def pause(self, session):
        session.pause()

    def resume(self, session):
        for each in self.engine.sessions.values():
            each.resume()

    def all(self, session, text):
        frame = self.frame(text, b"\x00\x01")
        for each in self.engine.sessions.values():
            each.send_frame(frame)

    def refuse(self, session):
        self.refusing = True

    def admit(self, session):
        self.refusing = False

    def handshake(self, session):
        seen = session.environ
        session.send(json.dumps([seen.ip, seen.user_agent, seen.origin, seen.query, seen.headers]))

    def wsgi(self, environ, start_response):
        path = environ["PATH_INFO"]
        if path.startswith("/engine.io/"):
            return self.engine.wsgi(environ, start_response)
        body = json.dumps(self.ends if path == "/ends" else self.state()).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def state(self):
        from greenlet import greenlet

        pages = int(Path("/proc/self/statm").read_text().split()[1])
        alive = sum(isinstance(each, greenlet) and bool(each) for each in gc.get_objects())
        return {"sessions": len(self.engine.sessions), "greenlets": alive, "kilobytes": pages * 4}


def boot():
    settings = json.loads(sys.argv[2])
    program = Program(RealtimeSettings(**settings["realtime"]))
    return Serving(
        program.wsgi,
        lambda: print("ready", flush=True),
        lambda: print("stopped", json.dumps(program.ends), flush=True),
        drain=program.engine.close_all,
    )


if __name__ == "__main__":
    listener = listen("127.0.0.1", int(sys.argv[1]))
    print(listener.getsockname()[1], flush=True)
    sys.exit(serve(listener, HttpSettings(**json.loads(sys.argv[2])["http"]), boot))
