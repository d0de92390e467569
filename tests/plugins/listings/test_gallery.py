"""Galleries: order, cover, whose media, and what becomes of them."""

from __future__ import annotations

import pytest

from kernel import uuid7
from plugins.media import api as media

PLUGINS = ("listings",)
URL = "/v1/listings"


def test_a_listing_shows_its_pictures_in_their_order_with_the_first_as_cover(ada, client, picture):
    pictures = [str(picture(ada.id)) for _ in range(3)]

    made = ada.offer(media_ids=pictures)
    shown = client.get(f"{URL}/{made['id']}").json

    assert [each["id"] for each in shown["gallery"]] == pictures
    assert shown["cover_url"] == shown["gallery"][0]["thumbnail_url"] != ""
    assert client.get(URL).json["items"][0]["cover_url"] == shown["cover_url"]
    assert client.get(shown["cover_url"]).status == 200


def test_a_gallery_is_arranged_anew(ada, picture, types):
    first, second, third = (str(picture(ada.id)) for _ in range(3))
    made = ada.offer(media_ids=[first, second])

    arranged = ada.client.put(f"{URL}/{made['id']}/gallery", {"media_ids": [third, second]})

    assert [each["id"] for each in arranged.json["gallery"]] == [third, second]
    assert arranged.json["cover_url"] != made["cover_url"]
    assert types()[-1] == "updated"


def test_a_cover_appears_when_it_has_been_processed(ada, client, picture, work):
    waiting = str(picture(ada.id, processed=False))
    made = ada.offer(media_ids=[waiting])
    assert made["cover_url"] == ""

    work()

    assert client.get(URL).json["items"][0]["cover_url"].endswith(f"{waiting}/thumb400")


def test_a_deleted_picture_leaves_the_gallery_and_the_next_becomes_the_cover(ada, client, picture, work, app):
    first, second = picture(ada.id), picture(ada.id)
    made = ada.offer(media_ids=[str(first), str(second)])

    with app.db.atomic():
        media.delete([first])
    work()

    shown = client.get(f"{URL}/{made['id']}").json
    assert [each["id"] for each in shown["gallery"]] == [str(second)]
    assert shown["cover_url"] == shown["gallery"][0]["thumbnail_url"]


def test_pictures_of_others_private_ones_and_repetitions_are_refused(ada, seller, picture, chairs):
    own, foreign = picture(ada.id), picture(seller("Ben").id)
    private = picture(ada.id, visibility="private")
    made = ada.offer()

    def put(*ids):
        return ada.client.put(f"{URL}/{made['id']}/gallery", {"media_ids": [str(each) for each in ids]})

    assert list(put(own, foreign).faults) == ["/media_ids/1"]
    assert list(put(own, own).faults) == ["/media_ids/1"]
    assert list(put(private).faults) == ["/media_ids/0"]
    assert list(put(uuid7()).faults) == ["/media_ids/0"]
    assert put(own).status == 200


@pytest.mark.settings(listings={"max_media": 2})
def test_a_gallery_has_an_end(ada, picture):
    pictures = [str(picture(ada.id)) for _ in range(3)]
    made = ada.offer(media_ids=pictures[:2])

    answer = ada.client.put(f"{URL}/{made['id']}/gallery", {"media_ids": pictures})

    assert list(answer.faults) == ["/media_ids"]


def test_media_are_held_while_a_listing_shows_them(ada, app, picture):
    first, second = picture(ada.id), picture(ada.id)
    made = ada.offer(media_ids=[str(first)])

    def held():
        rows = app.db.rows("SELECT medium_id FROM media_attachment WHERE owner_type = 'listings.listing'")
        return {row[0] for row in rows}

    assert held() == {first}
    ada.client.put(f"{URL}/{made['id']}/gallery", {"media_ids": [str(second)]})
    assert held() == {second}
    ada.client.delete(f"{URL}/{made['id']}")
    assert held() == set()
