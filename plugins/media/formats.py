"""Which files are taken, told from their bytes alone.

A name and an announced type say what a client wants a file to be; a browser
that sniffs, and every library that opens it, go by the bytes. So do we: what
has no signature of its own (HTML, SVG, scripts, text) is not taken at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import filetype

from plugins.media.cards import Kind
from plugins.media.problems import UnknownFileType
from plugins.media.settings import MediaSettings

HEAD: Final = 256 * 1024
"""Bytes of a file's beginning that are looked at before it is stored."""

_IMAGES: Final = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
_VIDEOS: Final = {
    "video/mp4": "mov",
    "video/x-m4v": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
}
_SOUNDS: Final = {
    "audio/mpeg": ("audio/mpeg", "mp3"),
    "audio/mp4": ("audio/mp4", "mov"),
    "audio/ogg": ("audio/ogg", "ogg"),
    "audio/x-flac": ("audio/flac", "flac"),
    "audio/x-wav": ("audio/wav", "wav"),
}
"""By the name filetype has for it: the registered type, and the demuxer's name."""
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_DOCUMENTS: Final = {
    "application/pdf": "PDF",
    f"{_OFFICE}wordprocessingml.document": "",
    f"{_OFFICE}spreadsheetml.sheet": "",
    f"{_OFFICE}presentationml.presentation": "",
    "application/vnd.oasis.opendocument.text": "",
    "application/vnd.oasis.opendocument.spreadsheet": "",
    "application/vnd.oasis.opendocument.presentation": "",
}
_TAKEN: Final = (
    "Send a picture (JPEG, PNG, GIF, WebP, AVIF), a film (MP4, MOV, WebM), "
    "a recording (MP3, M4A, Ogg, FLAC, WAV) or a document (PDF, Word, Excel, PowerPoint, OpenDocument)."
)
_EXTENSIONS: Final = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "audio/flac": ".flac",
    "audio/wav": ".wav",
    "application/pdf": ".pdf",
}


@dataclass(frozen=True, slots=True)
class Format:
    """What a file is: its kind, its type, and the name the decoder knows it by; empty: there is none."""

    kind: Kind
    content_type: str
    decoder: str = ""


FORMATS: Final = {
    **{mime: Format("image", mime, decoder) for mime, decoder in _IMAGES.items()},
    **{mime: Format("video", mime, decoder) for mime, decoder in _VIDEOS.items()},
    **{mime: Format("audio", *found) for mime, found in _SOUNDS.items()},
    **{mime: Format("document", mime, decoder) for mime, decoder in _DOCUMENTS.items()},
}


def sniff(head: bytes) -> Format:
    """Return what a file that begins with `head` is; raise UnknownFileType."""
    found = filetype.guess_mime(head)
    known = FORMATS.get(found or "")
    if known is None:
        raise refused(f"This is {found}." if found else "")
    return known


def refused(what: str = "") -> UnknownFileType:
    """Return the problem of a file that is not taken; `what` tells what it is instead."""
    return UnknownFileType(f"{what} {_TAKEN}".strip(), taken=sorted(FORMATS))


def limit_of(format: Format, settings: MediaSettings) -> int:
    """Return how many bytes a file of this format may have."""
    limits = {
        "image": settings.image_bytes,
        "video": settings.video_bytes,
        "audio": settings.audio_bytes,
        "document": settings.document_bytes,
    }
    return limits[format.kind]


def largest(settings: MediaSettings) -> int:
    """Return how many bytes any file may have."""
    return max(settings.image_bytes, settings.video_bytes, settings.audio_bytes, settings.document_bytes)


def extension(content_type: str) -> str:
    """Return the usual end of names of such files, empty when several are usual."""
    return _EXTENSIONS.get(content_type, "")
