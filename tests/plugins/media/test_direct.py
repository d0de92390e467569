"""Uploads by a signed URL."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

import pytest

from plugins.media.services import direct
from tests.plugins.media.conftest import PDF, photograph

PLUGINS = ("media",)
UPLOADS = "/v1/media/uploads"


def begin(client, content, **changes):
    body = {"filename": "photo.jpg", "content_type": "image/jpeg", "size": len(content), **changes}
    return client.post(UPLOADS, body)


def put(client, told, content):
    return client.unchecked().request("PUT", told["url"], body=content, headers=told["headers"])


def complete(client, told):
    return client.post(f"{UPLOADS}/{told['id']}/complete")


def test_a_file_is_written_to_the_store_and_becomes_a_medium(ann, client, usage, work):
    content = photograph()
    told = begin(
        ann, content, sha256=hashlib.sha256(content).hexdigest(), visibility="private", keep=True
    ).json

    assert usage(ann) == (0, len(content))
    assert put(client, told, content).status == 204
    made = complete(ann, told)
    work()
    medium = ann.get(f"/v1/media/{told['id']}").json

    assert (made.status, made.json["id"]) == (200, told["id"])
    assert (medium["status"], medium["visibility"], medium["keep"]) == ("ready", "private", True)
    assert medium["sha256"] == hashlib.sha256(content).hexdigest()
    assert usage(ann) == (len(content), 0)


def test_completing_twice_gives_the_same_medium(ann, client, usage):
    content = photograph()
    told = begin(ann, content).json
    put(client, told, content)

    first, second = complete(ann, told), complete(ann, told)

    assert first.json == second.json
    assert usage(ann) == (len(content), 0)


def test_the_link_takes_the_announced_type_and_size_only(ann, client):
    content = photograph()
    told = begin(ann, content).json

    assert put(client, told, content + b"x").status == 413
    wrong = {**told, "headers": {"content-type": "text/html"}}
    assert put(client, wrong, content).status == 415


def test_an_upload_of_which_nothing_or_half_arrived_waits(ann, client):
    content = photograph()
    told = begin(ann, content).json

    assert complete(ann, told).problem == "upload-missing"
    put(client, told, content[:100])
    assert complete(ann, told).problem == "upload-missing"
    put(client, told, content)
    assert complete(ann, told).status == 200


@pytest.mark.parametrize("content", [PDF, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"MZ" + b"\0" * 100])
def test_bytes_of_another_type_than_announced_end_the_upload(ann, client, usage, blobs, content):
    told = begin(ann, content).json
    put(client, told, content)

    assert complete(ann, told).status in {415, 422}
    assert usage(ann) == (0, 0)
    assert blobs() == []
    assert complete(ann, told).status == 404


def test_a_wrong_checksum_fails_the_medium_and_gives_back_its_room(ann, client, usage, work):
    content = photograph()
    told = begin(ann, content, sha256="0" * 64).json
    put(client, told, content)
    complete(ann, told)
    work()

    medium = ann.get(f"/v1/media/{told['id']}").json

    assert (medium["status"], medium["reason"]) == ("failed", "checksum")
    assert usage(ann) == (0, 0)


@pytest.mark.parametrize("later", [PDF, b"<html><script>alert(1)</script></html>"])
def test_replacing_the_file_after_completing_it_serves_nobody(ann, client, work, later):
    content = photograph()
    told = begin(ann, content).json
    put(client, told, content)
    complete(ann, told)
    put(client, told, later)
    work()
    put(client, told, later)

    medium = ann.get(f"/v1/media/{told['id']}").json

    assert (medium["status"], medium["files"]) == ("failed", {})
    assert client.get(f"/v1/media/{told['id']}/file").status == 404


def test_an_upload_that_takes_too_long_is_over(ann, client, clock, usage):
    content = photograph()
    told = begin(ann, content).json
    put(client, told, content)
    clock.advance(timedelta(hours=2))

    assert complete(ann.as_user(ann.user_id), told).status == 410
    assert usage(ann.as_user(ann.user_id)) == (0, 0)


def test_an_upload_that_is_given_up_frees_its_room(ann, client, usage, blobs):
    content = photograph()
    told = begin(ann, content).json
    put(client, told, content)

    assert ann.delete(f"{UPLOADS}/{told['id']}").status == 204
    assert usage(ann) == (0, 0)
    assert blobs() == []
    assert ann.delete(f"{UPLOADS}/{told['id']}").status == 404


def test_uploads_are_their_owners(ann, ben, client):
    content = photograph()
    told = begin(ann, content).json
    put(client, told, content)

    assert complete(ben, told).status == ben.delete(f"{UPLOADS}/{told['id']}").status == 404
    assert complete(ann, told).status == 200
    assert complete(ben, told).status == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"size": 11 * 1024 * 1024}, 413),
        ({"size": 1 << 30}, 413),
        ({"size": 0}, 422),
        ({"size": 1 << 70}, 422),
        ({"content_type": "image/svg+xml"}, 415),
        ({"content_type": "text/html"}, 415),
        ({"content_type": "nonsense"}, 422),
        ({"sha256": "xyz"}, 422),
        ({"filename": "a\x00b"}, 422),
        ({"filename": ""}, 422),
    ],
)
def test_what_cannot_be_uploaded_is_refused_before_it_is(ann, usage, change, status):
    assert begin(ann, photograph(), **change).status == status
    assert usage(ann) == (0, 0)


def test_a_repeated_request_begins_one_upload(ann, usage):
    content = photograph()
    keyed = ann.with_headers(idempotency_key="begin-one-upload")

    first, second = begin(keyed, content), begin(keyed, content)

    assert first.json == second.json
    assert usage(ann) == (0, len(content))


def test_a_medium_made_meanwhile_is_not_abandoned(ann, client, app):
    content = photograph()
    told = begin(ann, content).json
    put(client, told, content)
    complete(ann, told)

    assert direct.complete(UUID(told["id"]), ann.user_id).status == "processing"
    assert app.blobs.exists(f"media/incoming/{told['id']}")
