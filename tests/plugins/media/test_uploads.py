"""Uploading by form: what is taken, what becomes of it, what is refused."""

from __future__ import annotations

import hashlib
import io
from uuid import UUID

import pytest
from PIL import Image

from plugins.media.tasks import process
from tests.plugins.media.conftest import PDF, encoded, form, part, photograph, send, upload

PLUGINS = ("media",)


def test_an_uploaded_photograph_becomes_ready_with_its_variants(ann, ready):
    content = photograph(2000, 1500)

    medium = ready(ann, content, "Kitchen table.jpg")

    assert (medium["status"], medium["type"], medium["content_type"]) == ("ready", "image", "image/jpeg")
    assert (medium["width"], medium["height"]) == (2000, 1500)
    assert medium["filename"] == "Kitchen table.jpg"
    assert medium["size"] == len(content)
    assert medium["sha256"] == hashlib.sha256(content).hexdigest()
    sizes = {name: (file["width"], file["height"]) for name, file in medium["files"].items()}
    assert sizes == {
        "file": (2000, 1500),
        "large": (1600, 1200),
        "jpeg": (1600, 1200),
        "thumb400": (400, 400),
        "thumb300": (300, 300),
    }


def test_a_medium_is_processing_until_its_task_ran(ann, client):
    made = upload(ann, photograph()).json

    assert (made["status"], made["url"], made["files"]) == ("processing", "", {})
    assert client.get(f"/v1/media/{made['id']}/file").status == 404


@pytest.mark.settings(kernel={"public_url": "https://stoa.example"})
def test_urls_hold_no_origin_so_that_what_keeps_them_survives_a_move(ann, ready):
    medium = ready(ann, photograph())

    assert medium["url"] == f"/v1/media/{medium['id']}/file"
    assert medium["thumbnail_url"] == f"/v1/media/{medium['id']}/thumb400"


def test_the_events_of_a_medium_come_in_order(ann, app, work):
    made = upload(ann, photograph()).json
    work()
    ann.delete(f"/v1/media/{made['id']}")

    rows = app.db.rows("SELECT type, key FROM kernel_event WHERE type LIKE 'media.%%' ORDER BY position")

    assert [wire for wire, _ in rows] == [
        "media.media.uploaded.v1",
        "media.media.ready.v1",
        "media.media.deleted.v1",
    ]
    assert {key for _, key in rows} == {made["id"]}


@pytest.mark.parametrize(
    ("encoder", "uploaded", "kept"),
    [
        ("JPEG", "image/jpeg", "image/jpeg"),
        ("PNG", "image/png", "image/png"),
        ("GIF", "image/gif", "image/png"),
        ("WEBP", "image/webp", "image/webp"),
        ("AVIF", "image/avif", "image/webp"),
    ],
)
def test_each_image_format_is_told_from_its_bytes(ann, work, encoder, uploaded, kept):
    made = upload(ann, photograph(encoder=encoder), "misleading.exe").json
    work()

    assert made["content_type"] == uploaded
    assert ann.get(f"/v1/media/{made['id']}").json["content_type"] == kept


def test_a_document_is_kept_as_it_is(ann, client, ready):
    medium = ready(ann, PDF, "Lease.pdf")

    got = client.get(medium["url"])

    assert (medium["type"], medium["thumbnail_url"]) == ("document", "")
    assert got.body == PDF
    assert got.headers["content-disposition"].startswith("attachment")


def test_the_order_of_the_parts_does_not_matter(ann):
    body = form(part("file", photograph(), "a.jpg"), part("visibility", b"private"), part("keep", b"true"))

    made = send(ann, body).json

    assert (made["visibility"], made["keep"]) == ("private", True)


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ((), "/file"),
        ((part("visibility", b"public"),), "/file"),
        ((part("file", b"x" * 10, "a"), part("file", b"y", "b")), "/file"),
        ((part("attachment", b"x", "a"),), "/attachment"),
        ((part("visibility", b"friends"),), "/visibility"),
        ((part("keep", b"1"),), "/keep"),
    ],
)
def test_a_form_that_is_not_an_upload_is_refused_by_name(ann, usage, blobs, parts, pointer):
    photographed = tuple(one.replace(b"x" * 10, photograph()) for one in parts)

    answer = send(ann, form(*photographed))

    assert answer.status == 422
    assert list(answer.faults) == [pointer]
    assert usage(ann) == (0, 0)
    assert blobs() == []


def test_uploading_takes_an_account(client):
    assert upload(client, photograph()).status == 401


def test_the_room_a_medium_takes_is_what_was_uploaded(ann, ready, usage):
    content = photograph()

    ready(ann, content)

    assert usage(ann) == (len(content), 0)


def test_a_second_run_of_the_task_changes_nothing(ann, app, ready, blobs):
    medium = ready(ann)
    before = blobs()
    process(UUID(medium["id"]))

    assert blobs() == before
    assert ann.get(f"/v1/media/{medium['id']}").json == medium


def test_what_a_client_wrote_is_gone_once_it_is_processed(ann, ready, blobs):
    medium = ready(ann)

    assert not any("incoming" in key for key in blobs())
    assert {key.split("/")[1] for key in blobs()} == {medium["id"]}


def test_metadata_goes_and_orientation_stays(ann, client, ready):
    picture = Image.new("RGB", (60, 40), "red")
    picture.paste("blue", (0, 0, 60, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90°
    exif[0x010F] = "SecretCameraMaker"
    exif.get_ifd(0x8825)[1] = "N"
    medium = ready(ann, encoded(picture, exif=exif, comment=b"SecretComment"))

    body = client.get(medium["url"]).body

    assert (medium["width"], medium["height"]) == (40, 60)
    assert b"Secret" not in body
    assert b"Exif" not in body


def test_a_picture_with_transparency_keeps_it(ann, client, ready):
    picture = Image.new("RGBA", (80, 80), (255, 0, 0, 0))
    medium = ready(ann, encoded(picture, "PNG"))

    shown = Image.open(io.BytesIO(client.get(medium["files"]["thumb400"]["url"]).body))
    flat = Image.open(io.BytesIO(client.get(medium["files"]["jpeg"]["url"]).body))

    assert shown.convert("RGBA").getpixel((10, 10))[3] == 0
    assert flat.getpixel((10, 10)) == (255, 255, 255)
