"""What the provider says to a server, and what it makes of the answers."""

from __future__ import annotations

import socket

import pytest

from plugins.notifications.api import ProviderUnavailable
from tests.contrib.smtp.conftest import CREDENTIALS, letter

USER, PASSWORD = CREDENTIALS


def states(outcomes):
    return [outcome.state for outcome in outcomes]


def test_a_message_arrives_as_it_was_meant(smtp, provider):
    script, port = smtp()
    message = letter()

    [outcome] = provider(port).send([message])

    assert (outcome.id, outcome.state, outcome.provider_id) == (message.id, "sent", message.message_id)
    [(sender, to, mail)] = script.received
    assert (sender, to) == ("no-reply@stoa.example", "ann@example.com")
    assert mail["Subject"] == "Grüße aus Köln"
    assert mail["From"] == "Stoa <no-reply@stoa.example>"
    assert mail["Message-ID"] == message.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"]
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text.get_content().replace("\r\n", "\n") == message.text
    assert html.get_content().strip() == message.html


def test_mail_without_html_is_plain(smtp, provider):
    script, port = smtp()

    list(provider(port).send([letter(html="")]))

    assert script.received[0][2].get_content_type() == "text/plain"


def test_a_batch_goes_over_one_connection_which_is_kept_for_the_next(smtp, provider):
    script, port = smtp()
    sender = provider(port)

    first = states(sender.send([letter() for _ in range(20)]))
    second = states(sender.send([letter()]))

    assert first + second == ["sent"] * 21
    assert len(script.received) == 21
    assert len(script.sessions) == 1


def test_a_connection_the_server_closed_meanwhile_is_replaced(smtp, provider):
    script, port = smtp()
    sender = provider(port)
    list(sender.send([letter()]))
    sender._idle[0]._smtp.sock.shutdown(socket.SHUT_RDWR)

    assert states(sender.send([letter()])) == ["sent"]
    assert len(script.received) == 2


def test_a_server_that_ends_a_session_after_some_messages_gets_the_rest_over_others(smtp, provider):
    script, port = smtp()
    script.close_after = 2

    outcomes = states(provider(port).send([letter() for _ in range(5)]))

    assert outcomes == ["sent"] * 5
    assert len(script.received) == 5
    assert len(script.sessions) == 3


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_it_signs_in_over_a_verified_connection(smtp, provider, ca_file, security):
    script, port = smtp(security, auth=True)

    outcomes = states(
        provider(port, security=security, ca_file=ca_file, username=USER, password=PASSWORD).send([letter()])
    )

    assert outcomes == ["sent"]
    assert len(script.received) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_is_refused(smtp, provider, security):
    _, port = smtp(security)

    with pytest.raises(ProviderUnavailable, match=r"(?i)certificate"):
        list(provider(port, security=security).send([letter()]))


def test_a_certificate_of_another_name_is_refused(smtp, provider, ca_file):
    _, port = smtp("tls", name="elsewhere.example")

    with pytest.raises(ProviderUnavailable, match=r"(?i)hostname mismatch"):
        list(provider(port, security="tls", ca_file=ca_file).send([letter()]))


def test_a_server_without_starttls_gets_neither_password_nor_mail(smtp, provider):
    script, port = smtp("none", auth=True)

    with pytest.raises(ProviderUnavailable, match="STARTTLS"):
        list(provider(port, security="starttls", username=USER, password=PASSWORD).send([letter()]))

    assert script.received == []


def test_a_wrong_password_makes_the_provider_unavailable(smtp, provider, ca_file):
    _, port = smtp("starttls", auth=True)
    sender = provider(port, security="starttls", ca_file=ca_file, username=USER, password="wrong")

    with pytest.raises(ProviderUnavailable, match="refuses the credentials: 535") as refused:
        list(sender.send([letter()]))

    assert "wrong" not in str(refused.value)


def test_nobody_listening_makes_the_provider_unavailable(provider):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    with pytest.raises(ProviderUnavailable, match=f"localhost:{port}"):
        list(provider(port).send([letter()]))


def test_a_server_that_says_nothing_is_given_up_on(provider):
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(ProviderUnavailable, match="timed out"),
    ):
        list(provider(silent.getsockname()[1], host="127.0.0.1", timeout=0.2).send([letter()]))


def test_a_recipient_refused_for_good_is_refused_and_the_others_are_sent(smtp, provider):
    script, port = smtp()
    script.rcpt = {"gone@example.com": "550 5.1.1 no such mailbox"}

    outcomes = list(provider(port).send([letter(), letter("gone@example.com"), letter("bob@example.com")]))

    assert states(outcomes) == ["sent", "refused", "sent"]
    assert outcomes[1].reason == "550 5.1.1 no such mailbox"
    assert len(script.sessions) == 1


@pytest.mark.parametrize(
    ("stage", "answer", "state"),
    [
        ("rcpt", "450 4.2.1 mailbox busy", "deferred"),
        ("data", "451 4.3.0 try later", "deferred"),
        ("data", "554 5.7.1 looks like spam", "refused"),
    ],
)
def test_a_4xx_is_for_later_and_a_5xx_for_good(smtp, provider, stage, answer, state):
    script, port = smtp()
    getattr(script, stage)["ann@example.com"] = answer

    outcomes = list(provider(port).send([letter(), letter("bob@example.com")]))

    assert states(outcomes) == [state, "sent"]
    assert outcomes[0].reason == answer


def test_a_refused_sender_makes_the_provider_unavailable(smtp, provider):
    script, port = smtp()
    script.mail = "553 5.7.1 not your address"

    with pytest.raises(ProviderUnavailable, match=r"553 5\.7\.1 not your address"):
        list(provider(port).send([letter()]))


def test_a_connection_lost_in_the_middle_of_data_defers_that_message_and_sends_the_rest(smtp, provider):
    script, port = smtp()
    script.drop_in_data = True

    outcomes = list(provider(port).send([letter("ann@example.com"), letter("bob@example.com")]))

    assert states(outcomes) == ["deferred", "sent"]
    assert "perhaps too late" in outcomes[0].reason
    assert [to for _, to, _ in script.received] == ["bob@example.com"]


@pytest.mark.parametrize(
    "to", ["nobody", "a b@example.com", "@example.com", "ann@", "ann@example.com\r\nBcc: all@x.y"]
)
def test_what_is_no_address_is_refused_without_asking_the_server(smtp, provider, to):
    script, port = smtp()

    outcomes = list(provider(port).send([letter(to), letter()]))

    assert states(outcomes) == ["refused", "sent"]
    assert len(script.received) == 1


def test_a_header_cannot_smuggle_another(smtp, provider):
    script, port = smtp()

    [outcome] = provider(port).send([letter(subject="Hello\r\nBcc: all@example.com")])

    assert outcome.state == "refused"
    assert script.received == []


def test_international_addresses_arrive(smtp, provider):
    script, port = smtp()

    outcomes = list(provider(port).send([letter("grüße@köln.example"), letter("ann@köln.example")]))

    assert states(outcomes) == ["sent", "sent"]
    assert [to for _, to, _ in script.received] == ["grüße@xn--kln-sna.example", "ann@xn--kln-sna.example"]


def test_bounces_go_to_the_envelope_address(smtp, provider):
    script, port = smtp()

    list(provider(port, envelope_from="bounces@stoa.example").send([letter()]))

    assert script.received[0][0] == "bounces@stoa.example"
    assert script.received[0][2]["From"] == "Stoa <no-reply@stoa.example>"
