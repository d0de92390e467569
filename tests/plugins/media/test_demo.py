"""Pictures for demo data."""

from __future__ import annotations

from uuid import UUID

from kernel import uuid7
from plugins.media import api, demo_drawing

PLUGINS = ("media",)


def test_a_picture_is_the_same_each_time():
    first, second = (demo_drawing.draw("Armchair", (120, 90)).tobytes() for _ in range(2))

    assert first == second
    assert first != demo_drawing.draw("Sofa", (120, 90)).tobytes()


def test_four_hundred_demo_media_are_ready_and_loading_twice_adds_none(app, client, ann):
    wanted = [(uuid7(), ann.user_id, number) for number in range(400)]

    app.hooks.call("demo_data", app=app, progress=lambda done, total: None)
    api.demo_media(wanted)
    api.demo_media(wanted)

    cards = api.require_ready([one for one, _, _ in wanted], ann.user_id)
    assert len(cards) == 400
    assert client.get(cards[25].thumbnail_url).status == 200
    assert (cards[25].url, api.demo_subject(25)) == (f"/v1/media/{cards[25].id}/file", "Bicycle")


def test_deleting_a_demo_medium_leaves_the_picture_to_the_others(app, client, ann, work):
    app.hooks.call("demo_data", app=app, progress=lambda done, total: None)
    first, second = UUID(str(uuid7())), UUID(str(uuid7()))
    api.demo_media([(first, ann.user_id, 3), (second, ann.user_id, 3)])

    assert ann.delete(f"/v1/media/{first}").status == 204
    work()

    assert client.get(f"/v1/media/{second}/file").status == 200
