"""Downloads: ranges, conditions, headers, and who may have them."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image

from tests.plugins.media.conftest import PDF, photograph

PLUGINS = ("media",)


def test_a_range_is_answered_with_that_range(ann, client, ready):
    url = ready(ann)["url"]
    whole = client.get(url)

    middle = client.get(url, headers={"range": "bytes=10-19"})
    end = client.get(url, headers={"range": "bytes=-5"})
    beyond = client.get(url, headers={"range": f"bytes={len(whole.body)}-"})

    assert (middle.status, middle.body) == (206, whole.body[10:20])
    assert middle.headers["content-range"] == f"bytes 10-19/{len(whole.body)}"
    assert end.body == whole.body[-5:]
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(whole.body)}")


def test_a_range_of_a_changed_file_is_answered_with_the_whole(ann, client, ready):
    url = ready(ann)["url"]
    tag = client.get(url).headers["etag"]

    same = client.get(url, headers={"range": "bytes=0-3", "if-range": tag})
    changed = client.get(url, headers={"range": "bytes=0-3", "if-range": '"other"'})

    assert (same.status, changed.status) == (206, 200)


def test_an_unchanged_file_is_not_sent_again(ann, client, ready):
    url = ready(ann)["url"]
    tag = client.get(url).headers["etag"]

    answer = client.get(url, headers={"if-none-match": tag})

    assert (answer.status, answer.body) == (304, b"")


def test_head_tells_what_get_would_send(ann, client, ready):
    url = ready(ann)["url"]
    got = client.get(url)

    head = client.request("HEAD", url)

    assert (head.status, head.body) == (200, b"")
    for name in ("content-length", "content-type", "etag"):
        assert head.headers[name] == got.headers[name]


def test_a_file_cannot_run_in_a_visitors_browser(ann, client, ready):
    answers = [client.get(ready(ann)["url"]), client.get(ready(ann, PDF, "x.html")["url"])]

    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answers[1].headers["content-disposition"] == 'attachment; filename="x.pdf"'


def test_what_hides_behind_a_picture_is_gone(ann, client, ready):
    url = ready(ann, photograph() + b"<script>alert(1)</script>PK\x03\x04")["url"]

    assert b"script" not in client.get(url).body


def test_a_download_bears_the_owners_name_and_the_files_own_ending(ann, client, ready):
    medium = ready(ann, photograph(encoder="GIF"), "Käse & Brot.gif")

    answer = client.get(medium["url"], query={"download": "true"})

    assert "filename*=UTF-8''K%C3%A4se%20%26%20Brot.png" in answer.headers["content-disposition"]


def test_private_files_are_their_owners(ann, ben, client, ready):
    medium = ready(ann, visibility="private")
    path = f"/v1/media/{medium['id']}/thumb400"

    assert ann.get(path).status == 200
    assert ann.get(path).headers["cache-control"] == "private, no-cache"
    assert client.get(path).status == ben.get(path).status == 404
    assert client.as_admin().get(path).status == 200


def test_a_signed_link_to_a_private_file_works_for_a_while(ann, client, clock, ready):
    medium = ready(ann, visibility="private")

    assert client.get(medium["thumbnail_url"]).status == 200
    clock.advance(timedelta(minutes=16))
    assert client.unchecked().get(medium["thumbnail_url"]).status == 410


def test_unknown_variants_and_media_are_not_there(ann, client, ready):
    medium = ready(ann)

    assert client.get(f"/v1/media/{medium['id']}/huge").status == 404
    assert client.get("/v1/media/0190aaaa-0000-7000-8000-000000000000/file").status == 404
    assert client.get(f"/v1/media/{medium['id']}/..%2f..%2fsecret").status == 404


@pytest.mark.settings(media={"delivery": "redirect"})
def test_public_files_can_be_left_to_the_blob_store(ann, client, ready):
    medium = ready(ann)

    answer = client.get(medium["url"])

    assert answer.status == 302
    assert client.unchecked().get(answer.headers["location"]).status == 200


def test_a_thumbnail_is_a_webp_of_its_size(ann, client, ready):
    medium = ready(ann, photograph(1000, 300))

    for side in (400, 300):
        body = client.get(f"/v1/media/{medium['id']}/thumb{side}").body
        assert Image.open(io.BytesIO(body)).size == (side, side)
        assert body[8:12] == b"WEBP"
