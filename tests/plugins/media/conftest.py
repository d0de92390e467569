"""Files to upload, forms to upload them with, and what became of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from kernel.testing import Answer, Client

BOUNDARY = "stoa-test-boundary"


def encoded(picture: Image.Image, encoder: str = "JPEG", **options: Any) -> bytes:
    """Return a picture as a file."""
    data = io.BytesIO()
    picture.save(data, encoder, **options)
    return data.getvalue()


def photograph(width: int = 640, height: int = 480, encoder: str = "JPEG", **options: Any) -> bytes:
    """Return a small picture with something on it."""
    return encoded(Image.radial_gradient("L").resize((width, height)).convert("RGB"), encoder, **options)


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def part(name: str, content: bytes, filename: str | None = None, content_type: str = "") -> bytes:
    """Return one part of a form."""
    named = f'; filename="{filename}"' if filename is not None else ""
    head = f'Content-Disposition: form-data; name="{name}"{named}\r\n'
    typed = f"Content-Type: {content_type}\r\n" if content_type else ""
    return f"--{BOUNDARY}\r\n{head}{typed}\r\n".encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    """Return a whole form."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def send(client: Client, body: bytes, **headers: str) -> Answer:
    """Post a form."""
    typed = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", **headers}
    return client.post("/v1/media", body=body, headers=typed)


def upload(client: Client, content: bytes, filename: str = "photo.jpg", **fields: str) -> Answer:
    """Upload one file."""
    others = [part(name, value.encode()) for name, value in fields.items()]
    return send(client, form(*others, part("file", content, filename, "image/jpeg")))


@pytest.fixture
def ann(client) -> Client:
    """Return a client signed in as Ann."""
    return client.as_user()


@pytest.fixture
def ben(client) -> Client:
    """Return a client signed in as Ben."""
    return client.as_user()


@pytest.fixture
def ready(work) -> Callable[..., dict[str, Any]]:
    """Upload a file, have it processed and return the medium as its owner sees it."""

    def make(client: Client, content: bytes | None = None, filename: str = "photo.jpg", **fields: str) -> Any:
        made = upload(client, content or photograph(), filename, **fields)
        assert made.status == 201, made.text
        work()
        return client.get(f"/v1/media/{made.json['id']}").json

    return make


@pytest.fixture
def usage() -> Callable[[Client], tuple[int, int]]:
    """Return what a client's media and uploads take: `(used, reserved)` bytes."""

    def read(client: Client) -> tuple[int, int]:
        told = client.get("/v1/media/usage").json
        return told["used_bytes"], told["reserved_bytes"]

    return read


@pytest.fixture
def blobs(app) -> Callable[[], list[str]]:
    """Return the keys of the media's files."""
    return lambda: [stat.key for stat in app.blobs.list("media/")]


@pytest.fixture(autouse=True)
def _no_files_left(app):
    """Empty the blob store after each test: the application is shared."""
    yield
    for stat in list(app.blobs.list("media/")):
        app.blobs.delete(stat.key)
