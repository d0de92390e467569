"""What is made of one image, or of a document's first page, in a process of its own.

Run as a script (`python -I rendering.py`), it reads an order from standard
input, writes the variants as files and tells about them on standard output, all
JSON. It imports nothing of Stoa. A process of its own, because decoders work on
what strangers send: its address space and processor time are limited by the
kernel, a crash of a codec ends nothing else, and no request waits for the GIL.

Every variant is drawn anew from pixels: no metadata, no trailing bytes, no
second format hidden in the file survives.

    {"source": path, "decoder": "JPEG", "target": directory, "limits": {…}}
    → {"width", "height", "variants": {"file": {"path", "content_type", "width", "height", "size"}, …}}
    → {"reason": "broken", "detail": "…"}
"""

from __future__ import annotations

import io
import json
import resource
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps, ImageSequence, PngImagePlugin

LONGEST_SIDE: Final = 4096
LARGE_SIDE: Final = 1600
PDF: Final = "PDF"
"""The decoder of documents; all others are Pillow's."""
ANIMATED_SIDE: Final = 1024
THUMBNAILS: Final = (400, 300)
_MIDDLE: Final = (0.5, 0.5)
_TOP: Final = (0.5, 0.0)  # of a page: there its title stands
_LOSSLESS: Final = frozenset({"PNG", "GIF"})
# APPSEC: compressed text of a PNG is unpacked as its header is read; Pillow allows 64 MiB
PngImagePlugin.MAX_TEXT_MEMORY = 1024 * 1024
_SRGB: Final = ImageCms.createProfile("sRGB")


class UnusableError(Exception):
    """The image cannot be used; `reason` is the slug its owner gets."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """Bounds of one image: see the settings of the same names."""

    pixels: int
    frames: int
    animation_pixels: int
    seconds: int
    memory: int


_BOMB: Final = "The picture has more pixels than are decoded: make it smaller."


def check_size(width: int, height: int, pixels: int) -> None:
    """Raise UnusableError when an image would decode to more than `pixels`."""
    if width * height > pixels:
        raise UnusableError("too-many-pixels", f"{width}×{height} pixels; at most {pixels} are decoded.")


def header(head: bytes, decoder: str) -> tuple[int, int] | None:
    """Return width and height told by an image's beginning; None when it takes more to tell."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(head), formats=[decoder]) as image:
                return image.size
        except Image.DecompressionBombError as ex:
            raise UnusableError("too-many-pixels", _BOMB) from ex
        except (OSError, SyntaxError, ValueError, IndexError, EOFError, OverflowError):
            return None


def render(source: Path, decoder: str, target: Path, limits: Limits) -> dict[str, Any]:
    """Write the variants of an image below `target`; return what they are. Raises UnusableError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # bombs are measured below; the rest is about metadata
        try:
            with Image.open(source, formats=[decoder]) as image:
                check_size(*image.size, limits.pixels)
                animated = _is_animated(image, limits)
                return _variants(image, decoder, target, animated=animated)
        except Image.DecompressionBombError as ex:
            raise UnusableError("too-many-pixels", _BOMB) from ex
        except MemoryError as ex:
            raise UnusableError("too-much-memory", "It takes more memory to decode than is allowed.") from ex
        except (OSError, SyntaxError, ValueError, IndexError, EOFError, OverflowError) as ex:
            raise UnusableError("broken", f"The image is damaged or cut short: {ex}") from ex


def _is_animated(image: Image.Image, limits: Limits) -> bool:
    """Tell whether there is a second frame; refuse more than the limits allow.

    Seeking decodes, so it goes no further than the first frame too many: what
    this costs is bounded by the limits, not by the file.
    """
    if not getattr(image, "is_animated", False):
        return False
    allowed = max(1, min(limits.frames, limits.animation_pixels // (image.width * image.height)))
    try:
        image.seek(allowed)
    except EOFError:
        image.seek(0)
        return True
    raise UnusableError("too-many-frames", f"An image of this size may have {allowed} frames.")


def preview(source: Path, target: Path) -> dict[str, Any]:
    """Write stills of a document's first page below `target`; return what they are. Raises UnusableError."""
    import pypdfium2  # noqa: PLC0415 - PERF: images do without its library

    try:
        page = pypdfium2.PdfDocument(source)[0]
        longest = max(page.get_size())
        if longest <= 0:
            raise UnusableError("broken", "The first page has no size.")
        picture = page.render(scale=LARGE_SIDE / longest).to_pil().convert("RGB")
    except (pypdfium2.PdfiumError, IndexError, ValueError, OSError) as ex:
        raise UnusableError("broken", f"The document cannot be read: {ex}") from ex
    except MemoryError as ex:
        raise UnusableError("too-much-memory", "It takes more memory to draw than is allowed.") from ex
    return {"width": 0, "height": 0, "variants": _stills(picture, target, centre=_TOP)}


