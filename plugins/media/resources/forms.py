"""The multipart form of an upload (RFC 7578), read as it arrives."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final
from uuid import UUID

from falcon.media import MultipartFormHandler
from falcon.media.multipart import BodyPart, MultipartForm, MultipartParseOptions

from kernel import BadRequest, Request, TooLarge, app, invalid
from plugins.media import formats
from plugins.media.filenames import clean_filename
from plugins.media.models import Medium
from plugins.media.schemas import VISIBILITIES
from plugins.media.services import intake
from plugins.media.settings import MediaSettings

FRAMING: Final = 64 * 1024
"""Bytes a form may have beside its file: boundaries, headers, the other fields."""

LARGEST_FORM: Final = (1 << 30) + FRAMING
"""No setting allows larger files; what the settings do allow is checked in `receive`."""

_CHOICES: Final = {"visibility": VISIBILITIES, "keep": ("true", "false")}
_BOOLEAN: Final = {"true": True, "false": False}


def _handler() -> MultipartFormHandler:
    options = MultipartParseOptions()
    options.max_body_part_count = 8
    options.max_body_part_buffer_size = 256
    return MultipartFormHandler(options)


_HANDLER: Final = _handler()


def receive(req: Request, owner_id: UUID) -> Medium:
    """Store the form's one file and return its medium.

    The file is stored as it comes, the medium made when the form has ended as it
    should: a connection that breaks leaves nothing behind.
    """
    most = formats.largest(app.settings.of(MediaSettings)) + FRAMING
    announced = req.content_length
    if announced is not None and announced > most:
        raise TooLarge(f"At most {most} bytes are taken here.")
    form = _HANDLER.deserialize(
        req.stream, req.content_type, LARGEST_FORM if announced is None else announced
    )
    try:
        return _receive(form, owner_id, announced)
    except UnicodeDecodeError as ex:  # falcon reads the headers of parts with `decode`
        raise BadRequest("The headers of a part are not UTF-8.") from ex


def _receive(form: MultipartForm, owner_id: UUID, announced: int | None) -> Medium:
    arrival, filename, chosen = None, "", {"visibility": "public", "keep": "false"}
    with ExitStack() as held:
        for part in form:
            if part.name in _CHOICES:
                chosen[part.name] = _choice(part, part.name)
            elif part.name != "file" or arrival is not None:
                raise invalid(
                    f"/{clean_filename(part.name or '')}", "Send one `file`, `visibility` and `keep`."
                )
            else:
                filename = clean_filename(part.filename or "")
                arrival = held.enter_context(intake.arriving(owner_id, part.stream, announced))
        if arrival is None:
            raise invalid("/file", "Send a file.")
        return intake.accept(
            arrival.upload, arrival.format, arrival.size, sha256=arrival.sha256, filename=filename,
            visibility=chosen["visibility"], kept=_BOOLEAN[chosen["keep"]],
        )  # fmt: skip


def _choice(part: BodyPart, name: str) -> str:
    value = part.get_data().decode()
    if value not in _CHOICES[name]:
        raise invalid(f"/{name}", f"One of {', '.join(_CHOICES[name])}.")
    return value
