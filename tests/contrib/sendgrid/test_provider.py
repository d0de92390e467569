"""What is posted to the API, and what is made of the answers."""

from __future__ import annotations

import socket

import pytest

from contrib.sendgrid.provider import SendgridProvider
from contrib.sendgrid.settings import SendgridSettings
from kernel.clock import SystemClock
from plugins.notifications.api import ProviderUnavailable
from tests.contrib.sendgrid.conftest import KEY, letter


def provider(url: str, **settings) -> SendgridProvider:
    return SendgridProvider(
        SendgridSettings(**{"api_key": KEY, "url": url, "timeout": 5.0, **settings}), SystemClock()
    )


def test_a_message_is_posted_as_the_api_wants_it(api):
    message = letter()

    [outcome] = provider(api.url).send([message])

    [body] = api.posted
    assert body["from"] == {"email": "no-reply@stoa.example", "name": "Stoa"}
    assert body["reply_to"] == {"email": "help@stoa.example"}
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]
    assert body["personalizations"] == [
        {
            "to": [{"email": "ann@example.com"}],
            "headers": {"Auto-Submitted": "auto-generated", "Message-ID": message.message_id},
            "custom_args": {"stoa_delivery": str(message.id)},
        }
    ]
    assert body["tracking_settings"]["click_tracking"] == {"enable": False}
    assert (outcome.state, outcome.provider_id) == ("sent", f"request1/{message.id}")


def test_messages_that_differ_in_recipient_only_go_in_one_request(api):
    alike = [letter(f"person{number}@example.com") for number in range(5)]

    outcomes = list(provider(api.url).send([*alike, letter(subject="Another")]))

    assert [outcome.state for outcome in outcomes] == ["sent"] * 6
    assert [len(recipients) for recipients in api.recipients] == [5, 1]


def test_a_wrong_address_is_refused_and_the_others_go_without_it(api):
    messages = [letter("ann@example.com"), letter("nonsense"), letter("bob@example.com")]

    outcomes = {outcome.id: outcome for outcome in provider(api.url).send(messages)}

    assert [outcomes[one.id].state for one in messages] == ["sent", "refused", "sent"]
    assert outcomes[messages[1].id].reason == "400 Does not contain a valid address."
    assert api.recipients[-1] == ["ann@example.com", "bob@example.com"]


def test_when_the_api_does_not_say_which_is_wrong_each_is_tried_alone(api):
    def answer(body):
        if any("bob" in one["to"][0]["email"] for one in body["personalizations"]):
            return 400, {}, {"errors": [{"message": "Something is wrong", "field": None}]}
        return api.accept(body)

    api.answer = answer
    messages = [letter("ann@example.com"), letter("bob@example.com")]

    outcomes = {outcome.id: outcome.state for outcome in provider(api.url).send(messages)}

    assert [outcomes[one.id] for one in messages] == ["sent", "refused"]


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [({"Retry-After": "40"}, 40, 40), ({"X-RateLimit-Reset": "4102444800"}, 1e9, 3e9), ({}, None, None)],
)
def test_too_many_requests_are_waited_for_as_long_as_the_api_says(api, headers, least, most):
    api.answer = lambda body: (429, headers, {"errors": [{"message": "too many requests"}]})

    with pytest.raises(ProviderUnavailable, match="429 too many requests") as refused:
        list(provider(api.url).send([letter()]))

    after = refused.value.retry_after
    assert after is None if least is None else least <= after <= most


@pytest.mark.parametrize(
    ("status", "body"), [(500, None), (503, {"errors": "?"}), (403, {"errors": [{"message": "no"}]})]
)
def test_what_is_not_about_a_message_makes_the_provider_unavailable(api, status, body):
    api.answer = lambda _: (status, {}, body)

    with pytest.raises(ProviderUnavailable, match=str(status)):
        list(provider(api.url).send([letter()]))


def test_a_wrong_key_makes_the_provider_unavailable_and_is_not_repeated_in_the_log(api):
    with pytest.raises(ProviderUnavailable, match="401 The provided authorization grant") as refused:
        list(provider(api.url, api_key="SG.wrong").send([letter()]))

    assert "SG.wrong" not in str(refused.value)


def test_no_answer_makes_the_provider_unavailable():
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(ProviderUnavailable, match="Timeout"),
    ):
        list(provider(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2).send([letter()]))


def test_the_sandbox_is_asked_for(api):
    list(provider(api.url, sandbox=True).send([letter()]))

    assert api.posted[0]["mail_settings"] == {"sandbox_mode": {"enable": True}}
