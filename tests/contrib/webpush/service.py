"""A push service on loopback, and browsers that subscribe to it.

It decrypts and checks with nothing that the sender uses: RFC 8291 and RFC 8188
are written out over `cryptography`'s primitives, and so is the check of the
VAPID signature (RFC 8292, RFC 7515).
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LARGEST = 4096  # bytes of a body
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
_VAPID = re.compile(r"vapid t=(?P<t>[\w-]+\.[\w-]+\.[\w-]+), k=(?P<k>[\w-]+)")


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Browser:
    """One subscription: its keys, and what arrived for it."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"sixteen bytes ok"
    sender: str = ""
    answer: tuple[int, dict[str, str]] = (201, {})
    asked: int = 0
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def to_json(self) -> dict[str, Any]:
        """Return what `PushSubscription.toJSON()` gives."""
        keys = {"p256dh": b64(self.public), "auth": b64(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def decrypted(self, body: bytes) -> bytes:
        """Return the plaintext of an `aes128gcm` body (RFC 8188 2, RFC 8291 3.4)."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert len(record) <= size, "RFC 8291 4: one record"
        shared = self.key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        )
        secret = _hkdf(self.auth, shared, b"WebPush: info\0" + self.public + sender, 32)
        key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        assert padded[-1:] == b"\2", "the delimiter of the last record"
        return padded[:-1]


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def claims_of(authorization: str, sender: str) -> dict[str, Any]:
    """Return the claims of a VAPID header signed by the key subscribed with; raise AssertionError."""
    found = _VAPID.fullmatch(authorization)
    assert found, "a vapid header"
    assert found["k"] == sender, "the key the browser subscribed with"
    signed, _, signature = found["t"].rpartition(".")
    raw = unb64(signature)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(sender))
    dss = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key.verify(dss, signed.encode(), ec.ECDSA(SHA256()))
    header, claims = (json.loads(unb64(part)) for part in signed.split("."))
    assert header["alg"] == "ES256"
    return dict(claims)


class PushService:
    """One push service; `subscribe` gives a browser, a path that nobody has is 404."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.behave()

    def behave(self) -> None:
        """Forget the browsers."""
        self.browsers: dict[str, Browser] = {}
        self.faults: list[str] = []

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def subscribe(self, sender: str) -> Browser:
        """Return a browser that subscribed with the sender's `applicationServerKey`."""
        path = f"/send/{len(self.browsers) + 1}"
        self.browsers[path] = Browser(f"{self.url}{path}", sender=sender)
        return self.browsers[path]

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Answer a push (RFC 8030 5)."""
        browser = self.browsers.get(path)
        if browser is None:
            return 404, {}
        browser.asked += 1
        if browser.answer[0] != 201:
            return browser.answer
        if len(body) > LARGEST:
            return 413, {}
        try:
            self._check(browser, headers)
            plain = json.loads(browser.decrypted(body))
        except Exception as ex:  # noqa: BLE001 - whatever is wrong with it, the sender is told and the test fails
            self.faults.append(f"{type(ex).__name__}: {ex}")
            return 400, {}
        browser.got.append(plain)
        browser.headers.append(headers)
        return 201, {"Location": f"{self.url}/message/{browser.asked}"}

    def _check(self, browser: Browser, headers: dict[str, str]) -> None:
        claims = claims_of(headers["authorization"], browser.sender)
        assert claims["aud"] == self.url
        assert time.time() < claims["exp"] <= time.time() + 86400
        assert claims["sub"].startswith(("mailto:", "https://"))
        assert headers["content-encoding"] == "aes128gcm"
        assert int(headers["ttl"]) >= 0
        assert headers.get("urgency", "normal") in ("very-low", "low", "normal", "high")
        assert _TOPIC.fullmatch(headers.get("topic", "x"))


def _handler(script: PushService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            named = {name.lower(): value for name, value in self.headers.items()}
            status, headers = script.take(self.path, named, body)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
