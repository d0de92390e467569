"""Stoa on a bucket: the start, its faults, and media end to end."""

from __future__ import annotations

import dataclasses
from urllib.request import Request, urlopen

import pytest

from contrib.s3.client import check
from contrib.s3.settings import S3Settings
from kernel import ConfigurationError
from kernel.testing import Client, PluginContract
from tests.plugins.media.conftest import photograph, upload


class TestS3(PluginContract):
    plugin = "s3"


@pytest.fixture
def boot(make_app, s3):
    """Start Stoa with media on the bucket, some settings changed."""

    def start(**changes):
        section = {**dataclasses.asdict(s3), **changes}
        return make_app("s3", "media", storage={"backend": "s3"}, s3=section)

    return start


def finish(app):
    from kernel.tasks.worker import run_due  # noqa: PLC0415 - as the fixture `work` does

    run_due(app)


def test_a_photograph_is_uploaded_processed_and_served_from_the_bucket(boot):
    app = boot()
    ann = Client(app).as_user()
    made = upload(ann, photograph()).json
    finish(app)

    medium = ann.get(f"/v1/media/{made['id']}").json

    assert medium["status"] == "ready"
    got = Client(app).get(medium["url"], headers={"range": "bytes=0-9"})
    assert (got.status, len(got.body)) == (206, 10)
    assert {stat.key.split("/")[1] for stat in app.blobs.list("media/")} == {made["id"]}


def test_a_client_uploads_to_the_bucket_itself(boot):
    app, content = boot(), photograph()
    ann = Client(app).as_user()
    body = {"filename": "a.jpg", "content_type": "image/jpeg", "size": len(content), "visibility": "private"}
    told = ann.post("/v1/media/uploads", body).json

    urlopen(Request(told["url"], content, told["headers"], method="PUT")).close()
    assert ann.post(f"/v1/media/uploads/{told['id']}/complete").status == 200
    finish(app)

    medium = ann.get(f"/v1/media/{told['id']}").json
    with urlopen(medium["thumbnail_url"]) as answer:
        assert answer.read()[8:12] == b"WEBP"


def test_deleting_a_medium_empties_the_bucket(boot):
    app = boot()
    ann = Client(app).as_user()
    made = upload(ann, photograph()).json
    finish(app)

    ann.delete(f"/v1/media/{made['id']}")
    finish(app)

    assert list(app.blobs.list()) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"bucket": ""}, "s3.bucket is empty"),
        ({"bucket": "no-such-bucket"}, "no such bucket: create it or set s3.bucket"),
        ({"access_key_id": ""}, "set both access_key_id and secret_access_key"),
        ({"prefix": "/shop"}, "s3.prefix begins with a slash"),
        ({"endpoint_url": "http://127.0.0.1:9", "attempts": 1, "timeout": 1}, "check s3.endpoint_url"),
        ({"endpoint_url": "not an address"}, "check s3.endpoint_url"),
    ],
)
def test_a_bucket_that_cannot_be_used_stops_the_start_with_what_to_do(boot, changes, told):
    with pytest.raises(ConfigurationError, match=told) as stopped:
        boot(**changes)

    assert "\n" not in str(stopped.value)


def test_settings_that_can_be_meant_are_accepted():
    check(S3Settings(bucket="shop", prefix="shop/"))
