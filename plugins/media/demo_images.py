"""Pictures for demo data: drawn by program, the same on every machine.

Twenty-four of them serve hundreds of demo media: the files are stored once,
below a key of their own, and the media that show them only refer to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

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


def load(store: BlobStore, progress: Callable[[int, int], None]) -> None:
    """Draw and store the pictures that are not there yet: three files each."""
    for done, subject in enumerate(SUBJECTS, start=1):
        if not store.exists(_key(subject, "thumb300")):  # the last of a picture's files
            _store(store, subject)
        progress(done, len(SUBJECTS))


def _store(store: BlobStore, subject: str) -> None:
    from plugins.media import demo_drawing  # noqa: PLC0415 - PERF: Pillow is 4 MB that no request needs

    for variant, (data, content_type) in demo_drawing.files(subject, SIZE).items():
        store.put(_key(subject, variant), data, content_type)


def _key(subject: str, variant: str) -> str:
    return f"{FOLDER}{subject.lower().replace(' ', '-')}/{variant}"


def add(wanted: Iterable[tuple[UUID, UUID, int]], *, private: bool = False) -> None:
    """Add demo media, ready and kept: `(medium's id, owner's id, number of the picture)`.

    They take nothing of the owners' quotas. Repeatable: known ids are left alone.
    """
    files = {subject: _files(subject) for subject in SUBJECTS}
    rows = [_row(media_id, owner_id, subject_of(number), files) for media_id, owner_id, number in wanted]
    if rows and private:
        rows = [row | {"visibility": "private"} for row in rows]
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
