"""Signed links over HTTP: what they grant, and what no tampering gets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from falcon.testing import TestClient

from kernel.auth.principals import Principal
from kernel.cache import make_cache, make_limiter
from kernel.cache.settings import CacheSettings
from kernel.clock import TestClock
from kernel.http.settings import HttpSettings
from kernel.http.stack import Stack
from kernel.http.wsgi import build_wsgi
from kernel.storage import Database
from kernel.storage.blob_routes import blob_routes
from kernel.storage.disk import DiskBlobs
from kernel.storage.signing import UrlSigner

CONTENT = bytes(range(256)) * 40


class Nobody:
    """Authentication where all are strangers."""

    def principal_for(self, headers: Mapping[str, str]) -> Principal:
        return Principal()

    def require_step_up(self, principal: Principal) -> None:
        raise AssertionError


@pytest.fixture
def signer(clock: TestClock) -> UrlSigner:
    return UrlSigner("s" * 32, clock, ttl=timedelta(minutes=10))


@pytest.fixture
def blobs(tmp_path: Path, clock: TestClock, signer: UrlSigner) -> DiskBlobs:
    blobs = DiskBlobs(tmp_path, signer, clock)
    blobs.put("media/1", [CONTENT], "image/png")
    return blobs


@pytest.fixture
def client(blobs: DiskBlobs, signer: UrlSigner, clock: TestClock, db: Database) -> TestClient:
    stack = Stack(
        settings=HttpSettings(),
        secret="s" * 32,
        clock=clock,
        auth=Nobody(),
        limiter=make_limiter(CacheSettings(), clock, None),
        cache=make_cache(CacheSettings(), clock, None),
        db=db,
    )
    return TestClient(build_wsgi(blob_routes(blobs, signer), stack))


def get(client: TestClient, url: str, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.simulate_get(urlsplit(url).path, query_string=urlsplit(url).query, headers=named)


def altered(url: str, **changes: str) -> str:
    return f"{urlsplit(url).path}?{urlencode({**dict(parse_qsl(urlsplit(url).query)), **changes})}"


def test_a_signed_link_reads_the_blob(client: TestClient, blobs: DiskBlobs) -> None:
    answer = get(client, blobs.signed_url("media/1"))

    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Cache-Control"] == "private, max-age=600"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=10000-", 10000, 10240),
        ("bytes=-40", 10200, 10240),
        ("bytes=10239-99999", 10239, 10240),
    ],
)
def test_a_range_is_answered_with_its_bytes(
    client: TestClient, blobs: DiskBlobs, asked: str, start: int, end: int
) -> None:
    answer = get(client, blobs.signed_url("media/1"), Range=asked)

    assert answer.status_code == 206
    assert answer.content == CONTENT[start:end]
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/10240"


@pytest.mark.parametrize(
    "asked", ["bytes=-99999", "bytes=5-2", "bytes=0-1,5-6", "lines=1-2", "bytes=-", "bytes=x", "bytes=0-"]
)
def test_what_is_no_single_range_is_answered_with_the_whole(
    client: TestClient, blobs: DiskBlobs, asked: str
) -> None:
    answer = get(client, blobs.signed_url("media/1"), Range=asked)

    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert "Content-Range" not in answer.headers


@pytest.mark.parametrize("asked", ["bytes=10240-", "bytes=99999-100000", "bytes=-0"])
def test_a_range_beyond_the_end_is_416_with_the_size(
    client: TestClient, blobs: DiskBlobs, asked: str
) -> None:
    answer = get(client, blobs.signed_url("media/1"), Range=asked)

    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */10240"


def test_a_known_blob_is_not_sent_again(client: TestClient, blobs: DiskBlobs) -> None:
    tag = get(client, blobs.signed_url("media/1")).headers["ETag"]

    answer = get(client, blobs.signed_url("media/1"), If_None_Match=tag)

    assert (answer.status_code, answer.content) == (304, b"")


def test_a_range_of_another_version_is_the_whole(client: TestClient, blobs: DiskBlobs) -> None:
    answer = get(client, blobs.signed_url("media/1"), Range="bytes=0-9", If_Range='"old"')

    assert (answer.status_code, len(answer.content)) == (200, 10240)


def test_head_tells_the_size_and_sends_nothing(client: TestClient, blobs: DiskBlobs) -> None:
    url = urlsplit(blobs.signed_url("media/1"))

    answer = client.simulate_head(url.path, query_string=url.query)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == "10240"


@pytest.mark.parametrize(
    "content_type", ["text/html", "image/svg+xml", "application/pdf", "text/html; charset=utf-8"]
)
def test_what_could_run_script_is_a_download(client: TestClient, blobs: DiskBlobs, content_type: str) -> None:
    blobs.put("page", [b"<script>alert(1)</script>"], content_type)

    answer = get(client, blobs.signed_url("page"))

    assert answer.headers["Content-Disposition"] == "attachment"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "changes",
    [
        {"expires": "9999999999"},
        {"type": "image/png"},
        {"max": "5"},
        {"signature": "A" * 43},
        {"signature": ""},
        {"signature": "ü"},
    ],
)
def test_a_tampered_link_is_refused(client: TestClient, blobs: DiskBlobs, changes: dict[str, str]) -> None:
    answer = get(client, altered(blobs.signed_url("media/1"), **changes))

    assert answer.status_code == 403
    assert answer.json["type"] == "/problems/bad-signature"


def test_a_link_is_for_its_key_and_method_alone(client: TestClient, blobs: DiskBlobs) -> None:
    blobs.put("media/2", [b"other"], "image/png")
    reading, writing = blobs.signed_url("media/1"), blobs.signed_url("media/1", "PUT")

    assert get(client, reading.replace("media/1", "media/2")).status_code == 403
    assert get(client, writing).status_code == 403
    url = urlsplit(reading)
    assert client.simulate_put(url.path, query_string=url.query, body=b"x").status_code == 403


def test_another_deployments_link_is_refused(client: TestClient, blobs: DiskBlobs, clock: TestClock) -> None:
    other = DiskBlobs(blobs.root, UrlSigner("t" * 32, clock), clock)

    assert get(client, other.signed_url("media/1")).status_code == 403


def test_a_link_ends_when_it_said(client: TestClient, blobs: DiskBlobs, clock: TestClock) -> None:
    clock.freeze()
    url = blobs.signed_url("media/1", expires=timedelta(seconds=60))

    clock.advance(timedelta(seconds=58))
    before = get(client, url).status_code
    clock.advance(timedelta(seconds=3))
    after = get(client, url)

    assert before == 200
    assert (after.status_code, after.json["type"]) == (410, "/problems/link-expired")


@pytest.mark.parametrize(
    "path", ["../secret", "..%2fsecret", "%00", "a%00b", "%2e%2e/x", "//etc/passwd", "ü"]
)
def test_hostile_paths_get_no_further_than_the_signature(
    client: TestClient, blobs: DiskBlobs, path: str
) -> None:
    answer = get(client, f"/v1/_blobs/{path}?expires=9999999999&signature=x")

    assert answer.status_code in {400, 403, 404}


def test_a_signed_upload_stores_the_body(client: TestClient, blobs: DiskBlobs) -> None:
    url = urlsplit(blobs.signed_url("up/1", "PUT", content_type="image/png", max_bytes=10))

    answer = client.simulate_put(
        url.path, query_string=url.query, body=b"0123456789", headers={"Content-Type": "image/png"}
    )

    assert answer.status_code == 204
    assert b"".join(blobs.open("up/1")) == b"0123456789"
    assert answer.headers["ETag"] == f'"{blobs.stat("up/1").etag}"'


def test_an_upload_over_its_size_or_of_another_type_leaves_nothing(
    client: TestClient, blobs: DiskBlobs
) -> None:
    url = urlsplit(blobs.signed_url("up/1", "PUT", content_type="image/png", max_bytes=10))

    big = client.simulate_put(
        url.path, query_string=url.query, body=b"x" * 11, headers={"Content-Type": "image/png"}
    )
    page = client.simulate_put(
        url.path, query_string=url.query, body=b"<html>", headers={"Content-Type": "text/html"}
    )

    assert (big.status_code, page.status_code) == (413, 415)
    assert not blobs.exists("up/1")


def test_an_upload_without_a_limit_has_the_deployments(blobs: DiskBlobs) -> None:
    url = blobs.signed_url("up/1", "PUT")

    assert dict(parse_qsl(urlsplit(url).query))["max"] == str(100 * 1024 * 1024)
