"""Room: reserved, settled, given back; two at the edge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PIL import Image

from kernel import app as active
from kernel.testing import race
from plugins.media.models import Upload, Usage
from plugins.media.problems import QuotaExceeded, UploadExpired
from plugins.media.services import quota, sweeping
from tests.plugins.media.conftest import encoded, photograph, upload

PLUGINS = ("media",)
ROOM = 100_000
NOISE = encoded(Image.effect_noise((220, 130), 60), "PNG")  # three fit
SETTINGS = {"media": {"quota_bytes": ROOM}}


def test_of_twenty_uploads_at_the_edge_as_many_pass_as_fit(ann):
    def reserve():
        try:
            return quota.reserve(ann.user_id, ROOM // 4)
        finally:
            active.db.release()

    outcomes = race(*[reserve] * 20)

    assert sum(isinstance(one, Upload) for one in outcomes) == 4
    assert sum(isinstance(one, QuotaExceeded) for one in outcomes) == 16
    assert Usage.get_by_id(ann.user_id).reserved_bytes == ROOM


def test_a_first_upload_larger_than_the_quota_is_refused(ann):
    with pytest.raises(QuotaExceeded):
        quota.reserve(ann.user_id, ROOM + 1)


def test_a_reservation_is_given_back_once_even_in_a_race(ann):
    held = quota.reserve(ann.user_id, 1000)

    def release():
        try:
            return quota.release(held.id, ann.user_id)
        finally:
            active.db.release()

    outcomes = race(*[release] * 8)

    assert sorted(outcomes) == [False] * 7 + [True]
    assert Usage.get_by_id(ann.user_id).reserved_bytes == 0


def test_what_does_not_fit_is_refused_with_the_quota(ann, usage, blobs):
    content = NOISE
    fitting = ROOM // len(content)
    answers = [upload(ann, content) for _ in range(fitting + 1)]

    assert [one.status for one in answers] == [201] * fitting + [409]
    assert (answers[-1].problem, answers[-1].json["quota_bytes"]) == ("quota-exceeded", ROOM)
    assert usage(ann) == (fitting * len(content), 0)
    assert len(blobs()) == fitting


def test_room_of_a_file_of_unknown_length_grows_up_to_the_quota(ann):
    held = quota.reserve(ann.user_id, ROOM // 2)

    quota.extend(held, ROOM // 2)
    with pytest.raises(QuotaExceeded):
        quota.extend(held, 1)

    assert Usage.get_by_id(ann.user_id).reserved_bytes == held.reserved_bytes == ROOM
    assert quota.release(held.id, ann.user_id)
    assert Usage.get_by_id(ann.user_id).reserved_bytes == 0
    with pytest.raises(UploadExpired):
        quota.extend(held, 1)


def test_deleting_makes_room(ann, ready):
    content = NOISE
    made = [ready(ann, content) for _ in range(ROOM // len(content))]

    ann.delete(f"/v1/media/{made[0]['id']}")

    assert upload(ann, content).status == 201


def test_the_room_of_an_upload_whose_process_died_is_given_back(ann, app, clock, usage):
    held = quota.reserve(ann.user_id, 5000)
    app.blobs.put(f"media/incoming/{held.id}", [b"half a pict"], "image/jpeg")
    clock.advance(timedelta(hours=1, seconds=1))

    assert sweeping.expire_uploads() == 1
    assert sweeping.expire_uploads() == 0
    assert usage(ann.as_user(ann.user_id)) == (0, 0)
    assert not app.blobs.exists(f"media/incoming/{held.id}")


def test_the_room_of_all_media_is_the_sum_of_theirs(ann, app, ready, usage):
    for number in range(3):
        ready(ann, photograph(50 + number, 50))
    upload(ann, photograph(60, 60)[:500])

    [(total,)] = app.db.rows("SELECT sum(charged_bytes) FROM media_medium")

    assert usage(ann) == (int(total), 0)
