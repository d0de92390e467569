"""Blobs on a disk: whole or absent, and never outside their directory."""

from __future__ import annotations

import io
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.clock import TestClock
from kernel.errors import ConfigurationError
from kernel.storage import BlobNotFound, BlobTruncated
from kernel.storage.disk import DiskBlobs
from kernel.storage.signing import UrlSigner
from kernel.testing.server import race

HOSTILE = [
    "",
    "/etc/passwd",
    "../secret",
    "a/../../secret",
    "a/./b",
    "a//b",
    "a/",
    ".hidden",
    "a/.tmp",
    ".tmp/x",
    "a\x00b",
    "a\nb",
    "a\\..\\b",
    "a b",
    "ü",
    "a" * 201,
    "/".join(["abc"] * 200),
    "%2e%2e/secret",
    "C:\\windows",
    "a/b?c",
]


@pytest.fixture
def blobs(tmp_path: Path, clock: TestClock) -> DiskBlobs:
    (tmp_path / "secret").write_text("not a blob")
    return DiskBlobs(tmp_path / "blobs", UrlSigner("secret", clock), clock)


def put(blobs: DiskBlobs, key: str, content: bytes = b"content", content_type: str = "text/plain") -> None:
    blobs.put(key, io.BytesIO(content), content_type)


def read(blobs: DiskBlobs, key: str, start: int = 0, length: int | None = None) -> bytes:
    return b"".join(blobs.open(key, start, length))


def unfinished(blobs: DiskBlobs) -> list[Path]:
    return list((blobs.root / ".tmp").iterdir())


def test_what_is_put_can_be_read_and_described(blobs: DiskBlobs) -> None:
    made = blobs.put("media/1/original", io.BytesIO(b"x" * 200_000), "image/png", size=200_000)

    assert read(blobs, "media/1/original") == b"x" * 200_000
    known = blobs.stat("media/1/original")
    assert (known.size, known.content_type, known.etag) == (200_000, "image/png", made.etag)
    assert blobs.exists("media/1/original")


def test_chunks_are_taken_as_well_as_files(blobs: DiskBlobs) -> None:
    blobs.put("a", (part for part in (b"one", b"", b"two")), "text/plain")

    assert read(blobs, "a") == b"onetwo"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(content=st.binary(max_size=300), start=st.integers(0, 400), length=st.none() | st.integers(0, 400))
def test_any_range_reads_like_a_slice(
    blobs: DiskBlobs, content: bytes, start: int, length: int | None
) -> None:
    put(blobs, "a/b", content)

    found = read(blobs, "a/b", start, length)

    assert found == (content[start:] if length is None else content[start : start + length])
    assert blobs.stat("a/b").size == len(content)


def test_a_second_put_replaces_the_first_and_its_type(blobs: DiskBlobs) -> None:
    put(blobs, "a", b"first", "text/plain")
    before = blobs.open("a")

    put(blobs, "a", b"second", "image/png")

    assert read(blobs, "a") == b"second"
    assert blobs.stat("a").content_type == "image/png"
    assert b"".join(before) == b"first"


def test_readers_during_rewrites_see_one_version_whole(blobs: DiskBlobs) -> None:
    put(blobs, "a", b"0" * 100_000)

    def rewrite(n: int) -> None:
        put(blobs, "a", str(n).encode() * 100_000)

    def look(_: int) -> int:
        return len(set(read(blobs, "a")))

    with ThreadPoolExecutor(8) as threads:
        writing = [threads.submit(rewrite, n) for n in range(10)]
        seen = set(threads.map(look, range(50)))

    assert [each.result() for each in writing] == [None] * 10
    assert seen == {1}


def test_content_of_another_length_than_announced_leaves_nothing(blobs: DiskBlobs) -> None:
    with pytest.raises(BlobTruncated):
        blobs.put("a/b", io.BytesIO(b"short"), "text/plain", size=10)

    assert not blobs.exists("a/b")
    assert unfinished(blobs) == []


