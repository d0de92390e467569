"""The sender's key: made, read, derived, shown."""

from __future__ import annotations

import tomllib

import pytest
from click.testing import CliRunner

from contrib.webpush.commands import keys
from contrib.webpush.vapid import derived_key, origin, private_text, public_text, read_key
from kernel.testing import Client
from tests.contrib.webpush.service import Browser, b64, unb64

# RFC 8291, section 5 and appendix A
RECEIVER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_tests_own_browser_decrypts_the_example_of_the_standard():
    browser = Browser("", key=read_key(RECEIVER), auth=unb64(AUTH))

    assert b64(browser.public) == PUBLIC
    assert browser.decrypted(unb64(BODY)) == b"When I grow up, I want to be a watermelon"


def test_the_command_prints_a_key_that_the_settings_take(make_app):
    printed = CliRunner().invoke(keys)

    written = tomllib.loads(printed.output)["webpush"]["private_key"]
    application = make_app("webpush", webpush={"private_key": written})
    shown = Client(application).get("/v1/webpush/key").json["application_server_key"]
    assert shown == public_text(read_key(written))
    assert f"{shown}\n" in printed.output
    assert CliRunner().invoke(keys).output != printed.output


def test_a_key_of_the_settings_is_known_by_its_public_half(make_app):
    application = make_app("webpush", webpush={"private_key": RECEIVER})

    assert Client(application).get("/v1/webpush/key").json == {"application_server_key": PUBLIC}


def test_without_one_the_key_is_the_deployments_and_stays():
    one, again, other = (derived_key(secret) for secret in ("ab" * 32, "ab" * 32, "cd" * 32))

    assert private_text(one) == private_text(again) != private_text(other)
    assert public_text(read_key(private_text(one))) == public_text(one)
    assert private_text(derived_key("00" * 32)) == b64((1).to_bytes(32))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", "https://fcm.googleapis.com"),
        ("https://Push.Example.net:443/x", "https://push.example.net"),
        ("https://push.example.net:8443/x", "https://push.example.net:8443"),
        ("http://[::1]:80/x", "http://[::1]"),
    ],
)
def test_the_audience_is_the_origin_of_the_push_service(url, expected):
    assert origin(url) == expected
