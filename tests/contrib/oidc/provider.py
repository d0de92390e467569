"""An OpenID Connect provider on loopback, speaking the real protocol.

It checks what a provider checks — client authentication, redirect URI, PKCE,
single-use codes — and can be told to misbehave: `tamper` changes the claims of
the next ID tokens, `sign` replaces the signature, `broken` the answers.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID = "stoa:client"  # the colon shows whether Basic credentials are form-encoded
CLIENT_SECRET = "s3cret/+%"


class Provider:
    """One issuer, started on a free port."""

    def __init__(self) -> None:
        self.behave()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()

    def behave(self) -> None:
        """Forget what a test told it, and what was asked."""
        self.codes: dict[str, dict[str, str]] = {}
        self.requests: list[str] = []
        self.person: dict[str, Any] = {
            "sub": "248289761001",
            "name": "Ada Lovelace",
            "email": "ada@idp.example.com",
            "email_verified": True,
        }
        self.tamper: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] | None = None
        self.broken: dict[str, tuple[int, bytes]] = {}
        self.metadata: dict[str, Any] = {}
        self.in_userinfo = False
        self.emails: list[dict[str, Any]] = []
        self.rotate()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def rotate(self) -> None:
        """Sign with a new key from now on; the old one leaves the key set."""
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.kid = secrets.token_hex(4)  # RSA keys take 100 ms; tests rotate seldom

    def visit(self, url: str, *, allow: bool = True) -> dict[str, str]:
        """Do what a browser does at the authorization URL; return the parameters it comes back with."""
        answer = requests.get(url if allow else f"{url}&deny=1", allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    # -- what the provider answers --------------------------------------------

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=a",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }

    def jwks(self) -> dict[str, Any]:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": self.kid, "use": "sig", "alg": "RS256"}]}

    def authorize(self, query: dict[str, str]) -> str:
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query.get("tenant", "a") == "a", "the endpoint's own query was lost"
        back = {"state": query["state"], "iss": self.issuer}
        if query.get("deny"):
            return query["redirect_uri"] + "?" + urlencode({**back, "error": "access_denied"})
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return query["redirect_uri"] + "?" + urlencode({**back, "code": code})

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        if not self._authenticated(form, authorization):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        if "code_challenge" in asked and asked["code_challenge"] != _s256(form.get("code_verifier", "")):
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        access = secrets.token_urlsafe(16)
        answer = {"access_token": access, "token_type": "Bearer"}
        if "openid" in asked["scope"].split():
            answer["id_token"] = self._id_token(asked, access)
        return 200, answer

    def _authenticated(self, form: dict[str, str], authorization: str) -> bool:
        if authorization.startswith("Basic "):
            pair = base64.b64decode(authorization[6:]).decode().split(":", 1)
            return [unquote_plus(part) for part in pair] == [CLIENT_ID, CLIENT_SECRET]
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)

    def _id_token(self, asked: dict[str, str], access: str) -> str:
        now = int(time.time())
        person = {"sub": self.person["sub"]} if self.in_userinfo else self.person
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked.get("nonce"),
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(), **person, **self.tamper,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return self.sign(claims) if self.sign else self.signed(claims)

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.kid})


def _s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            provider.requests.append(f"GET {path}")
            if path == "/authorize":
                return self._redirect(provider.authorize(dict(parse_qsl(query))))
            answers = {
                "/.well-known/openid-configuration": provider.discovery,
                "/jwks": provider.jwks,
                "/userinfo": lambda: provider.person,
                "/user": lambda: provider.person,
                "/user/emails": lambda: provider.emails,
            }
            return (
                self._answer(path, 200, answers[path]()) if path in answers else self._answer(path, 404, {})
            )

        def do_POST(self) -> None:
            provider.requests.append(f"POST {self.path}")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(self.path, *provider.token(form, self.headers.get("Authorization", "")))

        def _redirect(self, location: str) -> None:
            self.send_response(302)
            self.send_header("Location", location)
            self.end_headers()

        def _answer(self, path: str, status: int, content: Any) -> None:
            status, data = provider.broken.get(path, (status, json.dumps(content).encode()))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
