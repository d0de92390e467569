"""One's own media: lists, changes, deletion; other people's are not there."""

from __future__ import annotations

from uuid import UUID

import pytest

from kernel.storage import count_statements
from plugins.media.filenames import clean_filename
from plugins.media.models import Medium
from plugins.media.services import processing
from tests.plugins.media.conftest import PDF, photograph, upload

PLUGINS = ("media",)


def test_media_are_listed_the_newest_first_page_by_page(ann, ben):
    made = [upload(ann, photograph(30 + number, 30)).json["id"] for number in range(5)]
    upload(ben, photograph())

    assert [one["id"] for one in ann.every("/v1/media", limit=2)] == made[::-1]


def test_media_are_found_by_type_status_and_part_of_the_name(ann, ready):
    ready(ann, photograph(), "Kitchen 100%.jpg")
    ready(ann, PDF, "Lease_kitchen.pdf")
    upload(ann, photograph(), "new.jpg")

    def names(**query):
        return [one["filename"] for one in ann.get("/v1/media", query=query).json["items"]]

    assert names(type="document") == ["Lease_kitchen.pdf"]
    assert names(status="processing") == ["new.jpg"]
    assert names(q="KITCHEN") == ["Lease_kitchen.pdf", "Kitchen 100%.jpg"]
    assert names(q="%") == ["Kitchen 100%.jpg"]
    assert names(q="_") == ["Lease_kitchen.pdf"]
    assert names(q="'; DROP TABLE media_medium; --") == []


def test_a_list_takes_one_statement_for_any_number(ann, ready):
    for number in range(4):
        ready(ann, photograph(30 + number, 30))
    ann.get("/v1/media")

    with count_statements() as count:
        ann.get("/v1/media")

    assert count.count == 1


def test_a_medium_is_renamed_hidden_and_kept(ann, ready):
    medium = ready(ann)

    changed = ann.patch(
        f"/v1/media/{medium['id']}",
        {"filename": "../etc/Passport.jpg", "visibility": "private", "keep": True},
    )

    assert changed.json["filename"] == "Passport.jpg"
    assert changed.json["keep"] is True
    assert "signature=" in changed.json["url"]


def test_two_editors_do_not_overwrite_each_other(ann, ready):
    medium = ready(ann)
    editor = ann.with_headers(if_match=f'"{medium["version"]}"')

    first = editor.patch(f"/v1/media/{medium['id']}", {"keep": True})
    second = editor.patch(f"/v1/media/{medium['id']}", {"keep": False})

    assert (first.status, second.status) == (200, 412)


def test_deleting_removes_the_row_the_room_and_the_files(ann, ready, usage, blobs, work):
    medium = ready(ann)

    assert ann.delete(f"/v1/media/{medium['id']}").status == 204
    work()

    assert ann.get(f"/v1/media/{medium['id']}").status == 404
    assert usage(ann) == (0, 0)
    assert blobs() == []


def test_a_medium_deleted_while_it_is_processed_leaves_no_file(ann, app, blobs, work):
    made = upload(ann, photograph()).json
    caught = Medium.get_by_id(UUID(made["id"]))
    ann.delete(f"/v1/media/{made['id']}")
    processing._process(caught)
    work()

    assert blobs() == []


def test_other_peoples_media_are_not_there(ann, ben, client, ready):
    path = f"/v1/media/{ready(ann)['id']}"

    assert ben.get(path).status == ben.patch(path, {"keep": True}).status == ben.delete(path).status == 404
    assert client.get(path).status == 401
    assert client.as_admin().get(path).status == 200
    assert client.as_admin().delete(path).status == 204


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\cv.pdf", "cv.pdf"),
        ("a\x00b.png", "ab.png"),
        ("\u202egpj.exe", "gpj.exe"),
        ("  two   spaces .txt ", "two spaces .txt"),
        ("...", "file"),
        ("", "file"),
        ("/", "file"),
        ("e\u0301.jpg", "é.jpg"),
        ("x" * 300 + ".jpeg", "x" * 145 + ".jpeg"),
        ("x" * 300, "x" * 150),
    ],
)
def test_file_names_are_made_fit_to_be_shown(given, shown):
    assert clean_filename(given) == shown