def _stills(large: Image.Image, target: Path, *, centre: tuple[float, float] = _MIDDLE) -> dict[str, Any]:
    """Save a picture and its thumbnails, which are cut around `centre`."""
    made = {"large": _save(large, target, "large", "WEBP", quality=80, method=4)}
    thumbnail = large
    for side in THUMBNAILS:
        thumbnail = ImageOps.fit(thumbnail, (side, side), Image.Resampling.LANCZOS, centering=centre)
        made[f"thumb{side}"] = _save(thumbnail, target, f"thumb{side}", "WEBP", quality=80, method=4)
    return made


def _variants(image: Image.Image, decoder: str, target: Path, *, animated: bool) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if animated:
        made["file"] = _animation(image, target)
        image.seek(0)
    elif decoder == "JPEG":
        # PERF: libjpeg decodes at half, quarter or eighth size
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    picture = _picture(image)
    full = _within(picture, LONGEST_SIDE)
    if not animated:
        made["file"] = _keep(full, decoder, target)
    large = _within(full, LARGE_SIDE)
    made["jpeg"] = _save(_opaque(large), target, "jpeg", "JPEG", quality=82, progressive=True, optimize=True)
    made.update(_stills(large, target))
    return {"width": made["file"]["width"], "height": made["file"]["height"], "variants": made}


def _picture(image: Image.Image) -> Image.Image:
    """Return the image upright, in sRGB, as RGB or RGBA, without anything but pixels."""
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    see_through = upright.has_transparency_data
    if upright.mode.startswith(("I", "F")):
        upright = _eight_bits(upright)
    converted = _in_srgb(upright, profile, see_through=see_through)
    result = converted.convert("RGBA" if see_through else "RGB")
    result.info.clear()
    return result


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a picture of deeper greys scaled to 8 bits; `convert` would clip it to white."""
    scale = 255 / 65535 if image.mode != "F" else 1.0
    return image.convert("F").point(lambda value: value * scale).convert("L")


def _in_srgb(image: Image.Image, profile: bytes | None, *, see_through: bool) -> Image.Image:
    """Return the image in sRGB; one whose profile cannot be read is taken to be in it."""
    if not profile or image.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return image
    output = "RGBA" if see_through and image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode=output) or image
    except (ImageCms.PyCMSError, OSError):
        return image


def _keep(picture: Image.Image, decoder: str, target: Path) -> dict[str, Any]:
    """Save the whole picture in its own format's kind: lossless as PNG, else JPEG, or WebP with alpha."""
    if decoder in _LOSSLESS:
        return _save(picture, target, "file", "PNG", compress_level=6)
    if decoder == "JPEG":
        return _save(_opaque(picture), target, "file", "JPEG", quality=90, progressive=True, optimize=True)
    return _save(picture, target, "file", "WEBP", quality=90, method=4)


def _animation(image: Image.Image, target: Path) -> dict[str, Any]:
    """Save all frames as an animated WebP, smaller if they are large."""
    durations: list[int] = []

    def frames() -> Iterator[Image.Image]:
        for frame in ImageSequence.Iterator(image):
            durations.append(max(20, int(frame.info.get("duration", 100))))
            yield _within(frame.convert("RGBA"), ANIMATED_SIDE)

    drawn = list(frames())
    return _save(
        drawn[0], target, "file", "WEBP",
        save_all=True, append_images=drawn[1:], duration=durations, loop=int(image.info.get("loop", 0)),
        quality=75, method=2,
    )  # fmt: skip


def _within(picture: Image.Image, side: int) -> Image.Image:
    """Return the picture with no side longer than `side`; itself when it fits."""
    if max(picture.size) <= side:
        return picture
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _opaque(picture: Image.Image) -> Image.Image:
    """Return the picture on white, for formats without transparency."""
    if picture.mode == "RGB":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _save(picture: Image.Image, target: Path, name: str, encoder: str, **options: Any) -> dict[str, Any]:
    path = target / name
    picture.save(path, encoder, **options)
    return {
        "path": str(path),
        "content_type": f"image/{encoder.lower()}",
        "width": picture.width,
        "height": picture.height,
        "size": path.stat().st_size,
    }


def _confine(limits: Limits) -> None:
    """Let the kernel bound this process, whatever a codec does."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return work()
    except UnusableError as ex:
        return {"reason": ex.reason, "detail": str(ex)}


def main() -> None:
    """Do the one order on standard input."""
    order = json.load(sys.stdin)
    limits = Limits(**order["limits"])
    _confine(limits)
    Image.MAX_IMAGE_PIXELS = limits.pixels
    source, target, decoder = Path(order["source"]), Path(order["target"]), order["decoder"]
    found = _answer(
        lambda: preview(source, target) if decoder == PDF else render(source, decoder, target, limits)
    )
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
