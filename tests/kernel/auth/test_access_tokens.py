"""Access tokens: what is accepted, and every way to forge one that is not."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from kernel.auth import CredentialsRefused


@pytest.fixture
def token(auth, user):
    return auth.open_session(user, "Firefox", "198.51.100.7").access_token


def forged(auth, token, *, key=None, algorithm="HS256", headers=None, drop=None, **claims):
    """Sign the token's claims again, changed, with the real key unless told otherwise."""
    body = jwt.decode(token, options={"verify_signature": False}) | claims
    body.pop(drop, None)
    head = {"kid": jwt.get_unverified_header(token)["kid"], "typ": "at+jwt"} | (headers or {})
    return jwt.encode(
        body, auth.signing_keys.signing().secret if key is None else key, algorithm, headers=head
    )


@pytest.fixture
def refused(auth, bearer):
    def check(token, by=auth):
        with pytest.raises(CredentialsRefused) as caught:
            by.principal_for(bearer(token))
        assert caught.value.status == 401
        assert caught.value.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'

    return check


def test_a_fresh_token_names_its_user_and_session(auth, user, bearer):
    tokens = auth.open_session(user, "Firefox", "198.51.100.7")

    principal = auth.principal_for(bearer(tokens.access_token))

    assert (principal.id, principal.session_id, principal.kind) == (user, tokens.session_id, "user")
    assert tokens.expires_in == 900
    assert tokens.token_type == "Bearer"


def test_the_scheme_is_read_in_any_case(auth, user, token):
    assert auth.principal_for({"authorization": f"bEaReR  {token}"}).id == user


def test_no_credentials_are_an_anonymous_caller(auth):
    assert auth.principal_for({}) is auth.anonymous


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "Bearer a.b.c",
        "Bearer \x00",
        "Bearer é.ü.ß",
        "Bearer " + "x" * 9000,
    ],
)
def test_a_header_that_says_nothing_known_is_refused(auth, header):
    with pytest.raises(CredentialsRefused):
        auth.principal_for({"authorization": header})


def test_a_token_dies_with_its_last_second(auth, user, clock, bearer, refused):
    clock.freeze()
    token = auth.open_session(user, "Firefox", "198.51.100.7").access_token
    clock.advance(timedelta(seconds=898))
    auth.principal_for(bearer(token))

    clock.advance(timedelta(seconds=2))

    refused(token)


def test_the_signature_guards_every_byte_of_the_claims(auth, token, refused):
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["sub"] = "0190aaaa-0000-7000-8000-000000000000"
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()

    refused(f"{head}.{changed}.{signature}")


def test_another_key_under_our_key_id_is_refused(auth, token, refused):
    refused(forged(auth, token, key=b"k" * 32))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_the_token_does_not_choose_its_algorithm(auth, token, algorithm, refused):
    refused(forged(auth, token, key=b"k" * 64, algorithm=algorithm))


def test_our_own_key_under_another_algorithm_is_refused(auth, token, refused):
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        stronger = forged(auth, token, algorithm="HS512")

    refused(stronger)


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE"])
def test_a_token_without_a_signature_is_refused(token, name, refused):
    head = {"alg": name, "typ": "at+jwt", "kid": jwt.get_unverified_header(token)["kid"]}
    encoded = base64.urlsafe_b64encode(json.dumps(head).encode()).rstrip(b"=").decode()

    refused(f"{encoded}.{token.split('.')[1]}.")


def test_a_public_key_signature_is_no_way_in(auth, token, refused):
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    refused(forged(auth, token, key=private, algorithm="RS256"))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "elsewhere"},
        {"aud": "elsewhere"},
        {"aud": ["elsewhere", "nowhere"]},
        {"exp": 1},
        {"exp": 10**30},
        {"exp": "soon"},
        {"exp": None},
        {"sub": "nobody"},
        {"sid": "nothing"},
        {"sid": 7},
        {"sub": "0190aaaa-0000-7000-8000-000000000000"},
        {"sid": "0190aaaa-0000-7000-8000-000000000000"},
    ],
)
def test_a_well_signed_token_with_wrong_claims_is_refused(auth, token, claims, refused):
    refused(forged(auth, token, **claims))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "iat", "exp", "jti"])
def test_a_well_signed_token_lacking_a_claim_is_refused(auth, token, name, refused):
    refused(forged(auth, token, drop=name))


@pytest.mark.parametrize(
    "headers",
    [{"typ": "JWT"}, {"typ": None}, {"kid": "unknown"}, {"kid": "../../dev/null"}, {"kid": "' OR 1=1"}],
)
def test_a_token_of_another_kind_or_key_is_refused(auth, token, headers, refused):
    refused(forged(auth, token, headers=headers))


def test_a_token_of_another_deployment_is_refused(make_auth, user, bearer, refused):
    here, elsewhere = make_auth(), make_auth(issuer="elsewhere")
    token = elsewhere.open_session(user, "Firefox", "198.51.100.7").access_token

    elsewhere.principal_for(bearer(token))

    refused(token, by=here)
