"""Clients that speak bytes: HTTP and WebSocket frames, right or wrong."""

from __future__ import annotations

import base64
import json
import socket
import struct

DEADLINE = 20
KEY = base64.b64encode(b"0123456789abcdef").decode()
ACCEPT = "BACScCJPNqyz+UBoqMH89VmURoA="  # of KEY, by RFC 6455 §4.2.2
TEXT, BINARY, CLOSE, PING, PONG = 0x81, 0x82, 0x88, 0x89, 0x8A


def upgrade(path, **changed):
    """Return a WebSocket handshake; a header given as None is left out."""
    headers = {
        "Host": "localhost",
        "Upgrade": "websocket",
        "Connection": "keep-alive, Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": KEY,
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return ("\r\n".join([f"GET {path} HTTP/1.1", *lines]) + "\r\n\r\n").encode()


def frame(payload=b"", first=TEXT, *, mask=b"\x01\x02\x03\x04", length=None):
    """Return a client's frame; `length` lies about the payload's, mask None leaves it bare."""
    payload = payload.encode() if isinstance(payload, str) else payload
    size = len(payload) if length is None else length
    bit = 0x80 if mask is not None else 0
    if size < 126:
        head = struct.pack("!BB", first, bit | size)
    elif size < 65_536:
        head = struct.pack("!BBH", first, bit | 126, size)
    else:
        head = struct.pack("!BBQ", first, bit | 127, size)
    if mask is None:
        return head + payload
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


class Wire:
    """One connection."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
        self.file = self.socket.makefile("rb")
        self.sid = None

    def send(self, raw):
        self.socket.sendall(raw)
        return self

    def request(self, method, path, body=b"", **headers):
        """Send a request and return its answer: status, headers, body."""
        self.ask(method, path, body, **headers)
        return self.answer()

    def ask(self, method, path, body=b"", **headers):
        body = body.encode() if isinstance(body, str) else body
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        head = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *lines]
        return self.send("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    def answer(self):
        status = int(self.file.readline().split()[1])
        headers = {}
        while line := self.file.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, self.file.read(int(headers.get("content-length", 0))).decode()

    def frame(self):
        """Read one frame: first byte, payload; (None, b"") at the end of the connection."""
        head = self.file.read(2)
        if len(head) < 2:
            return None, b""
        assert head[1] < 128, "a server's frame is not masked"
        size = head[1]
        if size == 126:
            [size] = struct.unpack("!H", self.file.read(2))
        elif size == 127:
            [size] = struct.unpack("!Q", self.file.read(8))
        return head[0], self.file.read(size)

    def text(self):
        """Read one text frame."""
        first, payload = self.frame()
        assert first == TEXT, (first, payload)
        return payload.decode()

    def closed(self):
        """Skip to the end; return code and reason of the close frame (1006: there was none)."""
        code, reason = 1006, ""
        try:
            while (each := self.frame())[0] is not None:
                if each[0] == CLOSE:
                    code, reason = int.from_bytes(each[1][:2] or b"\x03\xed", "big"), each[1][2:].decode()
        except ConnectionError:
            return code, reason
        return code, reason

    def say(self, packet):
        """Send an Engine.IO packet in a frame."""
        return self.send(frame(packet))

    def close(self):
        self.file.close()
        self.socket.close()


class Clients:
    """Connections to one server, all closed at the end of a test."""

    PATH = "/engine.io/?EIO=4"

    def __init__(self, port):
        self.port = port
        self._wires = []

    def wire(self):
        self._wires.append(Wire(self.port))
        return self._wires[-1]

    def handshake(self, path="", **changed):
        """Ask for a WebSocket; return the connection and the answer."""
        wire = self.wire()
        wire.send(upgrade(f"{self.PATH}&transport=websocket{path}", **changed))
        return wire, wire.answer()

    def websocket(self):
        """Open a session on a WebSocket; return the connection after the open packet."""
        wire, (status, _, _) = self.handshake()
        assert status == 101
        wire.sid = json.loads(wire.text().removeprefix("0"))["sid"]
        return wire

    def polling(self):
        """Open a session on polling."""
        status, _, body = self.request("GET")
        assert status == 200
        return json.loads(body[1:])["sid"]

    def request(self, method, sid=None, body=b"", **headers):
        """Send a polling request on a connection of its own."""
        return self.wire().request(method, self.path(sid), body, **headers)

    def path(self, sid=None):
        return f"{self.PATH}&transport=polling" + (f"&sid={sid}" if sid else "")

    def upgraded(self):
        """Open a session on polling and upgrade it; return the WebSocket and the session's id."""
        sid = self.polling()
        wire, _ = self.handshake(f"&sid={sid}")
        assert wire.say("2probe").text() == "3probe"
        wire.say("5")
        return wire, sid

    def get(self, path):
        """Return what the program says about itself."""
        return json.loads(self.wire().request("GET", path)[2])

    def close(self):
        for wire in self._wires:
            wire.close()
