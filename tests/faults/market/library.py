"""What one person uploads: pictures in one request, documents straight to the store; and what they delete."""

from __future__ import annotations

import hashlib
import io
from typing import Final
from urllib.parse import urlsplit

from PIL import Image

from tests.faults.market.people import Disappointed, Person
from tests.faults.market.record import Uploaded

QUOTA: Final = 150_000
"""Bytes a person may have uploaded in a run: some ten files."""
PDF: Final = "application/pdf"
_EDGE: Final = "end-of-part-7f3a"
_FORM: Final = (
    f"--{_EDGE}\r\n"
    'Content-Disposition: form-data; name="file"; filename="chair.png"\r\n'
    "Content-Type: image/png\r\n\r\n"
)


class Library:
    """One person's files."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.pictures: list[str] = []
        self.documents: list[str] = []

    def picture(self) -> str:
        """Upload a picture for everybody; return its id, empty when there is no room for it.

        Asked again, it is another medium: a form has no key. One nobody was told of is nobody's matter.
        """
        person = self.person
        side = person.dice.randint(40, 90)
        drawn = io.BytesIO()
        Image.frombytes("RGB", (side, side), person.dice.randbytes(3 * side * side)).save(drawn, "PNG")
        body = _FORM.encode() + drawn.getvalue() + f"\r\n--{_EDGE}--\r\n".encode()
        form = f"multipart/form-data; boundary={_EDGE}"
        sent = person.ask("POST", "/v1/media", body=body, content_type=form)
        made = person.done(sent, "uploading a picture", "quota-exceeded")
        if made is None:
            return ""
        self._told(made["id"], drawn.getvalue(), redrawn=True)
        self.pictures.append(made["id"])
        return str(made["id"])

    def document(self) -> str:
        """Write a document for oneself to the store; return its id, empty when there is no room for it."""
        person = self.person
        written = b"%PDF-1.4\n" + person.dice.randbytes(person.dice.randint(2_000, 40_000))
        said = {
            "filename": "plan.pdf", "content_type": PDF, "size": len(written), "visibility": "private",
        }  # fmt: skip
        begun = person.post("/v1/media/uploads", said, "quota-exceeded")
        if begun is None:
            return ""
        where = urlsplit(begun["url"])
        put = person.ask("PUT", f"{where.path}?{where.query}", body=written, content_type=PDF, anonymous=True)
        person.done(put, "writing a document")
        person.post(f"/v1/media/uploads/{begun['id']}/complete")
        self._told(begun["id"], written, redrawn=False)
        self.documents.append(begun["id"])
        return str(begun["id"])

    def _told(self, medium: str, written: bytes, *, redrawn: bool) -> None:
        digest = hashlib.sha256(written).hexdigest()
        self.person.record.media[medium] = Uploaded(self.person.id, len(written), digest, redrawn)

    def ready(self, medium: str) -> bool:
        """Wait until a medium can be used; record it when it never can."""
        found = self.person.until(f"/v1/media/{medium}", lambda one: one["status"] != "processing")
        if found["status"] != "ready":
            self.person.record.surprise(f"medium {medium} is {found['status']}: {found['reason']}")
        return bool(found["status"] == "ready")

    def tidy(self) -> None:
        """Delete a file, unless something shows it."""
        mine = self.pictures + self.documents
        if not mine:
            return
        person, medium = self.person, self.person.dice.choice(mine)
        answer = person.ask("DELETE", f"/v1/media/{medium}")
        if answer.status == 404 and person.retried:  # it was deleted, and nobody heard the answer
            gone: object = True
        else:
            gone = person.done(answer, f"DELETE medium {medium}", "media-in-use")
        if gone is not None:
            of = self.pictures if medium in self.pictures else self.documents
            of.remove(medium)
            del person.record.media[medium]
            person.record.deleted.add(medium)

    def look(self) -> None:
        """Read all of one's files and one's room, for the record."""
        person = self.person
        for medium in [*self.pictures, *self.documents]:
            try:
                shown = person.get(f"/v1/media/{medium}")
                where = urlsplit(shown["url"])
                read = person.ask("GET", f"{where.path}?{where.query}")
            except Disappointed:
                continue
            digest = hashlib.sha256(read.body).hexdigest() if read.status == 200 else ""
            person.record.read[medium] = (len(read.body), digest)
        person.record.room[person.id] = person.get("/v1/media/usage")["used_bytes"]
