"""Documents: stills of a PDF's first page, and documents all the same without them."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from tests.plugins.media.conftest import PDF

PLUGINS = ("media",)
RED, BLUE = (255, 0, 0), (0, 0, 255)


def assembled(*objects: str) -> bytes:
    """Return a PDF of these objects, numbered from 1; the first is its catalogue."""
    text, offsets = "%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        offsets.append(len(text))
        text += f"{number} 0 obj\n{one}\nendobj\n"
    entries = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    return (
        f"{text}xref\n0 {size}\n0000000000 65535 f \n{entries}"
        f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(text)}\n%%EOF\n"
    ).encode()


def stream(content: str, entries: str = "") -> str:
    return f"<< {entries} /Length {len(content)} >>\nstream\n{content}\nendstream"


def page(box: str, content: str, resources: str = "") -> tuple[str, str, str, str]:
    """Return the objects 1 to 4 of a PDF of one page; `content` draws on it."""
    return (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R /Resources << {resources} >> >>",
        stream(content),
    )


def endless() -> bytes:
    """Return a page of which each form draws the next ten times: ten to the twelfth squares."""
    depth, call = 12, "/F Do " * 10
    forms = [
        stream(call, f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] "
               f"/Resources << /XObject << /F {number + 1} 0 R >> >>")
        for number in range(5, 5 + depth)
    ]  # fmt: skip
    last = stream("0 0 9 9 re f", "/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    return assembled(*page("0 0 200 200", call, "/XObject << /F 5 0 R >>"), *forms, last)


TALL = assembled(*page("0 0 200 600", "1 0 0 rg 0 300 200 300 re f 0 0 1 rg 0 0 200 300 re f"))
"""A page whose upper half is red and whose lower half is blue."""


def locked(content: bytes) -> bytes:
    """Return a PDF that opens with a password only."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt("secret", algorithm="RC4-128")
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


@pytest.fixture
def picture(client):
    """Return a variant of a medium as a picture."""

    def make(medium, variant):
        got = client.get(medium["files"][variant]["url"])
        assert "content-disposition" not in got.headers  # it may be shown
        return Image.open(io.BytesIO(got.body))

    return make


def alike(colour, wanted) -> bool:
    return all(abs(one - other) < 30 for one, other in zip(colour, wanted, strict=True))


def test_a_pdf_shows_its_first_page_and_stays_what_it_is(ann, client, ready, picture):
    medium = ready(ann, TALL, "Lease.pdf")

    poster = picture(medium, "poster").convert("RGB")
    assert (medium["type"], medium["status"]) == ("document", "ready")
    assert set(medium["files"]) == {"file", "poster", "thumb400", "thumb300"}
    assert max(poster.size) == 1600
    assert alike(poster.getpixel((poster.width // 2, 100)), RED)
    assert alike(poster.getpixel((poster.width // 2, 1500)), BLUE)
    assert client.get(medium["url"]).body == TALL


def test_its_thumbnails_show_the_top_of_the_page(ann, ready, picture):
    medium = ready(ann, TALL, "Lease.pdf")

    for side in (400, 300):
        thumbnail = picture(medium, f"thumb{side}").convert("RGB")
        assert thumbnail.size == (side, side)
        assert alike(thumbnail.getpixel((side // 2, side - 10)), RED)
    assert medium["thumbnail_url"].endswith("/thumb400")


@pytest.mark.parametrize("box", ["0 0 9000000 9000000", "0 0 0.01 20000"], ids=["huge", "a line"])
def test_a_page_of_any_size_is_drawn_in_the_same_room(ann, ready, picture, box):
    medium = ready(ann, assembled(*page(box, "1 0 0 rg 0 0 9000000 9000000 re f")), "Plan.pdf")

    assert max(picture(medium, "poster").size) <= 1600


@pytest.mark.parametrize("content", [PDF, locked(TALL), TALL[:150]], ids=["no page", "locked", "cut short"])
def test_what_cannot_be_drawn_is_a_document_without_a_still(ann, client, ready, content):
    medium = ready(ann, content, "Lease.pdf")

    assert (medium["status"], medium["thumbnail_url"]) == ("ready", "")
    assert set(medium["files"]) == {"file"}
    assert client.get(medium["url"]).body == content


def test_a_page_made_to_exhaust_its_reader_is_given_up_and_the_document_kept(ann, client, ready):
    medium = ready(ann, endless(), "Bomb.pdf")

    assert (medium["status"], set(medium["files"])) == ("ready", {"file"})


def test_a_private_documents_page_is_its_owners(ann, ben, client, ready):
    medium = ready(ann, TALL, "Passport.pdf", visibility="private")

    path = f"/v1/media/{medium['id']}/poster"
    assert ann.get(path).status == 200
    assert ben.get(path).status == client.get(path).status == 404
