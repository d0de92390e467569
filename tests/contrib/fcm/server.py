"""FCM on loopback: access tokens for the service account's assertion, and `messages:send` of the v1 API."""

from __future__ import annotations

import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PROJECT = "agora-1234"
EMAIL = f"push@{PROJECT}.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
AUDIENCE = "https://oauth2.googleapis.com/token"  # whatever the address asked, as Google has it
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LARGEST = 4096  # bytes of notification and data
Reply = tuple[int, dict[str, str], Any]


def refusal(status: int, code: str, *, name: str = "", headers: dict[str, str] | None = None) -> Reply:
    """Return an answer as FCM words it; `name` is the status of all Google APIs, FCM's code by default."""
    detail = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}
    error = {"code": status, "message": f"It is {code}.", "status": name or code}
    return status, headers or {}, {"error": {**error, "details": [detail] if code else []}}


def invalid(field: str) -> Reply:
    """Return the 400 that names a field."""
    status, headers, body = refusal(400, "INVALID_ARGUMENT")
    fault = {"field": field, "description": "It is not valid."}
    kind = "type.googleapis.com/google.rpc.BadRequest"
    body["error"]["details"].append({"@type": kind, "fieldViolations": [fault]})
    return status, headers, body


class FcmServer:
    """One project; `answers` by registration token, `sent` what was accepted."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.behave()

    def behave(self) -> None:
        """Forget what a test told it, and what was asked."""
        self.sent: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.tokens: list[str] = []
        self.answers: dict[str, Reply] = {}
        self.token_answer: Reply | None = None
        self.expires_in = 3600

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def credentials(self) -> str:
        """The service account's key as the console gives it."""
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return json.dumps({
            "type": "service_account", "project_id": PROJECT, "private_key_id": "1", "private_key": pem,
            "client_email": EMAIL, "client_id": "1", "token_uri": f"{self.url}/token",
        })  # fmt: skip

    def issue(self, form: dict[str, list[str]]) -> Reply:
        """Answer the exchange of an assertion for an access token (RFC 7523)."""
        if self.token_answer:
            return self.token_answer
        whom = {"audience": AUDIENCE, "issuer": EMAIL, "options": {"require": ["exp", "iat"]}}
        try:
            assert form["grant_type"] == [GRANT]
            claims = jwt.decode(form["assertion"][0], self.key.public_key(), algorithms=["RS256"], **whom)
            assert claims["scope"] == SCOPE
            assert claims["exp"] - claims["iat"] <= 3600
        except (AssertionError, KeyError, jwt.InvalidTokenError) as ex:
            return 400, {}, {"error": "invalid_grant", "error_description": repr(ex)}
        self.tokens.append(secrets.token_hex(8))
        answer = {"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": self.expires_in}
        return 200, {}, answer

    def take(self, path: str, authorization: str, body: dict[str, Any]) -> Reply:
        """Answer `messages:send`."""
        if path != f"/v1/projects/{PROJECT}/messages:send":
            return 404, {}, {"error": {"code": 404, "message": "No such project.", "status": "NOT_FOUND"}}
        if authorization.removeprefix("Bearer ") not in self.tokens:
            return refusal(401, "", name="UNAUTHENTICATED")
        message = body["message"]
        self.asked.append(message["token"])
        if message["token"] in self.answers:
            return self.answers[message["token"]]
        fault = _fault(message)
        if fault:
            return invalid(fault)
        self.sent.append(message)
        return 200, {}, {"name": f"projects/{PROJECT}/messages/{len(self.sent)}"}


def _fault(message: dict[str, Any]) -> str:
    """Return the field FCM would find fault with; empty when there is none."""
    payload = {name: message[name] for name in ("notification", "data")}
    link = message["webpush"].get("fcm_options", {}).get("link", "https://")
    wrong = {
        "message.data": not all(isinstance(value, str) for value in message["data"].values()),
        "message": len(json.dumps(payload, ensure_ascii=False).encode()) > LARGEST,
        "message.android.priority": message["android"]["priority"] not in ("NORMAL", "HIGH"),
        "message.android.ttl": not message["android"]["ttl"].endswith("s"),
        "message.apns.headers": len(message["apns"]["headers"].get("apns-collapse-id", "").encode()) > 64,
        "message.webpush.fcm_options.link": not link.startswith("https://"),
    }
    return next((field for field, found in wrong.items() if found), "")


def _handler(script: FcmServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path == "/token":
                status, headers, answer = script.issue(parse_qs(body))
            else:
                authorization = self.headers["Authorization"]
                status, headers, answer = script.take(self.path, authorization, json.loads(body))
            data = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
