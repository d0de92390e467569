"""Files and forms made to do harm."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from plugins.media import formats, rendering
from tests.plugins.media.conftest import BOUNDARY, PDF, encoded, form, part, photograph, send, upload

PLUGINS = ("media",)


def png(width: int, height: int, pixels: bytes) -> bytes:
    """Return a PNG that declares one size, with any compressed content."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def gif(frames: int) -> bytes:
    """Return an animation of so many tiny frames."""
    first, *rest = [Image.new("L", (10, 10), number * 37 % 256) for number in range(frames)]
    return encoded(first, "GIF", save_all=True, append_images=rest, duration=20)


def failed(client, work, content):
    """Upload what passes the first look, process it and return why it failed."""
    made = upload(client, content)
    assert made.status == 201, made.text
    work()
    medium = client.get(f"/v1/media/{made.json['id']}").json
    assert (medium["status"], medium["files"], medium["url"]) == ("failed", {}, "")
    return medium["reason"]


@pytest.mark.parametrize(
    "content",
    [
        png(50_000, 50_000, zlib.compress(b"\0" * 1000)),
        png(20_000, 20_000, zlib.compress(bytes(20_000 * 3 + 1) * 300, 9)),
        png(2**31 - 1, 2**31 - 1, b""),
        b"GIF89a"
        + struct.pack("<HH", 65535, 65535)
        + b"\x80\0\0"
        + b"\0" * 6
        + b","
        + b"\0" * 4
        + b"\xff" * 4
        + b"\0\x02",
    ],
    ids=["50k×50k declared", "zip bomb", "2G×2G declared", "huge GIF"],
)
def test_a_decompression_bomb_is_refused_before_it_is_stored(ann, usage, blobs, content):
    answer = upload(ann, content)

    assert (answer.status, answer.problem) == (422, "unusable-file")
    assert answer.json["reason"] == "too-many-pixels"
    assert usage(ann) == (0, 0)
    assert blobs() == []


def test_a_bomb_whose_size_shows_late_is_refused_before_it_is_decoded(ann, work):
    filler = b"".join(b"\xff\xed" + struct.pack(">H", 60_002) + b"\0" * 60_000 for _ in range(6))
    huge = bytearray(photograph())
    start = huge.index(b"\xff\xc0") + 5
    huge[start : start + 4] = struct.pack(">HH", 60_000, 60_000)
    content = bytes(huge[:2]) + filler + bytes(huge[2:])
    assert rendering.header(content[: formats.HEAD], "JPEG") is None

    assert failed(ann, work, content) == "too-many-pixels"


def test_an_animation_of_ten_thousand_frames_is_refused(ann, work):
    assert failed(ann, work, gif(10_000)) == "too-many-frames"


def test_a_short_animation_stays_one(ann, client, ready):
    medium = ready(ann, gif(12))

    shown = Image.open(io.BytesIO(client.get(medium["url"]).body))
    assert (shown.format, shown.n_frames) == ("WEBP", 12)


def test_a_picture_cut_short_is_refused(ann, work, usage):
    assert failed(ann, work, photograph()[:3000]) == "broken"
    assert usage(ann) == (0, 0)


def test_noise_after_a_signature_is_refused(ann, work):
    for magic in (b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x00\x10\x00\x00WEBPVP8 "):
        assert failed(ann, work, magic + bytes(range(256)) * 8) in {"broken", "too-many-pixels"}


@pytest.mark.settings(media={"processing_memory": 512 * 1024 * 1024, "image_pixels": 200_000_000})
def test_a_picture_that_takes_too_much_memory_fails_alone(ann, work):
    side = 13_000
    content = png(side, side, zlib.compress(bytes(side * 3 + 1) * side, 9))

    assert failed(ann, work, content) in {"too-much-memory", "too-slow", "broken"}


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"<!doctype html><script>alert(1)</script>",
        b"#!/bin/sh\nrm -rf /\n",
        b"MZ\x90\x00" + b"\0" * 200,
        b"PK\x03\x04" + b"\0" * 200,
        b"just text",
        b"\0" * 500,
    ],
)
def test_what_is_no_picture_film_or_document_is_refused_whatever_it_is_called(ann, usage, content):
    answer = upload(ann, content, "holiday.jpg")

    assert (answer.status, answer.problem) == (415, "unknown-file-type")
    assert "Send a picture (JPEG, PNG" in answer.json["detail"]
    assert "image/jpeg" in answer.json["taken"]
    assert usage(ann) == (0, 0)


