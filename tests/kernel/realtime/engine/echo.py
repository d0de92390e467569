"""An application on the engine that echoes, and misbehaves when told to.

A client's text is echoed, or a command:

    !close CODE REASON   the server ends the session      !flood COUNT SIZE  as many messages
    !mixed COUNT SIZE    two greenlets send at once       !raise             the handler fails
    !pause / !resume     of every session                 !all TEXT          to every session, as one frame
    !refuse              of the following sessions        !admit             no more
    !handshake           what is kept of the first request

Other paths: /ends (why sessions ended), /ends/SID (why one did), /state (sessions, greenlets, who polls).
"""

from __future__ import annotations

import gc
import json
from contextlib import contextmanager

import gevent
from greenlet import greenlet

from kernel.errors import TooManyRequests
from kernel.http.proxies import client_address
from kernel.realtime.engine import EngineServer, Frame

ORIGINS = ["https://shop.example"]


class Echo:
    def __init__(self, settings):
        self.ends, self.refusing, self.connections = {}, False, 0
        self.engine = EngineServer(
            settings, on_open=self.open, origins=ORIGINS, max_age=60, address=client_address(0)
        )

    @contextmanager
    def connected(self):
        self.connections += 1
        yield
        self.connections -= 1

    def open(self, session):
        if self.refusing:
            raise TooManyRequests(7, "one is enough")
        session.on_message = lambda message: self.message(session, message)
        session.on_close = lambda reason: self.ends.update({session.id: reason})

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
        frame = Frame("x" * int(size))
        for _ in range(int(count)):
            session.send_frame(frame)

    def mixed(self, session, count, size):
        for letter in "ab":
            gevent.spawn(self.write_many, session, letter * int(size), int(count))

    def write_many(self, session, text, count):
        for number in range(count):
            session.send(text)
            if number % 10 == 0:
                gevent.sleep(0)

    def pause(self, session):
        session.pause()

    def resume(self, session):
        for each in self.engine.sessions.values():
            each.resume()

    def all(self, session, text):
        frame = Frame(text, b"\x00\x01")
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
        body = json.dumps(self.told(path)).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def told(self, path):
        if path.startswith("/ends"):
            return self.ends.get(path.removeprefix("/ends/"), list(self.ends.values()))
        return self.state()

    def state(self):
        alive = sum(isinstance(each, greenlet) and bool(each) for each in gc.get_objects())
        queues = {sid: each.polling for sid, each in self.engine.sessions.items() if each.polling}
        return {
            "sessions": len(self.engine.sessions),
            "connections": self.connections,
            "greenlets": alive,
            "polls": [sid for sid, each in queues.items() if each.waiting],
            "posts": [sid for sid, each in queues.items() if each.posting],
            "probing": [each.id for each in self.engine.sessions.values() if each.probing],
            "last_words": len(self.engine._sessions.last_words),
            "refusing": self.refusing,
        }
