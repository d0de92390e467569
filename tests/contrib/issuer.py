"""A server on loopback that issues RS256 tokens and publishes its keys.

It can be told to misbehave: `broken` replaces answers, `rotate` changes the key.
`FORGERIES` are signatures that are not the issuer's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Reply = tuple[int, dict[str, str], bytes]
NOT_FOUND: Reply = (404, {}, b"{}")


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Issuer:
    """Answers on a free port; a subclass says what, in `reply`."""

    def __init__(self) -> None:
        self.key, self.kid = new_key(), "key-1"
        self._first = (self.key, self.kid)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        self.behave()

    def behave(self) -> None:
        """Forget what a test told it, and what was asked."""
        self.key, self.kid = self._first
        self.requests: list[str] = []
        self.broken: dict[str, Reply] = {}
        self.asked, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def rotate(self) -> None:
        """Sign with another key from now on; the old one is published no more."""
        self.key, self.kid = new_key(), f"{self.kid}+"

    def hold(self) -> None:
        """Answer nothing until `go_on` is set; `asked` tells when the first request is there."""
        self.asked.clear()
        self.go_on.clear()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def sign(self, claims: dict[str, Any], **headers: Any) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.kid, **headers})

    def answer(self, path: str, headers: Any) -> Reply:
        self.requests.append(path)
        self.asked.set()
        self.go_on.wait(30)
        return self.broken.get(path) or self.reply(path, headers)

    def reply(self, path: str, headers: Any) -> Reply:
        return NOT_FOUND


def as_json(content: Any, **headers: str) -> Reply:
    return (
        200,
        {name.replace("_", "-"): value for name, value in headers.items()},
        json.dumps(content).encode(),
    )


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, content = issuer.answer(self.path, self.headers)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def _part(value: dict[str, Any]) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")


def unsigned(issuer: Issuer, claims: dict[str, Any]) -> str:
    return (_part({"alg": "none", "kid": issuer.kid}) + b"." + _part(claims) + b".").decode()


def signed_by_the_public_key(issuer: Issuer, claims: dict[str, Any]) -> str:
    public = issuer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = _part({"alg": "HS256", "kid": issuer.kid, "typ": "JWT"}) + b"." + _part(claims)
    digest = hmac.new(public, signed, hashlib.sha256).digest()
    return (signed + b"." + base64.urlsafe_b64encode(digest).rstrip(b"=")).decode()


def signed_by_a_stranger(issuer: Issuer, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, new_key(), algorithm="RS256", headers={"kid": issuer.kid})


def signed_by_an_unknown_key(issuer: Issuer, claims: dict[str, Any]) -> str:
    return issuer.sign(claims, kid="unknown")


def signed_by_a_key_of_its_own_header(issuer: Issuer, claims: dict[str, Any]) -> str:
    stranger = new_key()
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(stranger.public_key()))
    headers = {"jwk": jwk, "jku": "http://127.0.0.1:1/jwks", "kid": "mine"}
    return jwt.encode(claims, stranger, algorithm="RS256", headers=headers)


def with_another_algorithm(issuer: Issuer, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, issuer.key, algorithm="RS512", headers={"kid": issuer.kid})


def without_a_key_id(issuer: Issuer, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, issuer.key, algorithm="RS256")


def with_other_claims_than_were_signed(issuer: Issuer, claims: dict[str, Any]) -> str:
    head, _, signature = issuer.sign(claims).split(".")
    return f"{head}.{_part({**claims, 'sub': 'somebody-else'}).decode()}.{signature}"


FORGERIES: tuple[Callable[[Issuer, dict[str, Any]], str], ...] = (
    unsigned,
    signed_by_the_public_key,
    signed_by_a_stranger,
    signed_by_an_unknown_key,
    signed_by_a_key_of_its_own_header,
    with_another_algorithm,
    without_a_key_id,
    with_other_claims_than_were_signed,
)