def test_an_empty_file_is_refused(ann):
    assert upload(ann, b"").json["reason"] == "empty"


def test_a_file_is_what_its_bytes_are(ann, work):
    made = upload(ann, PDF, "picture.jpg").json

    assert (made["type"], made["content_type"]) == ("document", "application/pdf")


def test_a_file_larger_than_its_kind_may_be_is_refused(ann, usage, blobs):
    content = photograph() + b"\0" * (10 * 1024 * 1024)

    answer = upload(ann, content)

    assert (answer.status, answer.problem, answer.json["limit"]) == (413, "file-too-large", 10 * 1024 * 1024)
    assert usage(ann) == (0, 0)
    assert blobs() == []


def test_a_gigabyte_announced_is_refused_before_it_is_sent(ann):
    for size in ("1073741824", "9" * 18):
        answer = send(ann, form(part("file", photograph(), "a.jpg")), **{"content-length": size})

        assert answer.status == 413


@pytest.mark.parametrize(
    "name", ["../../x", "a\x00b.jpg", "..\\..\\x", "/etc/passwd", "x" * 5000, "%2e%2e%2fx"]
)
def test_a_hostile_name_is_only_a_name(ann, blobs, name):
    made = upload(ann, photograph(), name)

    assert made.status == 201
    assert not set("/\\\0") & set(made.json["filename"])
    assert blobs() == [f"media/incoming/{made.json['id']}"]


def test_a_name_that_is_no_text_is_refused(ann, usage):
    body = form(part("file", photograph(), "NAME")).replace(b"NAME", b"\xff\xfe.jpg")

    assert send(ann, body).status == 400
    assert usage(ann) == (0, 0)


def test_a_form_of_ten_thousand_parts_is_refused(ann, usage, blobs):
    many = part("visibility", b"public") * 10_000

    assert send(ann, form(part("file", photograph(), "a.jpg"), many)).status == 400
    assert usage(ann) == (0, 0)
    assert blobs() == []


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'x' * 71}",
        "multipart/form-data; boundary=another",
        "multipart/form-data; boundary=\u00e9",
    ],
)
def test_a_form_without_its_boundary_is_refused(ann, usage, content_type):
    body = form(part("file", photograph(), "a.jpg"))

    assert send(ann, body, **{"content-type": content_type}).status == 400
    assert usage(ann) == (0, 0)


def test_another_kind_of_body_is_refused(ann):
    assert ann.post("/v1/media", {"file": "x"}).status == 415
    assert ann.post("/v1/media").status == 415


@pytest.mark.parametrize("kept", [1.0, 0.999, 0.5, 0.01])
def test_a_form_cut_short_leaves_nothing_behind(ann, usage, blobs, kept):
    whole = form(part("file", photograph(), "a.jpg"))
    cut = whole[: int((len(whole) - len(BOUNDARY) - 8) * kept)]

    assert send(ann, cut).status == 400
    assert usage(ann) == (0, 0)
    assert blobs() == []


def test_a_field_as_long_as_a_file_is_refused(ann, usage):
    body = form(part("file", photograph(), "a.jpg"), part("visibility", b"x" * 1_000_000))

    assert send(ann, body).status in {400, 413, 422}
    assert usage(ann) == (0, 0)


def test_headers_of_a_part_are_bounded(ann):
    body = form(part("file", photograph(), "a" * 20_000))

    assert send(ann, body).status == 400