def test_a_stream_that_breaks_leaves_what_was_there(blobs: DiskBlobs) -> None:
    put(blobs, "a", b"old")

    def breaking():
        yield b"new"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        blobs.put("a", breaking(), "text/plain")

    assert read(blobs, "a") == b"old"
    assert unfinished(blobs) == []


def test_deleting_removes_the_blob_and_empty_folders(blobs: DiskBlobs) -> None:
    put(blobs, "a/b/c")
    put(blobs, "a/d")

    blobs.delete("a/b/c")
    blobs.delete("a/b/c")

    assert not blobs.exists("a/b/c")
    assert [path.name for path in (blobs.root / "a").iterdir()] == ["d"]
    with pytest.raises(BlobNotFound):
        blobs.open("a/b/c")


def test_listing_is_by_prefix_and_in_order(blobs: DiskBlobs) -> None:
    keys = ["a/2", "a/10", "a-b", "b/c/d", "ab"]
    for key in keys:
        put(blobs, key)

    assert [blob.key for blob in blobs.list()] == sorted(keys)
    assert [blob.key for blob in blobs.list("a/")] == ["a/10", "a/2"]
    assert [blob.key for blob in blobs.list("b/c/d")] == ["b/c/d"]
    assert list(blobs.list("nothing")) == []


@pytest.mark.parametrize("key", HOSTILE)
def test_no_hostile_name_is_anyones_blob(blobs: DiskBlobs, key: str) -> None:
    for act in (blobs.open, blobs.stat, blobs.delete, blobs.signed_url, lambda key: put(blobs, key)):
        with pytest.raises(BlobNotFound):
            act(key)
    assert not blobs.exists(key)


def test_links_planted_in_the_tree_lead_nowhere(blobs: DiskBlobs, tmp_path: Path) -> None:
    put(blobs, "real/blob")
    (blobs.root / "file").symlink_to(tmp_path / "secret")
    (blobs.root / "folder").symlink_to(tmp_path)
    (blobs.root / "inside").symlink_to(blobs.root / "real")

    for key in ("file", "folder/secret", "inside/blob"):
        assert not blobs.exists(key)
        with pytest.raises(BlobNotFound):
            blobs.open(key)
    with pytest.raises(BlobNotFound):
        put(blobs, "folder/new")
    assert not (tmp_path / "new").exists()
    assert [blob.key for blob in blobs.list()] == ["real/blob"]


def test_folders_pipes_and_foreign_files_are_no_blobs(blobs: DiskBlobs) -> None:
    put(blobs, "a/b")
    os.mkfifo(blobs.root / "pipe")
    (blobs.root / "foreign").write_bytes(b"copied in by hand")

    for key in ("a", "pipe", "foreign", "a/b/c"):
        with pytest.raises(BlobNotFound):
            blobs.open(key)
    with pytest.raises(BlobNotFound):
        put(blobs, "a/b/c")


def test_drafts_of_a_crash_are_cleared_after_a_day(blobs: DiskBlobs, clock: TestClock) -> None:
    (blobs.root / ".tmp" / "old").write_bytes(b"")
    clock.advance(timedelta(days=2))

    DiskBlobs(blobs.root, UrlSigner("secret", clock), clock)

    assert unfinished(blobs) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, clock: TestClock) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigurationError, match=r"file/blobs: .*set storage\.directory"):
        DiskBlobs(tmp_path / "file" / "blobs", UrlSigner("secret", clock))


def test_who_writes_into_a_folder_that_others_empty_is_not_turned_away(blobs: DiskBlobs) -> None:
    """The last file of a folder takes the folder with it; the next one brings it back."""

    def come_and_go(name: str) -> None:
        for _ in range(150):
            blobs.put(f"shared/folder/{name}", [b"x"], "text/plain")
            blobs.delete(f"shared/folder/{name}")

    assert race(*[partial(come_and_go, name) for name in "abcd"]) == [None] * 4
    assert list(blobs.list("shared/")) == []
