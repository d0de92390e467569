"""Documents: kept as they came, with a still of the first page of a PDF.

It is drawn by PDFium, built without JavaScript, in the process that draws images
(`rendering`). Office documents have none: only an office suite can draw them.
"""

from __future__ import annotations

from pathlib import Path

import structlog

from plugins.media.formats import Format
from plugins.media.pictures import Rendition, Result, draw, stills
from plugins.media.problems import UnusableFile
from plugins.media.settings import MediaSettings

log = structlog.get_logger(__name__)


def prepare(source: Path, format: Format, target: Path, settings: MediaSettings) -> Result:
    """Return the document and, if it can be drawn, stills of its first page.

    One that cannot, because it takes a password or is damaged, is a document all the same.
    """
    kept = {"file": Rendition(source, format.content_type, size=source.stat().st_size)}
    if not format.decoder:
        return Result(kept)
    try:
        return Result({**kept, **stills(draw(source, format.decoder, target, settings))})
    except UnusableFile as ex:
        log.info("document_without_still", reason=ex.extensions.get("reason"), detail=ex.detail)
        return Result(kept)
