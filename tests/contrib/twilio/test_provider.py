"""What is posted to Twilio, and what is made of the answers."""

from __future__ import annotations

import base64
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from contrib.twilio.provider import TwilioProvider
from contrib.twilio.settings import TwilioSettings
from kernel import uuid7
from plugins.notifications.api import ProviderUnavailable, SmsMessage

SID = "AC" + "0" * 32


class Api:
    """What was posted, and what is answered: by number, or as Twilio does."""

    def __init__(self):
        self.posted, self.answers, self.url = [], {}, ""

    def reply(self, path, headers, form):
        if path != f"/2010-04-01/Accounts/{SID}/Messages.json":
            return 404, {}, {"code": 20404, "message": "not found"}
        if headers["Authorization"] != "Basic " + base64.b64encode(b"SK1:secret").decode():
            return 401, {}, {"code": 20003, "message": "Authenticate"}
        self.posted.append(form)
        return self.answers.get(form["To"], (201, {}, {"sid": f"SM{len(self.posted)}"}))


@pytest.fixture
def api():
    script = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            status, headers, answer = script.reply(
                self.path, self.headers, {name: values[0] for name, values in form.items()}
            )
            data = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield script
    server.shutdown()
    server.server_close()
    thread.join()


def provider(url, **settings):
    wanted = {"account_sid": SID, "key_sid": "SK1", "secret": "secret", "sender": "+14155550100", "url": url}
    return TwilioProvider(TwilioSettings(**{**wanted, "timeout": 5.0, **settings}))


def code(to="+14155550123"):
    return SmsMessage(uuid7(), to, "493021 is your code.")


def test_a_message_is_posted_as_twilio_wants_it(api):
    message = code()

    [outcome] = provider(api.url).send([message])

    assert api.posted == [{"From": "+14155550100", "To": "+14155550123", "Body": "493021 is your code."}]
    assert (outcome.id, outcome.state, outcome.provider_id) == (message.id, "sent", "SM1")


def test_a_messaging_service_may_send(api):
    list(provider(api.url, sender="MG" + "1" * 32).send([code()]))

    assert api.posted[0]["MessagingServiceSid"] == "MG" + "1" * 32


def test_a_number_that_cannot_be_reached_is_refused_and_the_others_are_sent(api):
    api.answers["+1"] = (400, {}, {"code": 21211, "message": "Invalid 'To' Phone Number"})

    outcomes = list(provider(api.url).send([code(), code("+1"), code()]))

    assert [outcome.state for outcome in outcomes] == ["sent", "refused", "sent"]
    assert outcomes[1].reason == "21211 Invalid 'To' Phone Number"


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        ((429, {"Retry-After": "7"}, {"code": 20429, "message": "Too Many Requests"}), 7),
        ((503, {}, None), None),
        ((400, {}, {"code": 21606, "message": "The From number is not yours"}), None),
    ],
)
def test_what_is_not_about_a_message_makes_the_provider_unavailable(api, answer, after):
    api.answers["+14155550123"] = answer

    with pytest.raises(ProviderUnavailable) as refused:
        list(provider(api.url).send([code()]))

    assert refused.value.retry_after == after


def test_wrong_credentials_make_the_provider_unavailable_and_are_not_repeated(api):
    with pytest.raises(ProviderUnavailable, match="20003 Authenticate") as refused:
        list(provider(api.url, secret="wrong").send([code()]))

    assert "wrong" not in str(refused.value)


def test_no_answer_makes_the_provider_unavailable():
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(ProviderUnavailable, match="Timeout"),
    ):
        list(provider(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2).send([code()]))
