"""What every answer has: ids, addresses, security headers, coding, CORS, one observation."""

from __future__ import annotations

import gzip
import uuid
from typing import Any

import brotli
import falcon.testing
import pytest

from kernel import context
from kernel.declarations import Route
from kernel.http import PUBLIC, Binary, Request, Response, Schema, endpoint, fields
from kernel.http.compression import accepted_coding
from kernel.http.limits import network_of
from kernel.http.proxies import client_address
from tests.kernel.http.conftest import MakeApi


class Seen(Schema):
    id = fields.String()
    ip = fields.String()
    correlation = fields.String()
    padding = fields.String()


class Mirror:
    @endpoint(summary="Look", permission=PUBLIC, response=Seen, etag=True)
    def on_get(self, req: Request, resp: Response, size: int = 0) -> dict[str, Any]:
        return {
            "id": req.id,
            "ip": req.client_ip,
            "correlation": context.correlation_id.get(),
            "padding": "x" * size,
        }


SIZED = Route("/sized/{size:int}", Mirror())


def test_a_request_has_an_id_that_is_its_correlation_id(make_api: MakeApi) -> None:
    api = make_api("/mirror", Mirror())

    own, given = (
        api.simulate_get("/v1/mirror"),
        api.simulate_get("/v1/mirror", headers={"X-Request-Id": "trace-12345"}),
    )

    assert uuid.UUID(own.headers["x-request-id"]).version == 7
    assert own.json["id"] == own.json["correlation"] == own.headers["x-request-id"]
    assert given.headers["x-request-id"] == given.json["correlation"] == "trace-12345"


@pytest.mark.parametrize(
    "hostile", ["short", "x" * 129, "a b c d e f g", "<script>alert(1)</script>", "ünïcödé-id"]
)
def test_an_inbound_id_that_could_do_harm_is_replaced(make_api: MakeApi, hostile: str) -> None:
    answer = make_api("/mirror", Mirror()).simulate_get("/v1/mirror", extras={"HTTP_X_REQUEST_ID": hostile})

    assert answer.headers["x-request-id"] != hostile


def test_the_context_is_clean_after_a_request(make_api: MakeApi) -> None:
    make_api("/mirror", Mirror()).simulate_get("/v1/mirror")

    assert context.principal.get() is None
    assert context.correlation_id.get() == ""


