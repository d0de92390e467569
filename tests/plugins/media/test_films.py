"""Films: stills and clean copies by ffmpeg, or as they come without it."""

from __future__ import annotations

import subprocess

import pytest

from plugins.media.films import find_ffmpeg
from tests.plugins.media.conftest import upload

PLUGINS = ("media",)
FFMPEG = find_ffmpeg("")
needs_ffmpeg = pytest.mark.skipif(
    FFMPEG is None, reason="no ffmpeg: pip install 'stoa[video]' or put one on PATH"
)


def film(path, *options: str) -> bytes:
    """Return two seconds of a test film."""
    source = ("-f", "lavfi", "-i", "testsrc=duration=2:size=320x180:rate=5")
    command = [FFMPEG, "-loglevel", "error", *source, *options, str(path)]
    subprocess.run(command, check=True)
    return path.read_bytes()


@pytest.fixture
def shoot(ann, client, ready, tmp_path):
    """Make and upload a film; return its medium, and what is served of it: the film, the thumbnail."""

    def make(name, *options):
        medium = ready(ann, film(tmp_path / name, *options), name)
        return medium, client.get(medium["url"]), client.get(medium["thumbnail_url"])

    return make


@needs_ffmpeg
@pytest.mark.parametrize(
    ("name", "options", "served"),
    [
        ("a.mp4", ("-metadata", "location=+48.85+002.35/", "-metadata", "comment=secret"), "video/mp4"),
        ("a.mov", ("-metadata", "comment=secret"), "video/mp4"),
        ("a.webm", ("-c:v", "libvpx", "-metadata", "comment=secret"), "video/webm"),
    ],
)
def test_a_film_gets_a_still_and_loses_its_metadata(shoot, name, options, served):
    medium, got, still = shoot(name, *options)

    assert (medium["status"], medium["type"], medium["content_type"]) == ("ready", "video", served)
    assert (medium["width"], medium["height"]) == (320, 180)
    assert set(medium["files"]) == {"file", "poster", "thumb400", "thumb300"}
    assert still.body[8:12] == b"WEBP"
    assert b"secret" not in got.body
    assert b"48.85" not in got.body
    assert "content-disposition" not in got.headers


@needs_ffmpeg
@pytest.mark.parametrize(
    ("name", "options", "served"),
    [
        ("a.mp3", (), "audio/mpeg"),
        ("a.m4a", ("-c:a", "aac"), "audio/mp4"),
        ("a.ogg", ("-c:a", "libopus"), "audio/ogg"),
        ("a.flac", (), "audio/flac"),
        ("a.wav", (), "audio/wav"),
    ],
)
def test_a_recording_keeps_its_sound_and_loses_its_metadata(
    ann, client, ready, tmp_path, name, options, served
):
    tone = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1", "-metadata", "comment=secret")
    subprocess.run([FFMPEG, "-loglevel", "error", *tone, *options, str(tmp_path / name)], check=True)

    medium = ready(ann, (tmp_path / name).read_bytes(), name)
    got = client.get(medium["url"])

    assert (medium["status"], medium["type"], medium["content_type"]) == ("ready", "audio", served)
    assert set(medium["files"]) == {"file"}
    assert b"secret" in (tmp_path / name).read_bytes()
    assert b"secret" not in got.body
    assert "content-disposition" not in got.headers


@needs_ffmpeg
def test_a_broken_film_fails(ann, work):
    made = upload(ann, b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 5000, "a.mp4").json
    work()

    assert ann.get(f"/v1/media/{made['id']}").json["reason"] == "broken"


@needs_ffmpeg
def test_a_playlist_dressed_up_as_a_film_is_not_followed(ann, work):
    playlist = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\n#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/secret\n"
    made = upload(ann, playlist, "a.mp4").json
    work()

    assert ann.get(f"/v1/media/{made['id']}").json["status"] == "failed"


@pytest.mark.settings(media={"ffmpeg": "/nowhere/ffmpeg"})
def test_without_ffmpeg_a_film_is_kept_as_it_came(ann, client, ready):
    content = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(range(256)) * 40

    medium = ready(ann, content, "a.mp4")

    assert (medium["status"], medium["thumbnail_url"]) == ("ready", "")
    assert client.get(medium["url"], headers={"range": "bytes=0-7"}).body == content[:8]
