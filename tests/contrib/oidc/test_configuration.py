"""What a profile may say of a provider."""

from __future__ import annotations

import pytest

from contrib.oidc.configuration import read
from contrib.oidc.presets import PRESETS
from kernel.errors import ConfigurationError


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_needs_a_client_only(name):
    config = read(name, {"client_id": "id", "client_secret": "secret"}, production=True)

    assert config.title == PRESETS[name]["title"]
    assert config.issuer.startswith("https://")


def test_a_table_of_another_name_may_use_a_preset():
    assert (
        read("staff", {"preset": "google", "client_id": "id"}, production=True).issuer
        == "https://accounts.google.com"
    )


@pytest.mark.parametrize(
    ("name", "table", "said"),
    [
        ("google", {}, "client_id is missing"),
        ("acme", {"client_id": "id"}, "issuer is missing"),
        ("acme", {"client_id": "id", "issuer": "http://idp.example"}, "is not https"),
        (
            "acme",
            {"client_id": "id", "issuer": "https://idp.example", "client_secert": "x"},
            "client_secert is no key",
        ),
        ("acme", {"client_id": "id", "preset": "gogle"}, "is none of google"),
        (
            "acme",
            {"client_id": "id", "issuer": "https://idp.example", "algorithms": ["none"]},
            "none is no signature",
        ),
        (
            "acme",
            {"client_id": "id", "issuer": "https://idp.example", "algorithms": ["HS256"]},
            "HS256 is no signature",
        ),
        (
            "acme",
            {"client_id": "id", "protocol": "oauth2", "token_endpoint": "https://x.example"},
            "needs authorization_",
        ),
        ("Acme!", {"client_id": "id"}, "is no table"),
        ("acme", "https://idp.example", "is no table"),
    ],
)
def test_what_could_not_work_is_refused_by_name(name, table, said):
    with pytest.raises(ConfigurationError, match=said) as caught:
        read(name, table, production=False)

    assert f"[oidc.providers.{name}]" in str(caught.value)


def test_a_local_provider_without_tls_is_for_development_only():
    table = {"client_id": "id", "issuer": "http://127.0.0.1:9000"}

    assert read("acme", table, production=False).issuer == "http://127.0.0.1:9000"
    with pytest.raises(ConfigurationError, match="is not https"):
        read("acme", table, production=True)
