"""Draw the pictures of the demo data.

Apart from `demo_images`, so that a process that serves them need not hold Pillow.
"""

from __future__ import annotations

import io
from colorsys import hsv_to_rgb
from random import Random
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps


def files(subject: str, size: tuple[int, int]) -> dict[str, tuple[io.BytesIO, str]]:
    """Return a picture and its thumbnails by variant, the smallest last: bytes and content type."""
    picture = draw(subject, size)
    found = {"file": _encoded(picture, "JPEG", quality=85)}
    for side in (400, 300):
        square = ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS)
        found[f"thumb{side}"] = _encoded(square, "WEBP", quality=80)
    return found


def draw(subject: str, size: tuple[int, int]) -> Image.Image:
    """Return a picture with a subject's name: a gradient with discs, all from the name."""
    chance = Random(subject)  # noqa: S311 - the same picture each time is the point
    hue = chance.random()
    corners = ((0, 90), (0.08, 75), (0.16, 60), (0.3, 45))
    picture = _gradient([_colour(hue + shift, light) for shift, light in corners], size)
    veil = Image.new("RGBA", size)
    pen = ImageDraw.Draw(veil)
    for _ in range(7):
        x, y, radius = chance.randrange(size[0]), chance.randrange(size[1]), chance.randrange(80, 320)
        tint = _colour(hue + chance.uniform(-0.2, 0.4), chance.randrange(55, 95))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*tint, 70))
    pen.text(
        (size[0] // 2, size[1] // 2), subject, font=ImageFont.load_default(110), anchor="mm",
        fill=(255, 255, 255, 235), stroke_width=2, stroke_fill=(30, 30, 40, 120),
    )  # fmt: skip
    return Image.alpha_composite(picture.convert("RGBA"), veil).convert("RGB")


def _colour(hue: float, lightness: int) -> tuple[int, int, int]:
    red, green, blue = hsv_to_rgb(hue % 1, 0.47, lightness / 100)
    return int(red * 255), int(green * 255), int(blue * 255)


def _gradient(corners: list[tuple[int, int, int]], size: tuple[int, int]) -> Image.Image:
    small = Image.new("RGB", (2, 2))
    small.putdata(corners)
    return small.resize(size, Image.Resampling.BICUBIC)


def _encoded(picture: Image.Image, encoder: str, **options: Any) -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    picture.save(data, encoder, **options)
    data.seek(0)
    return data, f"image/{encoder.lower()}"
