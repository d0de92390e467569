"""Tells a server secrets wherever it takes words, and keeps what it answered."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg2

from kernel.testing import Answer, Server

SETTINGS = {
    "secret_key": "kanarienvogel-of-the-deployment-0123456789",
    "smtp": "kanarienvogel-of-the-mail-server",
    "metrics": "kanarienvogel-of-the-operators",
    "collector": "kanarienvogel-of-the-collector",
    "dsn": "kanarienvogelofthetracker",
}
PASSWORD = "kanarienvogel-violet-71"
NEW_PASSWORD = "kanarienvogel-harbour-72"
WRONG = "kanarienvogel-mistyped-73"
TOKEN = "kanarienvogel.eyJhbGciOiJIUzI1NiJ9.c2lnbmF0dXJl"
CODE = "kanarienvogel-739182"
CARD = "4242424242424242"
METHOD = "tok_kanarienvogel_visa"
EMAIL = "ada@example.com"
BODIES = ("/v1/auth/login", "/v1/auth/register", "/v1/auth/reset-password", "/v1/auth/refresh")


class Teller:
    """A client of one server; `secrets` grows by what the server itself hands out."""

    def __init__(self, server: Server, database: str) -> None:
        self.server, self.database = server, database
        self.answers: list[Answer] = []
        told = {"password": PASSWORD, "new password": NEW_PASSWORD, "wrong password": WRONG, "token": TOKEN}
        self.secrets = {**told, "code": CODE, "card": CARD, "method": METHOD, **SETTINGS}
        self.token = ""

    def send(self, method: str, path: str, said: object = None, **options: object) -> Answer:
        """Send a request; keep its answer."""
        answer = self.server.request(method, path, said, **options)
        self.answers.append(answer)
        return answer

    def tell_everything(self) -> None:
        """Be told by everybody, in every place."""
        self.sign_up()
        self.mistype()
        self.use_headers()
        self.use_queries()
        self.use_keys()
        self.follow_links()
        self.pay()
        self.connect()
        with self.broken("accounts_user"), self.unlike("kernel_session", "id"):
            self.mistype()
            self.use_headers()
        self.change_password()

    def sign_up(self) -> None:
        person = {"email": EMAIL, "password": PASSWORD, "name": "Ada"}
        assert self.send("POST", "/v1/auth/register", person).status == 201
        tokens = self.send("POST", "/v1/auth/login", {"email": EMAIL, "password": PASSWORD}).json
        self.token = tokens["access_token"]
        self.secrets |= {"access": self.token, "refresh": tokens["refresh_token"]}

    def mistype(self) -> None:
        """Send secrets where they are wrong: other values, fields, types and formats."""
        for path in BODIES:
            self.send("POST", path, {"email": EMAIL, "password": WRONG, "name": "Ada", "token": TOKEN})
            self.send("POST", path, {"email": EMAIL, "passwrod": WRONG})
            self.send("POST", path, {"email": [WRONG], "password": {"is": WRONG}, "refresh_token": [TOKEN]})
            self.send("POST", path, body=f'{{"password": "{WRONG}", '.encode())
            form = f"password={WRONG}&token={TOKEN}".encode()
            self.send("POST", path, body=form, headers={"content-type": "application/x-www-form-urlencoded"})
        self.send("POST", "/v1/auth/login", {"email": EMAIL, "password": WRONG})
        self.send("POST", "/v1/auth/login", {"email": EMAIL, "password": PASSWORD, "mfa_code": CODE})
        self.send("POST", "/v1/auth/verify-email", {"token": TOKEN})
        self.send("POST", "/v1/auth/refresh", {"refresh_token": TOKEN})
        self.send("POST", "/v1/auth/reset-password", {"token": TOKEN, "password": NEW_PASSWORD})
        self.send("POST", "/v1/auth/otp/login", {"phone": "+4930123456", "code": CODE})
        self.send("POST", "/v1/auth/forgot-password", {"email": EMAIL})

    def use_headers(self) -> None:
        """Send secrets in headers, right and wrong ones."""
        basic = base64.b64encode(f"ada:{WRONG}".encode()).decode()
        for headers in (
            {"authorization": f"Bearer {TOKEN}"},
            {"authorization": f"Basic {basic}"},
            {"authorization": f"{WRONG}"},
            {"x-api-key": TOKEN},
            {"cookie": f"session={TOKEN}; refresh_token={TOKEN}"},
            {"x-operator-token": SETTINGS["metrics"]},
            {"idempotency-key": TOKEN},
        ):
            self.send("GET", "/v1/users/me", headers=headers)
            self.send("GET", "/metrics", headers=headers)
            self.send("POST", "/v1/auth/logout", headers=headers)

    def use_queries(self) -> None:
        """Send secrets in addresses, where they do not belong."""
        for name in ("password", "access_token", "token", "api_key", "code", "secret", "client_secret"):
            self.send("GET", f"/v1/listings?{name}={quote(TOKEN)}")
            self.send("GET", f"/v1/nowhere?{name}={quote(TOKEN)}")
        self.send("GET", f"/v1/auth/pages/verify-email?token={quote(TOKEN)}")
        self.send("GET", f"/v1/auth/pages/reset-password?token={quote(TOKEN)}")

    def use_keys(self) -> None:
        """Have secrets made: an API key, a second factor, an endpoint's secret; use and misuse them."""
        key = self.send("POST", "/v1/auth/api-keys", {"name": "machine"}, token=self.token).json["key"]
        hook = {"url": "https://example.com/hook", "event_types": []}
        made = self.send("POST", "/v1/webhooks", hook, token=self.token).json
        enrolled = self.send("POST", "/v1/auth/mfa/enrol", {"password": PASSWORD}, token=self.token).json
        self.secrets |= {"api key": key, "webhook": made["secret"], "second factor": enrolled["secret"]}
        self.send("POST", f"/v1/webhooks/{made['endpoint']['id']}/test", token=self.token)
        self.send("GET", "/v1/users/me", token=key)
        self.send("GET", "/v1/users/me", token=f"{key}x")
        self.send("POST", "/v1/auth/mfa/confirm", {"code": CODE}, token=self.token)

    def follow_links(self) -> None:
        """Have addresses made that are secrets themselves, and go there, also where they lead no more."""
        feed = self.send("POST", "/v1/bookings/feeds", {}, token=self.token).json
        us = {"kind": "group", "title": "Us"}
        group = self.send("POST", "/v1/conversations", us, token=self.token).json
        invites = f"/v1/conversations/{group['id']}/invites"
        invited = self.send("POST", invites, {}, token=self.token).json
        self.secrets |= {"calendar": feed["url"].rpartition("/")[2], "invitation": invited["token"]}
        for _ in range(2):
            self.send("GET", f"/v1/bookings/calendars/{self.secrets['calendar']}")
            self.send("GET", f"/v1/chat/invites/{self.secrets['invitation']}", token=self.token)
            self.send("POST", f"/v1/chat/invites/{self.secrets['invitation']}", token=self.token)
            self.send("DELETE", f"/v1/bookings/feeds/{feed['id']}", token=self.token)
            self.send("DELETE", f"{invites}/{invited['id']}", token=self.token)

    def pay(self) -> None:
        """Send a card's number where only a gateway's token belongs, and a token."""
        amount = {"amount": 500, "currency": "USD"}
        self.send("POST", "/v1/wallet/topups", {"amount": amount, "card": {"number": CARD}}, token=self.token)
        kept = {"gateway": "test", "token": METHOD, "label": "Visa"}
        assert self.send("POST", "/v1/payments/methods", kept, token=self.token).status == 201
        payment = self.send("POST", "/v1/wallet/topups", {"amount": amount}, token=self.token).json["id"]
        paying = {"gateway": "test", "method": METHOD}
        path = f"/v1/payments/{payment}/confirm"
        assert self.send("POST", path, paying, token=self.token).status == 200
        signed = {"test-signature": TOKEN, "content-type": "application/json"}
        self.send(
            "POST", "/v1/payments/webhooks/test", body=b'{"card": "%s"}' % CARD.encode(), headers=signed
        )

    def connect(self) -> None:
        """Open a socket by polling, with a token that is none."""
        handshake = self.send("GET", "/socket.io/?EIO=4&transport=polling")
        sid = json.loads(handshake.body[1:])["sid"]
        path = f"/socket.io/?EIO=4&transport=polling&sid={sid}"
        self.send("POST", path, body=f'40{{"token": "{TOKEN}"}}'.encode())
        self.send("GET", path)

    def change_password(self) -> None:
        """Change the password, after a wrong attempt."""
        for current in (WRONG, PASSWORD):
            said = {"current_password": current, "new_password": NEW_PASSWORD}
            self.send("POST", "/v1/auth/change-password", said, token=self.token)

    @contextmanager
    def broken(self, table: str) -> Iterator[None]:
        """Take a table away for a block: what fails is our own, and logged with all its details."""
        self._execute(f'ALTER TABLE "{table}" RENAME TO "{table}_away"')
        try:
            yield
        finally:
            self._execute(f'ALTER TABLE "{table}_away" RENAME TO "{table}"')

    @contextmanager
    def unlike(self, table: str, column: str) -> Iterator[None]:
        """Take a column away for a block: PostgreSQL then quotes the statement, values included."""
        self._execute(f'ALTER TABLE "{table}" RENAME COLUMN "{column}" TO "{column}_away"')
        try:
            yield
        finally:
            self._execute(f'ALTER TABLE "{table}" RENAME COLUMN "{column}_away" TO "{column}"')

    def _execute(self, statement: str) -> None:
        connection = psycopg2.connect(self.database)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()


def forms(secret: str) -> set[str]:
    """Return a secret as it is, in an address, and in the three ways base64 can begin it."""
    whole = {base64.b64encode(b"x" * skipped + secret.encode()).decode()[4:-4] for skipped in range(3)}
    return {secret, quote(secret), quote(secret, safe=""), *whole}


def found_in(text: str, secrets: dict[str, str]) -> list[str]:
    """Return the names of the secrets that stand in a text, in any form, with what is around them."""
    return [
        f"{name}: …{text[max(at - 90, 0) : at + 30]!r}"
        for name, secret in secrets.items()
        for form in forms(secret)
        if (at := text.find(form)) >= 0
    ]
