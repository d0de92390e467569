"""What other plugins show of a medium."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Kind = Literal["image", "video", "audio", "document"]
Status = Literal["processing", "ready", "failed"]
Visibility = Literal["public", "private"]


@dataclass(frozen=True, slots=True)
class MediaCard:
    """A medium as part of something else: a photograph of a listing, a paper of an application.

    `url` is the picture, film or file; `thumbnail_url` a still of 400×400
    pixels, empty where there is none (some documents, films without ffmpeg, and
    whatever is not ready). URLs of public media are stable paths below
    `/v1/media`; those of private media are signed and end after
    `[storage] url_ttl` seconds. `width` and `height` are pixels, 0 where unknown.
    """

    id: UUID
    type: Kind
    content_type: str
    status: Status
    url: str
    thumbnail_url: str
    width: int
    height: int
    visibility: Visibility = "public"
