"""A raw WebSocket that speaks Engine.IO by hand: what the protocol's text says, byte for byte."""

from __future__ import annotations

import json
from typing import Any

import websocket

PATIENCE = 10  # seconds to wait for what must come


class Wire:
    """One Engine.IO session over a WebSocket, pings answered."""

    def __init__(self, url: str, *, answers_pings: bool = True, **options: Any) -> None:
        address = f"{url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(address, timeout=PATIENCE, **options)
        self.opening = json.loads(self.socket.recv()[1:])
        self._answers_pings = answers_pings

    def send(self, *packets: str | bytes) -> None:
        """Send Socket.IO packets: texts, and attachments."""
        for packet in packets:
            if isinstance(packet, bytes):
                self.socket.send_binary(packet)
            else:
                self.socket.send(f"4{packet}")

    def receive(self) -> str | bytes:
        """Return the next Socket.IO packet or attachment."""
        while True:
            message = self.socket.recv()
            if isinstance(message, str) and message == "2":
                if self._answers_pings:
                    self.socket.send("3")
                continue
            return message[1:] if isinstance(message, str) else message

    def until_closed(self) -> int:
        """Read to the end; return the close code (0 for a connection that just ended)."""
        while True:
            try:
                opcode, data = self.socket.recv_data()
            except (websocket.WebSocketException, OSError):
                return 0
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return int.from_bytes(data[:2], "big") if data else 0

    def join(self, namespace: str, token: str | None = None) -> str:
        """Connect to a namespace; return its `sid`, having read all it says of itself."""
        self.send(f"0{namespace},{json.dumps({'token': token}) if token else ''}")
        answer = self.receive()
        assert answer.startswith(f"0{namespace},"), answer
        greetings = ["rooms", "hello"] if namespace == "/notes" else ["rooms"]
        for greeting in greetings:
            assert str(self.receive()).startswith(f'2{namespace},["{greeting}"')
        return json.loads(answer.partition(",")[2])["sid"]

    def close(self) -> None:
        """End it at once."""
        self.socket.shutdown()
