"""Paths, queries and cursors nobody meant."""

from __future__ import annotations

import base64
import json

import pytest

from tests.hostile.conftest import problem_of, request

SECRET = "secret of the neighbours"


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/v1/%00",
        "/v1/categories/%ff%fe",
        "/v1/categories/..%2f..%2fetc%2fpasswd",
        "/../../../../etc/passwd",
        "/v1//categories",
        "/v1/categories/%2e%2e/%2e%2e/etc/passwd",
        "//evil.example/v1/categories",
        "/v1/categories/00000000-0000-0000-0000-000000000000%00",
        "/v1/categories/" + "a" * 8000,
        "/v1/categories/{id}",
        "/problems/%3Cscript%3E",
        "/problems/..%2f..%2fx",
        "/reference/../../kernel/__init__.py",
        "/v1/users/%F0%9F%92%A9",
        "/v1/auth/sessions/1e9",
        "http://evil.example/v1/nothing",
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_strange_paths_lead_nowhere(raw, ada, method, path):
    answer = raw.send(request(method, path, token=ada["access_token"])).answer()

    assert problem_of(answer)[0] in {400, 404, 405}


@pytest.mark.parametrize(
    "name",
    [
        "../server.toml",
        "..%2fserver.toml",
        "%2e%2e/%2e%2e/etc/passwd",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "a/../../server.toml",
        "..%5c..%5cserver.toml",
        "a%00.png",
        "....//server.toml",
        "%c0%ae%c0%ae/server.toml",
        ".",
        "",
        "a" * 4000,
        "con/./x",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD"])
def test_blob_names_do_not_leave_the_store(raw, method, name):
    query = "expires=9999999999&signature=" + "0" * 64
    body = b"owned" if method == "PUT" else None

    raw.send(request(method, f"/v1/_blobs/{name}?{query}", "Content-Type: text/plain", body=body))
    status, _, content = raw.answer() if method != "HEAD" else (*_head(raw), b"")

    assert status in {400, 403, 404, 405, 422}
    assert b"secret_key" not in content


def _head(client):
    status = int(client.file.readline().split()[1])
    headers = {}
    while (line := client.file.readline().strip()) != b"":
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    return status, headers


LISTS = ["/v1/users?q=ad", "/v1/notifications"]


def _cursors():
    huge = base64.urlsafe_b64encode(b"x" * 5000).decode().rstrip("=")
    forged = base64.urlsafe_b64encode(json.dumps(["2026-01-01", "x"]).encode()).decode().rstrip("=")
    return ["", "x", huge, forged, "%00", "%ff", "../..", "AAAA" * 500, "'%3B--", "null", "[]"]


@pytest.mark.parametrize("cursor", _cursors(), ids=lambda value: value[:12])
@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_nobody_was_given_is_invalid(raw, ada, path, cursor):
    joint = "&" if "?" in path else "?"

    answer = raw.send(request("GET", f"{path}{joint}cursor={cursor}", token=ada["access_token"])).answer()

    assert problem_of(answer) == (422, "invalid")
    assert json.loads(answer[2])["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize(
    "limit", ["0", "-1", "101", "1e9", "9" * 400, "NaN", "", "%00", "1;2", "0x10", "%D9%A1"]
)
@pytest.mark.parametrize("path", LISTS)
def test_a_limit_that_is_none_is_invalid(raw, ada, path, limit):
    joint = "&" if "?" in path else "?"

    answer = raw.send(request("GET", f"{path}{joint}limit={limit}", token=ada["access_token"])).answer()

    assert problem_of(answer) == (422, "invalid")


def test_thousands_of_parameters_cost_little(raw, ada):
    query = "&".join(f"a{n}=1" for n in range(1100))

    answer = raw.send(request("GET", f"/v1/users?{query}", token=ada["access_token"])).answer()

    assert problem_of(answer) == (422, "invalid")
    assert len(answer[2]) < 20_000
