"""Pictures for demo data: drawn by program, the same on every machine.

Twenty-four of them serve hundreds of demo media: the files are stored once,
below a key of their own, and the media that show them only refer to them.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from colorsys import hsv_to_rgb
from random import Random
from typing import Any, Final
from uuid import UUID

from PIL import Image, ImageDraw, ImageFont, ImageOps

from kernel import BlobStore, app
from plugins.media import keys
from plugins.media.models import Medium

SUBJECTS: Final = (
    "Armchair",
    "Bicycle",
    "Bookshelf",
    "Camera",
    "Coffee maker",
    "Desk",
    "Garden bench",
    "Guitar",
    "Headphones",
    "Kettle",
    "Lamp",
    "Laptop",
    "Mirror",
    "Piano",
    "Plant",
    "Record player",
    "Rug",
    "Scooter",
    "Sewing machine",
    "Smartphone",
    "Sofa",
    "Telescope",
    "Tent",
    "Toolbox",
)
SIZE: Final = (1200, 900)
_SIZES: Final = {"file": SIZE, "thumb400": (400, 400), "thumb300": (300, 300)}
FOLDER: Final = f"{keys.ROOT}demo/"


def subject_of(number: int) -> str:
    """Return what demo picture `number` shows; the numbers go round."""
    return SUBJECTS[number % len(SUBJECTS)]


def draw(subject: str) -> Image.Image:
    """Return a picture with a subject's name: a gradient with discs, all from the name."""
    chance = Random(subject)  # noqa: S311 - the same picture each time is the point
    hue = chance.random()
    corners = ((0, 90), (0.08, 75), (0.16, 60), (0.3, 45))
    picture = _gradient([_colour(hue + shift, light) for shift, light in corners])
    veil = Image.new("RGBA", SIZE)
    pen = ImageDraw.Draw(veil)
    for _ in range(7):
        x, y, radius = chance.randrange(SIZE[0]), chance.randrange(SIZE[1]), chance.randrange(80, 320)
        tint = _colour(hue + chance.uniform(-0.2, 0.4), chance.randrange(55, 95))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*tint, 70))
    pen.text(
        (SIZE[0] // 2, SIZE[1] // 2), subject, font=ImageFont.load_default(110), anchor="mm",
        fill=(255, 255, 255, 235), stroke_width=2, stroke_fill=(30, 30, 40, 120),
    )  # fmt: skip
    return Image.alpha_composite(picture.convert("RGBA"), veil).convert("RGB")


def _colour(hue: float, lightness: int) -> tuple[int, int, int]:
    red, green, blue = hsv_to_rgb(hue % 1, 0.47, lightness / 100)
    return int(red * 255), int(green * 255), int(blue * 255)


def _gradient(corners: list[tuple[int, int, int]]) -> Image.Image:
    small = Image.new("RGB", (2, 2))
    small.putdata(corners)
    return small.resize(SIZE, Image.Resampling.BICUBIC)


def load(store: BlobStore, progress: Callable[[int, int], None]) -> None:
    """Draw and store the pictures that are not there yet: three files each."""
    for done, subject in enumerate(SUBJECTS, start=1):
        if not store.exists(_key(subject, "thumb300")):  # the last of a picture's files
            _store(store, subject)
        progress(done, len(SUBJECTS))


def _store(store: BlobStore, subject: str) -> None:
    picture = draw(subject)
    _put(store, _key(subject, "file"), picture, "JPEG", quality=85)
    for side in (400, 300):
        square = ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS)
        _put(store, _key(subject, f"thumb{side}"), square, "WEBP", quality=80)


def _put(store: BlobStore, key: str, picture: Image.Image, encoder: str, **options: Any) -> None:
    data = io.BytesIO()
    picture.save(data, encoder, **options)
    data.seek(0)
    store.put(key, data, f"image/{encoder.lower()}")


def _key(subject: str, variant: str) -> str:
    return f"{FOLDER}{subject.lower().replace(' ', '-')}/{variant}"


def add(wanted: Iterable[tuple[UUID, UUID, int]]) -> None:
    """Add demo media, public, ready and kept: `(medium's id, owner's id, number of the picture)`.

    They take nothing of the owners' quotas. Repeatable: known ids are left alone.
    """
    files = {subject: _files(subject) for subject in SUBJECTS}
    rows = [_row(media_id, owner_id, subject_of(number), files) for media_id, owner_id, number in wanted]
    if rows:
        Medium.insert_many(rows).on_conflict_ignore().execute()


def _files(subject: str) -> dict[str, Any]:
    """Return what a medium's `files` holds; the picture is small enough to be its own larger variants."""
    found = {}
    for variant, (width, height) in _SIZES.items():
        stat = app.blobs.stat(_key(subject, variant))
        found[variant] = {
            "key": stat.key, "content_type": stat.content_type, "size": stat.size,
            "width": width, "height": height,
        }  # fmt: skip
    return {**found, "large": found["file"], "jpeg": found["file"]}


def _row(media_id: UUID, owner_id: UUID, subject: str, files: dict[str, Any]) -> dict[str, Any]:
    now = app.clock.now()
    return {
        "id": media_id,
        "created_at": now,
        "updated_at": now,
        "owner_id": owner_id,
        "kind": "image",
        "status": "ready",
        "content_type": "image/jpeg",
        "filename": f"{subject.lower()}.jpg",
        "kept": True,
        "charged_bytes": 0,
        "width": SIZE[0],
        "height": SIZE[1],
        "files": files[subject],
    }
