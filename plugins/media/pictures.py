"""Have the variants of an image, or of a page, drawn in a process that can do no harm.

See `rendering` for what happens there. It costs about 90 ms more than drawing
here, in a task nobody waits for.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from plugins.media.problems import UnusableFile
from plugins.media.settings import MediaSettings

log = structlog.get_logger(__name__)

_SCRIPT: Final = str(Path(__file__).with_name("rendering.py"))


@dataclass(frozen=True, slots=True)
class Rendition:
    """One file made of a medium, on the local disk; sizes in pixels and bytes."""

    path: Path
    content_type: str
    width: int = 0
    height: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What was made of a medium, by variant; its size in pixels, 0 where it has none."""

    renditions: dict[str, Rendition]
    width: int = 0
    height: int = 0


def check_head(head: bytes, decoder: str, settings: MediaSettings) -> None:
    """Refuse an image whose beginning already tells that it is too large to decode.

    Raises UnusableFile. What cannot be told from the beginning passes: the whole
    is measured before it is decoded. It takes about a millisecond and stays on
    this thread: Pillow imports as it goes, and a native thread that waits for an
    import under way in a greenlet waits for ever.
    """
    from plugins.media import rendering  # noqa: PLC0415 - PERF: Pillow is 4 MB (18 ms) for a process that takes uploads

    try:
        size = rendering.header(head, decoder)
        if size is not None:
            rendering.check_size(*size, settings.image_pixels)
    except rendering.UnusableError as ex:
        raise UnusableFile(str(ex), reason=ex.reason) from ex


def draw(source: Path, decoder: str, target: Path, settings: MediaSettings) -> Result:
    """Return the variants of an image or of a page, written below `target`; raise UnusableFile."""
    order = {
        "source": str(source),
        "decoder": decoder,
        "target": str(target),
        "limits": {
            "pixels": settings.image_pixels,
            "frames": settings.animation_frames,
            "animation_pixels": settings.animation_pixels,
            "seconds": settings.processing_seconds,
            "memory": settings.processing_memory,
        },
    }
    found = _run(order, timeout=settings.processing_seconds * 2)
    if "reason" in found:
        raise UnusableFile(found["detail"], reason=found["reason"])
    renditions = {
        name: Rendition(**{**told, "path": Path(told["path"])}) for name, told in found["variants"].items()
    }
    return Result(renditions, found["width"], found["height"])


def stills(drawn: Result) -> dict[str, Rendition]:
    """Return what shows something that is no picture itself, by the names of its variants."""
    return {
        name: drawn.renditions[variant]
        for name, variant in (("poster", "large"), ("thumb400", "thumb400"), ("thumb300", "thumb300"))
    }


def _run(order: dict[str, Any], timeout: float) -> dict[str, Any]:
    """Run the script; one that was killed over its limits has met a file made for that."""
    try:
        done = subprocess.run(  # noqa: S603 - our own script, no shell
            [sys.executable, "-I", _SCRIPT],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as ex:
        raise UnusableFile("It takes too long to decode.", reason="too-slow") from ex
    if done.returncode == 0:
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
    log.warning("image_process_died", code=done.returncode, stderr=done.stderr[-2000:])
    if done.returncode > 0:
        raise RuntimeError(f"the image process ended with {done.returncode}: {done.stderr[-500:]}")
    raise UnusableFile("It takes too much time or memory to decode.", reason="too-slow")
