"""Hostile input: whatever comes, the answer is a problem with a 4xx."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import falcon.testing
import orjson
import peewee
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import TooLarge
from kernel.http import PUBLIC, Request, Response, Schema, endpoint, fields
from kernel.http.reading import LimitedStream, parse_json
from kernel.storage import Database
from tests.kernel.http.conftest import MakeApi

JSON = {"Content-Type": "application/json"}


class Note(Schema):
    text = fields.String()
    extra = fields.Dict()
    number = fields.Integer()
    at = fields.DateTime()


class Notes:
    @endpoint(summary="Write", permission=PUBLIC, body=Note, response=Note)
    def on_post(self, req: Request, resp: Response) -> dict[str, Any]:
        return req.body


@pytest.fixture
def api(make_api: MakeApi) -> falcon.testing.TestClient:
    return make_api("/notes", Notes(), max_body_bytes=100_000)


def post(api: falcon.testing.TestClient, body: bytes, **headers: str) -> falcon.testing.Result:
    return api.simulate_post("/v1/notes", body=body, headers=JSON | headers)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"text": NaN}', 400),
        (b'{"number": 1e999}', 400),
        (b'{"text": "\xff"}', 400),
        (b'{"text": "\\ud800"}', 400),
        (b"[" * 10_000, 400),
        (b'{"extra":' + b'{"a":' * 100 + b"1" + b"}" * 101, 400),
        (b'{"extra": {"a": [' + b"[" * 64 + b"]" * 64 + b"]}}", 400),
        (b"[]", 422),
        (b'"text"', 422),
        (b"null", 422),
        (b'{"text": "a\\u0000b"}', 422),
        (b'{"extra": {"a": ["\\u0000"]}}', 422),
        (b'{"extra": {"\\u0000": 1}}', 422),
        (b'{"number": 99999999999999999999}', 422),
        (b'{"at": "0001-01-01T00:00:00+14:00"}', 422),
        (b'{"at": "0999-12-31T23:59:59Z"}', 422),
        (b'{"at": "9001-01-01T00:00:00Z"}', 422),
        (b'{"at": "9999-12-31T23:59:59-12:00"}', 422),
        (b'{"at": "2026-01-01T00:00:00"}', 422),
        (b'{"at": 5}', 422),
        (b'{"unknown": 1}', 422),
    ],
)
def test_what_cannot_be_read_is_400_and_what_cannot_be_meant_is_422(
    api: falcon.testing.TestClient, body: bytes, status: int
) -> None:
    answer = post(api, body)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_nul_is_pointed_at(api: falcon.testing.TestClient) -> None:
    answer = post(api, b'{"extra": {"a/b": ["x", "\\u0000"]}}')

    assert answer.json["errors"][0]["pointer"] == "/extra/a~1b/1"


def test_the_escape_of_a_backslash_is_not_a_nul(api: falcon.testing.TestClient) -> None:
    assert post(api, b'{"text": "\\\\u0000"}').json == {"text": "\\u0000"}


def test_shallow_json_with_many_brackets_is_taken(api: falcon.testing.TestClient) -> None:
    body = orjson.dumps({"extra": {"rows": [[i] for i in range(500)], "text": "[" * 500}})

    assert post(api, body).status_code == 200


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_parsing_gives_back_any_json_without_nul(value: Any) -> None:
    data = orjson.dumps(value)

    if b"\\u0000" not in data:
        assert orjson.dumps(parse_json(data)) == data


def test_a_body_declared_too_large_is_refused_unread(api: falcon.testing.TestClient) -> None:
    class Unread(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("the body was read")

    answer = api.simulate_request(
        "POST",
        "/v1/notes",
        headers=JSON,
        extras={"CONTENT_LENGTH": str(10**9), "wsgi.input": Unread()},
    )

    assert (answer.status_code, answer.json["detail"]) == (413, "At most 100000 bytes are taken here.")


def test_a_chunked_body_is_cut_off_at_the_limit(api: falcon.testing.TestClient) -> None:
    stream = io.BytesIO(b'{"text": "' + b"x" * 10**6)
    extras = {"CONTENT_LENGTH": "", "wsgi.input": stream, "HTTP_TRANSFER_ENCODING": "chunked"}

    answer = api.simulate_request("POST", "/v1/notes", headers=JSON, extras=extras)

    assert answer.status_code == 413
    assert stream.tell() == 100_001


@pytest.mark.parametrize("length", ["-1", "x", "1.5", "1_0", "٣"])
def test_a_content_length_that_is_none_is_400(api: falcon.testing.TestClient, length: str) -> None:
    environ = falcon.testing.create_environ("/v1/notes", method="POST", headers=JSON) | {
        "CONTENT_LENGTH": length
    }
    start = falcon.testing.StartResponseMock()

    api.app(environ, start)

    assert start.status == "400 Bad Request"


def test_a_body_that_ends_early_is_400(api: falcon.testing.TestClient) -> None:
    extras = {"CONTENT_LENGTH": "50", "wsgi.input": io.BytesIO(b'{"text": "x"}')}

    assert api.simulate_request("POST", "/v1/notes", headers=JSON, extras=extras).status_code == 400


def test_a_body_that_stalls_is_408(api: falcon.testing.TestClient) -> None:
    class Stalled(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise TimeoutError

    extras = {"CONTENT_LENGTH": "50", "wsgi.input": Stalled()}

    assert api.simulate_request("POST", "/v1/notes", headers=JSON, extras=extras).status_code == 408


def test_a_body_of_which_nothing_is_required_may_be_left_out(make_api: MakeApi) -> None:
    class Strict(Note):
        text = fields.String(required=True)

    class Both:
        @endpoint(summary="Write", permission=PUBLIC, body=Note, response=Note)
        def on_post(self, req: Request, resp: Response) -> dict[str, Any]:
            return {"text": "none", **req.body}

        @endpoint(summary="Replace", permission=PUBLIC, body=Strict, response=Strict)
        def on_put(self, req: Request, resp: Response) -> dict[str, Any]:
            return req.body

    api = make_api("/both", Both())

    written, replaced = (api.simulate_request(method, "/v1/both") for method in ("POST", "PUT"))

    assert (written.status_code, written.json["text"]) == (200, "none")
    assert replaced.status_code == 415


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON", 200),
        ("text/plain", 415),
        ("application/json; charset=latin-1", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ],
)
def test_only_json_in_utf8_is_taken(api: falcon.testing.TestClient, content_type: str, status: int) -> None:
    answer = api.simulate_post("/v1/notes", body=b"{}", headers={"Content-Type": content_type})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("text/html, application/json;q=0.5", 200),
        ("application/*", 200),
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("garbage", 406),
    ],
)
def test_only_json_is_offered(api: falcon.testing.TestClient, accept: str, status: int) -> None:
    assert post(api, b"{}", Accept=accept).status_code == status


@pytest.mark.parametrize("path", ["/v1/notes/%00", "/v1/%ff", "/v1/../etc/passwd", "/v1/notes/x", "/", "/v1"])
def test_strange_paths_are_told_apart_from_faults(api: falcon.testing.TestClient, path: str) -> None:
    answer = api.simulate_get(path)

    assert answer.status_code in {400, 404}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["WEBSOCKET", "BREW", "TRACE", "CONNECT", "get"])
def test_strange_methods_are_refused_as_problems(api: falcon.testing.TestClient, method: str) -> None:
    start = falcon.testing.StartResponseMock()

    body = b"".join(api.app(falcon.testing.create_environ("/v1/notes") | {"REQUEST_METHOD": method}, start))

    assert start.status in {"400 Bad Request", "405 Method Not Allowed"}
    assert orjson.loads(body)["type"].startswith("/problems/")


def test_a_timeout_of_a_service_is_a_fault_of_ours(make_api: MakeApi) -> None:
    class Slow:
        @endpoint(summary="Ask elsewhere", permission=PUBLIC)
        def on_post(self, req: Request, resp: Response) -> None:
            raise TimeoutError("another service")

    assert make_api("/slow", Slow()).simulate_post("/v1/slow").status_code == 500


def test_a_streamed_body_is_bounded_while_it_is_read(make_api: MakeApi) -> None:
    class Upload:
        @endpoint(summary="Upload", permission=PUBLIC, consumes=("text/plain",), max_body=10)
        def on_put(self, req: Request, resp: Response) -> None:
            assert isinstance(req.bounded_stream, LimitedStream)
            while req.stream.read(4):
                pass

    api = make_api("/upload", Upload())

    def put(body: bytes, kind: str = "text/plain") -> int:
        extras = {"CONTENT_LENGTH": "", "wsgi.input": io.BytesIO(body), "HTTP_TRANSFER_ENCODING": "chunked"}
        return api.simulate_request(
            "PUT", "/v1/upload", headers={"Content-Type": kind}, extras=extras
        ).status_code

    assert [put(b"x" * 10), put(b"x" * 11), put(b"x", "image/png")] == [204, 413, 415]


def test_a_value_the_database_refuses_is_422_and_logged(
    make_api: MakeApi, db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    class Sums:
        @endpoint(summary="Add", permission=PUBLIC, body=Note, response=Note)
        def on_post(self, req: Request, resp: Response) -> dict[str, Any]:
            return {"number": db.rows("SELECT %s::int", (req.body["number"],))[0][0]}

    answer = make_api("/sums", Sums(), db=db).simulate_post("/v1/sums", json={"number": 2**40})

    assert (answer.status_code, answer.json["type"]) == (422, "/problems/invalid")
    assert "out of range" not in answer.text


@pytest.mark.parametrize(
    ("limit", "detail"),
    [("statement_timeout", "took the database too long"), ("lock_timeout", "Others are changing the same")],
)
def test_a_statement_given_up_by_the_database_is_503(
    make_api: MakeApi, db: Database, limit: str, detail: str
) -> None:
    class Slow:
        @endpoint(summary="Wait", permission=PUBLIC)
        def on_post(self, req: Request, resp: Response) -> None:
            with db.atomic():
                db.execute_sql(f"SET LOCAL {limit} = 20")
                db.execute_sql("SELECT pg_advisory_xact_lock(7)")

    api = make_api("/slow", Slow(), db=db)
    with ThreadPoolExecutor(1) as another, db.atomic():
        db.execute_sql("SELECT pg_advisory_xact_lock(7)")

        answer = another.submit(api.simulate_post, "/v1/slow").result()

    assert (answer.status_code, answer.json["type"]) == (503, "/problems/unavailable")
    assert detail in answer.json["detail"]
    assert answer.headers["retry-after"] == "1"
    assert db.rows("SELECT 1") == [(1,)]


def test_a_fault_of_ours_is_500_and_tells_nothing(make_api: MakeApi) -> None:
    class Broken:
        @endpoint(summary="Break", permission=PUBLIC)
        def on_post(self, req: Request, resp: Response) -> None:
            resp.set_header("ETag", '"half-done"')
            raise ZeroDivisionError("password=hunter2")

    answer = make_api("/broken", Broken()).simulate_post("/v1/broken")

    assert answer.status_code == 500
    assert answer.json["type"] == "/problems/internal-error"
    assert "hunter2" not in answer.text
    assert "etag" not in answer.headers


def test_a_database_that_is_away_is_503(make_api: MakeApi) -> None:
    class Away:
        @endpoint(summary="Ask", permission=PUBLIC)
        def on_post(self, req: Request, resp: Response) -> None:
            raise peewee.OperationalError("connection refused")

    answer = make_api("/away", Away()).simulate_post("/v1/away")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_a_limited_stream_stops_at_its_limit(make_api: MakeApi) -> None:
    request = Request(falcon.testing.create_environ("/", method="PUT", body="x" * 20))
    stream = LimitedStream(request, 5)

    first = stream.read(5)

    assert first == b"xxxxx"
    with pytest.raises(TooLarge):
        stream.read(1)
