"""The blob store on a server that speaks S3."""

from __future__ import annotations

import dataclasses
import io
from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from contrib.s3.client import make_client
from contrib.s3.store import S3Blobs
from kernel import BlobNotFound, BlobTruncated, Unavailable
from kernel.clock import SystemClock

MIB = 1024 * 1024


def read(store, key, *part):
    return b"".join(store.open(key, *part))


def uploads(store):
    return store._client.list_multipart_uploads(Bucket=store._settings.bucket).get("Uploads", [])


@pytest.mark.parametrize("size", [0, 1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 12 * MIB])
def test_what_is_put_is_read_again(store, size):
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]

    stat = store.put("media/a/file", io.BytesIO(content), "image/png", size)

    assert (stat.size, stat.content_type) == (size, "image/png")
    assert store.stat("media/a/file") == stat
    assert read(store, "media/a/file") == content


def test_chunks_are_taken_like_a_stream(store):
    store.put("a", (b"x" * 700_000 for _ in range(16)), "video/mp4")

    assert store.stat("a").size == 16 * 700_000


def test_a_part_of_a_blob_is_read_alone(store):
    store.put("a", [b"0123456789"], "text/plain")

    assert read(store, "a", 3, 4) == b"3456"
    assert read(store, "a", 8) == b"89"
    assert read(store, "a", 8, 100) == b"89"
    assert read(store, "a", 10) == b""
    assert read(store, "a", 3, 0) == b""


@pytest.mark.parametrize("size", [100, 11 * MIB])
def test_content_of_another_length_than_announced_leaves_nothing(store, size):
    with pytest.raises(BlobTruncated):
        store.put("a", io.BytesIO(b"x" * size), "image/png", size + 1)

    assert not store.exists("a")
    assert uploads(store) == []


def test_a_stream_that_breaks_leaves_nothing_and_the_old_blob_whole(store):
    store.put("a", [b"old"], "text/plain")

    def broken():
        yield b"x" * (11 * MIB)
        raise ConnectionError("the client left")

    with pytest.raises(ConnectionError):
        store.put("a", broken(), "image/png")

    assert read(store, "a") == b"old"
    assert uploads(store) == []


def test_what_is_not_there_is_not_found(store):
    for ask in (lambda: store.stat("none"), lambda: store.open("none")):
        with pytest.raises(BlobNotFound):
            ask()
    assert not store.exists("none")
    store.delete("none")


@pytest.mark.parametrize("key", ["../a", "/a", "a//b", ".hidden", "a/../b", "", "a\x00b", "ä"])
def test_a_key_that_is_none_is_refused(store, key):
    with pytest.raises(BlobNotFound):
        store.put(key, [b"x"], "text/plain")
    with pytest.raises(BlobNotFound):
        store.signed_url(key)


def test_blobs_are_listed_by_key_below_a_prefix(store):
    for key in ("media/b/file", "media/a/file", "other/a", "media/a/thumb"):
        store.put(key, [b"x"], "text/plain")

    assert [stat.key for stat in store.list("media/")] == ["media/a/file", "media/a/thumb", "media/b/file"]
    assert [stat.size for stat in store.list()] == [1, 1, 1, 1]
    assert next(store.list()).modified.tzinfo is not None


def test_more_blobs_than_a_page_are_all_listed(store):
    for number in range(1005):
        store._client.put_object(Bucket=store._settings.bucket, Key=f"many/{number:04}", Body=b"")

    assert sum(1 for _ in store.list("many/")) == 1005


def test_two_stores_share_a_bucket_by_their_prefixes(s3):
    client = make_client(s3, s3.endpoint_url)
    one, other = (
        S3Blobs(dataclasses.replace(s3, prefix=prefix), client, client, SystemClock(), timedelta(minutes=1))
        for prefix in ("one/", "other/")
    )
    one.put("a", [b"1"], "text/plain")

    assert [stat.key for stat in one.list()] == ["a"]
    assert list(other.list()) == []


def test_a_deleted_blob_is_gone(store):
    store.put("a", [b"x"], "text/plain")

    store.delete("a")

    assert not store.exists("a")


def test_a_signed_link_reads_and_another_writes(store):
    put = store.signed_url("a", "PUT", content_type="image/png", max_bytes=3)

    urlopen(Request(put, b"abc", {"Content-Type": "image/png"}, method="PUT")).close()

    assert store.stat("a").content_type == "image/png"
    with urlopen(store.signed_url("a", expires=timedelta(minutes=1))) as answer:
        assert answer.read() == b"abc"
        assert answer.headers["content-disposition"] == "attachment"


def test_a_link_for_writing_signs_type_and_length(store):
    url = store.signed_url("a", "PUT", expires=timedelta(hours=1), content_type="image/png", max_bytes=3)

    assert "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost" in url
    assert "X-Amz-Expires=3600" in url
    with pytest.raises(ValueError, match="GET or PUT"):
        store.signed_url("a", "DELETE")


def test_links_bear_the_public_address(s3):
    inside, outside = make_client(s3, s3.endpoint_url), make_client(s3, "https://files.example.com")
    store = S3Blobs(s3, inside, outside, SystemClock(), timedelta(minutes=1))

    assert store.signed_url("a").startswith(f"https://files.example.com/{s3.bucket}/a?")


def test_a_store_that_is_away_is_unavailable(s3):
    client = make_client(dataclasses.replace(s3, attempts=1, timeout=1), "http://127.0.0.1:9")
    store = S3Blobs(s3, client, client, SystemClock(), timedelta(minutes=1))

    with pytest.raises(Unavailable):
        store.put("a", [b"x"], "text/plain")
    with pytest.raises(Unavailable):
        store.stat("a")


def test_an_unsigned_request_is_not_what_links_are_for(store):
    store.put("a", [b"x"], "text/plain")

    with pytest.raises(HTTPError):
        urlopen(store.signed_url("missing"))
