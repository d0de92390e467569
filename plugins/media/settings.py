"""What an operator may tune about media: section `[media]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kernel import setting

MIB = 1024 * 1024
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """Limits, room and delivery of files; sizes in bytes."""

    image_bytes: int = setting(10 * MIB, help="Largest image.", minimum=1024, maximum=100 * MIB)
    video_bytes: int = setting(100 * MIB, help="Largest film.", minimum=1024, maximum=GIB)
    audio_bytes: int = setting(25 * MIB, help="Largest sound recording.", minimum=1024, maximum=GIB)
    document_bytes: int = setting(20 * MIB, help="Largest document.", minimum=1024, maximum=GIB)
    image_pixels: int = setting(
        50_000_000, help="Pixels of the largest image that is decoded.", minimum=10_000, maximum=200_000_000
    )
    animation_frames: int = setting(
        200, help="Frames of the longest animated image.", minimum=1, maximum=2000
    )
    animation_pixels: int = setting(
        60_000_000, help="Pixels of all frames of an animated image together.", minimum=10_000
    )
    quota_bytes: int = setting(GIB, help="Bytes one owner may have uploaded at a time.", minimum=1024)
    upload_ttl: int = setting(
        3600, help="Seconds an upload may take; its room is given back after.", minimum=60, maximum=86400
    )
    orphan_hours: int = setting(
        24, help="Hours after which a medium that nothing uses and nobody keeps is removed.", minimum=1
    )
    processing_seconds: int = setting(
        60,
        help="Processor seconds one image may take; a film or recording may take five times that.",
        minimum=5,
        maximum=600,
    )
    processing_memory: int = setting(
        1536 * MIB, help="Address space of the process that decodes an image.", minimum=512 * MIB
    )
    delivery: Literal["stream", "redirect"] = setting(
        "stream",
        help="Send files of public media through Stoa, or redirect to signed links of the blob store.",
    )
    ffmpeg: str = setting(
        "", help="Path of ffmpeg; empty: from PATH or the extra `video`, else films get no thumbnail."
    )
