"""What other plugins do with media: require, attach, detach; and what is swept."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID

import pytest

from kernel import Invalid, uuid7
from kernel import app as active
from kernel.storage import count_statements
from kernel.testing import race
from plugins.media import api
from plugins.media.models import Medium
from plugins.media.services import processing, sweeping
from tests.plugins.media.conftest import photograph, upload

PLUGINS = ("media",)
LISTING = "listings.listing"


@pytest.fixture
def one(ann, ready):
    """Return the id of a ready medium of Ann's."""
    return UUID(ready(ann)["id"])


def old(clock):
    clock.advance(timedelta(hours=25))


def test_cards_of_many_cost_one_statement(ann, ready):
    ids = [UUID(ready(ann, photograph(40 + number, 40))["id"]) for number in range(3)]

    with count_statements() as count:
        cards = api.cards([*ids, uuid7()])

    assert set(cards) == set(ids)
    assert cards[ids[0]].url == f"/v1/media/{ids[0]}/file"
    assert cards[ids[0]].thumbnail_url == f"/v1/media/{ids[0]}/thumb400"
    assert (cards[ids[2]].width, cards[ids[2]].height) == (42, 40)
    assert count.count == 1
    assert api.cards([]) == {}


def test_required_media_come_in_the_order_asked(ann, ready):
    ids = [UUID(ready(ann, photograph(40 + number, 40))["id"]) for number in range(3)][::-1]

    assert [card.id for card in api.require_ready(ids, ann.user_id)] == ids


def test_media_that_cannot_be_used_are_named_by_position(ann, ben, one, ready):
    failed, foreign = UUID(ready(ann, photograph()[:3000])["id"]), UUID(ready(ben)["id"])
    asked = [one, foreign, uuid7(), failed, one]

    with pytest.raises(Invalid) as refused:
        api.require_owned(asked, ann.user_id, pointer="/photos")

    assert [error.pointer for error in refused.value.errors] == [f"/photos/{index}" for index in (1, 2, 3, 4)]


def test_media_still_processed_do_for_a_draft_but_not_for_publishing(ann):
    waiting = UUID(upload(ann, photograph()).json["id"])

    assert api.require_owned([waiting], ann.user_id)[0].status == "processing"
    with pytest.raises(api.MediaNotReady):
        api.require_ready([waiting], ann.user_id)


def test_media_in_use_stay_and_others_go(ann, clock, one, ready):
    unused, kept = UUID(ready(ann)["id"]), UUID(ready(ann, keep="true")["id"])
    api.attach([one], LISTING, uuid7())
    old(clock)

    assert sweeping.remove_unused() == 1
    assert set(api.cards([one, unused, kept])) == {one, kept}


def test_a_medium_used_twice_stays_until_both_let_go(clock, one):
    first, second = uuid7(), uuid7()
    api.attach([one], LISTING, first)
    api.attach([one], LISTING, first)
    api.attach([one], LISTING, second)
    api.detach(LISTING, first)
    old(clock)
    assert sweeping.remove_unused() == 0
    api.detach(LISTING, second, [one])
    assert sweeping.remove_unused() == 0
    old(clock)

    assert sweeping.remove_unused() == 1


def test_when_many_let_go_at_once_the_last_one_notices(one):
    things = [uuid7() for _ in range(8)]
    for thing in things:
        api.attach([one], LISTING, thing)

    def let_go(thing):
        try:
            api.detach(LISTING, thing)
        finally:
            active.db.release()

    assert race(*[lambda thing=thing: let_go(thing) for thing in things]) == [None] * 8
    assert Medium.get_by_id(one).unused_since is not None


def test_attaching_a_removed_medium_is_refused_as_a_whole(app, one):
    with pytest.raises(api.MediaGone), app.db.atomic():
        api.attach([one, uuid7()], LISTING, uuid7())

    assert Medium.get_by_id(one).unused_since is not None


def test_of_attaching_and_removing_at_once_one_wins(ann, clock, ready):
    ids = [UUID(ready(ann, photograph(40 + number, 40))["id"]) for number in range(4)]
    old(clock)

    def attach(media_id):
        try:
            api.attach([media_id], LISTING, media_id)
        finally:
            active.db.release()

    def sweep():
        try:
            return sweeping.remove_unused()
        finally:
            active.db.release()

    outcomes = race(*[lambda media_id=media_id: attach(media_id) for media_id in ids], sweep)

    refused = [isinstance(outcome, api.MediaGone) for outcome in outcomes[:4]]
    assert [media_id not in api.cards(ids) for media_id in ids] == refused
    assert outcomes[4] == sum(refused)


def test_a_medium_in_use_is_not_deleted_by_its_owner(ann, one):
    listing = uuid7()
    api.attach([one], LISTING, listing)

    answer = ann.delete(f"/v1/media/{one}")

    assert (answer.status, answer.problem) == (409, "media-in-use")
    api.delete([one])
    assert ann.get(f"/v1/media/{one}").status == 404


def test_files_without_a_row_are_removed_after_a_day(app, clock, one, blobs):
    lost = uuid7()
    app.blobs.put(f"media/{lost}/file", [b"x"], "image/jpeg")
    app.blobs.put(f"media/incoming/{lost}", [b"x"], "image/jpeg")
    app.blobs.put("media/demo/sofa/file", [b"x"], "image/jpeg")
    assert sweeping.remove_lost_files() == 0
    clock.advance(timedelta(days=1, hours=1))

    assert sweeping.remove_lost_files() == 2
    assert not any(str(lost) in key for key in blobs())
    assert any(str(one) in key for key in blobs())
    assert app.blobs.exists("media/demo/sofa/file")


def test_what_a_crash_left_unprocessed_is_resumed_and_in_the_end_failed(ann, app, clock, work):
    made = upload(ann, photograph()).json["id"]
    app.db.execute_sql("DELETE FROM kernel_task")
    clock.advance(timedelta(minutes=30))
    work()
    assert api.cards([UUID(made)])[UUID(made)].status == "ready"

    hopeless = upload(ann.as_user(ann.user_id), photograph()).json["id"]
    app.db.execute_sql("DELETE FROM kernel_task")
    clock.advance(timedelta(days=2))
    sweeping.resume_processing()

    assert Medium.get_by_id(UUID(hopeless)).reason == "interrupted"


def test_a_file_that_vanished_fails_its_medium(ann, app):
    made = UUID(upload(ann, photograph()).json["id"])
    app.blobs.delete(f"media/incoming/{made}")

    processing.process(made)

    assert Medium.get_by_id(made).reason == "lost"


@pytest.mark.usefixtures("one")
def test_erasing_a_person_leaves_nothing_of_theirs(ann, app, blobs, work):
    upload(ann, photograph(), "Passport Ada.jpg")
    exported = app.hooks.call("export_personal_data", app=app, user_id=ann.user_id)

    with app.db.atomic():
        app.hooks.call("erase_personal_data", app=app, user_id=ann.user_id)
    work()

    assert [medium["filename"] for medium in exported[0]["media"]] == ["photo.jpg", "Passport Ada.jpg"]
    assert app.db.rows("SELECT count(*) FROM media_medium") == [(0,)]
    assert app.db.rows("SELECT count(*) FROM media_usage") == [(0,)]
    assert blobs() == []


def test_a_file_imported_twice_under_one_id_is_one_medium(ann, work):
    known = uuid7()
    for _ in range(2):
        stream = io.BytesIO(photograph())
        made = api.import_file(stream, owner_id=ann.user_id, filename="cv.jpg", id=known)
        assert made == known
    work()

    assert ann.get(f"/v1/media/{known}").json["status"] == "ready"
