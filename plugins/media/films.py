"""Stills and clean copies of films and recordings, by ffmpeg where there is one.

ffmpeg gets a local file and the name of its demuxer, and may open nothing but
files: a playlist dressed up as a film, which would make it fetch addresses of
the attacker's choice, is not even recognised.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import structlog

from plugins.media.formats import Format
from plugins.media.pictures import Rendition, Result, draw, stills
from plugins.media.problems import UnusableFile
from plugins.media.settings import MediaSettings

log = structlog.get_logger(__name__)

_ALONE: Final = ("-nostdin", "-loglevel", "error", "-threads", "1", "-protocol_whitelist", "file")
_MP4: Final = ("film.mp4", "video/mp4")
_CONTAINERS: Final = {
    "video/mp4": (_MP4,),
    "video/x-m4v": (_MP4,),
    "video/quicktime": (_MP4, ("film.mov", "video/quicktime")),
    "video/webm": (("film.webm", "video/webm"),),
    "audio/mpeg": (("sound.mp3", "audio/mpeg"),),
    "audio/mp4": (("sound.m4a", "audio/mp4"),),
    "audio/ogg": (("sound.ogg", "audio/ogg"),),
    "audio/flac": (("sound.flac", "audio/flac"),),
    "audio/wav": (("sound.wav", "audio/wav"),),
}


@cache
def find_ffmpeg(wanted: str) -> str | None:
    """Return the path of ffmpeg: the operator's, PATH's, the extra's; None without one."""
    if wanted:
        return shutil.which(wanted)
    on_path = shutil.which("ffmpeg")
    if on_path:
        return on_path
    try:
        from imageio_ffmpeg import get_ffmpeg_exe  # noqa: PLC0415 - of the extra `video`
    except ImportError:
        return None
    try:
        return str(get_ffmpeg_exe())
    except RuntimeError:
        return None


def prepare(source: Path, format: Format, target: Path, settings: MediaSettings) -> Result:
    """Return the film without its metadata and, if it has a picture, stills of it.

    Metadata of films tells where they were taken; of a recording only the sound is
    kept. Without ffmpeg either is kept as it came, and a film has no still.
    Raises UnusableFile for what ffmpeg cannot read at all.
    """
    original = Rendition(source, format.content_type, size=source.stat().st_size)
    ffmpeg = find_ffmpeg(settings.ffmpeg)
    if ffmpeg is None:
        return Result({"file": original})
    seconds = settings.processing_seconds * 5
    film = _copied(ffmpeg, source, format, target, seconds)
    if format.kind == "audio":
        return Result({"file": film})
    poster = _still(ffmpeg, film.path, format, target, seconds)
    if poster is None:
        return Result({"file": film})
    drawn = draw(poster, "PNG", target, settings)
    sized = Rendition(film.path, film.content_type, drawn.width, drawn.height, film.size)
    return Result({"file": sized, **stills(drawn)}, drawn.width, drawn.height)


def _copied(ffmpeg: str, source: Path, format: Format, target: Path, seconds: float) -> Rendition:
    """Copy picture and sound, not re-encoded, and nothing else: no tags, no data tracks.

    QuickTime holds kinds of sound that MP4 does not: then it stays QuickTime.
    """
    tracks = ["-map", "0:a"] if format.kind == "audio" else ["-map", "0:v?", "-map", "0:a?"]
    clean = [*tracks, "-map_metadata", "-1", "-map_chapters", "-1", "-c", "copy"]
    refused = UnusableFile(reason="broken")
    for name, content_type in _CONTAINERS[format.content_type]:
        path = target / name
        start_first = ["-movflags", "+faststart"] if name.endswith((".mp4", ".mov", ".m4a")) else []
        try:
            _run(ffmpeg, source, format, [*clean, *start_first, str(path)], seconds)
        except UnusableFile as ex:
            refused = ex
            continue
        return Rendition(path, content_type, size=path.stat().st_size)
    raise refused


def _still(ffmpeg: str, film: Path, format: Format, target: Path, seconds: float) -> Path | None:
    """Return a frame a second into the film, or its first; None when it shows nothing."""
    path = target / "still.png"
    for start in ("1", "0"):
        how = ["-frames:v", "1", "-vf", "scale='min(1600,iw)':-2", "-update", "1", str(path)]
        try:
            _run(ffmpeg, film, format, how, seconds, before=["-ss", start])
        except UnusableFile as ex:
            log.info("film_without_still", detail=ex.detail)
            return None
        if path.is_file():
            return path
    return None


def _run(
    ffmpeg: str,
    source: Path,
    format: Format,
    how: Sequence[str],
    seconds: float,
    *,
    before: Sequence[str] = (),
) -> None:
    command = [ffmpeg, *_ALONE, "-f", format.decoder, *before, "-i", f"file:{source}", *how]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as ex:
        raise UnusableFile("It takes too long to read.", reason="too-slow") from ex
    if done.returncode != 0:
        raise UnusableFile(f"The file is damaged: {done.stderr.strip()[-300:]}", reason="broken")