@pytest.mark.parametrize(
    ("trusted", "forwarded", "client"),
    [
        (0, "9.9.9.9", "10.0.0.1"),
        (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (2, "6.6.6.6, 9.9.9.9, 10.0.0.2", "9.9.9.9"),
        (2, "9.9.9.9", "9.9.9.9"),
        (1, "9.9.9.9, garbage", "10.0.0.1"),
        (1, "9.9.9.9:4711", "9.9.9.9"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "", "10.0.0.1"),
        (1, ", ,", "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(trusted: int, forwarded: str, client: str) -> None:
    address = client_address(trusted)

    assert address({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}) == client


def test_a_spoofed_address_does_not_escape_the_limit(make_api: MakeApi) -> None:
    api = make_api("/mirror", Mirror(), rate_limit=2, trusted_proxies=1)

    statuses = [
        api.simulate_get("/v1/mirror", headers={"X-Forwarded-For": f"6.6.6.{i}, 9.9.9.9"}).status_code
        for i in range(3)
    ]

    assert statuses == [200, 200, 429]


def test_the_addresses_of_one_ipv6_customer_share_a_bucket() -> None:
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2::2") == "2001:db8:1:2::/64"
    assert network_of("::ffff:9.9.9.9") == "9.9.9.9"


@pytest.mark.parametrize("path", ["/v1/mirror", "/v1/nowhere"])
def test_every_answer_has_the_security_headers(make_api: MakeApi, path: str) -> None:
    headers = make_api("/mirror", Mirror(), environment="production").simulate_get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["strict-transport-security"].startswith("max-age=31536000")


def test_a_large_body_is_coded_as_the_client_likes(make_api: MakeApi) -> None:
    api = make_api("/mirror", Mirror(), SIZED)

    def get(size: int, accept: str) -> falcon.testing.Result:
        return api.simulate_get(f"/v1/sized/{size}", headers={"Accept-Encoding": accept})

    plain, br, gz, small = get(5000, ""), get(5000, "gzip, br"), get(5000, "gzip"), get(10, "gzip, br")

    assert (br.headers["content-encoding"], gz.headers["content-encoding"]) == ("br", "gzip")
    assert all(
        b'"padding":"xxx' in data for data in (brotli.decompress(br.content), gzip.decompress(gz.content))
    )
    assert {each.headers["vary"] for each in (plain, br, gz)} == {"Accept-Encoding"}
    assert not {"content-encoding", "vary"} & set(small.headers)
    assert br.headers["etag"].endswith('-br"')


def test_a_coded_answer_revalidates_by_its_own_tag(make_api: MakeApi) -> None:
    class Long:
        @endpoint(summary="Read", permission=PUBLIC, response=Seen, etag=True)
        def on_get(self, req: Request, resp: Response) -> dict[str, Any]:
            return {"padding": "x" * 5000}

    api = make_api("/long", Long())
    first = api.simulate_get("/v1/long", headers={"Accept-Encoding": "br"})

    again = api.simulate_get(
        "/v1/long", headers={"Accept-Encoding": "br", "If-None-Match": first.headers["etag"]}
    )

    assert (again.status_code, again.content) == (304, b"")


def test_a_very_large_body_is_coded_too(make_api: MakeApi) -> None:
    api = make_api("/mirror", Mirror(), SIZED)

    answer = api.simulate_get("/v1/sized/200000", headers={"Accept-Encoding": "gzip"})

    assert len(gzip.decompress(answer.content)) > 200_000


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", ""),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("identity", ""),
        ("br;q=x", ""),
        (",,;;", ""),
        ("GZIP", "gzip"),
    ],
)
def test_the_coding_follows_accept_encoding(header: str, coding: str) -> None:
    assert accepted_coding(header) == coding


def test_a_coded_type_is_left_alone(make_api: MakeApi) -> None:
    class Picture:
        @endpoint(summary="Show", permission=PUBLIC, response=Binary("image/png"))
        def on_get(self, req: Request, resp: Response) -> bytes:
            return b"x" * 5000

    answer = make_api("/picture", Picture()).simulate_get("/v1/picture", headers={"Accept-Encoding": "br"})

    assert "content-encoding" not in answer.headers


def test_an_allowed_origin_may_read_and_preflight(make_api: MakeApi) -> None:
    api = make_api("/mirror", Mirror(), cors_origins=["https://app.example"])
    asked = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization, idempotency-key",
    }

    get = api.simulate_get("/v1/mirror", headers={"Origin": "https://app.example"})
    preflight = api.simulate_options("/v1/mirror", headers=asked)
    missing = api.simulate_get("/v1/nowhere", headers={"Origin": "https://app.example"})

    assert get.headers["access-control-allow-origin"] == missing.headers["access-control-allow-origin"]
    assert "ETag" in get.headers["access-control-expose-headers"]
    assert preflight.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert preflight.headers["access-control-allow-headers"] == "authorization, idempotency-key"
    assert get.headers["vary"] == "Origin"


@pytest.mark.parametrize("origins", [[], ["https://app.example"]])
def test_another_origin_gets_nothing(make_api: MakeApi, origins: list[str]) -> None:
    api = make_api("/mirror", Mirror(), cors_origins=origins)

    for answer in (
        api.simulate_get("/v1/mirror", headers={"Origin": "https://app.example.evil"}),
        api.simulate_options(
            "/v1/mirror", headers={"Origin": "null", "Access-Control-Request-Method": "GET"}
        ),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_every_request_is_observed_once(make_api: MakeApi) -> None:
    seen: list[tuple[int, str | None, str]] = []

    def observe(req: Request, resp: Response, seconds: float) -> None:
        assert 0 < seconds < 5
        seen.append((resp.status_code, req.uri_template, resp.problem))

    api = make_api("/mirror", Mirror(), observe=observe)
    api.simulate_get("/v1/mirror")
    api.simulate_get("/v1/nowhere")
    api.simulate_get("/v1/mirror?x=1")

    assert seen == [(200, "/v1/mirror", ""), (404, None, "not-found"), (422, "/v1/mirror", "invalid")]


def test_a_stream_gives_its_connection_back_at_its_end(make_api: MakeApi) -> None:
    released: list[str] = []

    class Counting:
        def release(self) -> None:
            released.append("release")

    class File:
        @endpoint(summary="Read", permission=PUBLIC, response=Binary())
        def on_get(self, req: Request, resp: Response) -> Any:
            def chunks() -> Any:
                released.append("first chunk")
                yield b"x"

            return chunks()

    api = make_api("/file", File(), db=Counting())

    api.simulate_get("/v1/file")

    assert released == ["release", "first chunk", "release"]


def test_a_dropped_plugin_answers_503_with_its_name(make_api: MakeApi) -> None:
    api = make_api("/mirror", Mirror(), unavailable={"listings": "listings"})

    answer, other = api.simulate_get("/v1/listings/5"), api.simulate_get("/v1/listingsx")

    assert (answer.status_code, answer.json["plugin"]) == (503, "listings")
    assert answer.json["type"] == "/problems/plugin-unavailable"
    assert other.status_code == 404


def test_falcon_still_keeps_lower_cased_headers_in_one_dict() -> None:
    response = Response()
    response.set_header("X-Some", "1")

    assert response._headers == {"x-some": "1"}
