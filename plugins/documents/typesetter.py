"""Documents become PDF in a process of their own, so that no request waits for a font.

Setting a page is a quarter of a second of pure Python; in a thread it would share
the interpreter with the hub. The process ends by itself at the limits of the settings.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from itertools import islice
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final

import structlog

from kernel import Unavailable, app
from plugins.documents.blocks import Block, Document, Table
from plugins.documents.settings import DocumentsSettings

log = structlog.get_logger(__name__)

MEDIA_TYPE: Final = "application/pdf"
_SCRIPT: Final = str(Path(__file__).with_name("typesetting.py"))
_LONGEST: Final = 2000
"""Characters of one text; what is beyond is left out with an ellipsis."""


def typeset(document: Document) -> bytes:
    """Return a document as PDF/A-2u; raise Unavailable when it is too large, or too many wait.

    Call it outside a transaction: it takes its time, and the connection is given back.
    """
    assert not app.db.in_transaction(), "a document is not set inside a transaction"
    app.db.release()
    settings = app.settings.of(DocumentsSettings)
    order = {
        "title": document.title,
        "language": document.language,
        "author": document.author,
        "footer": document.footer,
        "made_at": document.made_at.timestamp(),
        "blocks": [_told(block, settings.rows) for block in document.blocks],
        "page_format": settings.page_format,
        "fonts": settings.fonts,
        "limits": {"seconds": settings.seconds, "memory": settings.memory},
    }
    with _turn(settings):
        return _run(json.dumps(_bounded(order)), settings.seconds * 2)


def _told(block: Block, most: int) -> dict[str, Any]:
    told = asdict(block) | {"kind": type(block).__name__}
    if isinstance(block, Table) and len(block.rows) > most:
        told["rows"] = list(islice(told["rows"], most))
        told["left"] = len(block.rows) - most
    return told


def _bounded(value: Any) -> Any:
    """Return a value with its texts no longer than a page can bear."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
    if isinstance(value, dict):
        return {key: _bounded(each) for key, each in value.items()}
    return [_bounded(each) for each in value] if isinstance(value, list | tuple) else value


@cache
def _turns(at_once: int) -> BoundedSemaphore:
    return BoundedSemaphore(at_once)


@contextmanager
def _turn(settings: DocumentsSettings) -> Iterator[None]:
    """Wait for one of the places there are to set documents."""
    turns = _turns(settings.at_once)
    if not turns.acquire(timeout=settings.seconds):
        raise _later("Many documents are being made; ask again in a while.", 10)
    try:
        yield
    finally:
        turns.release()


def _run(order: str, timeout: float) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own script, no shell
            [sys.executable, "-P", "-s", _SCRIPT],
            input=order.encode(),
            capture_output=True,
            timeout=timeout,
            check=False,
            env={"PYTHONHASHSEED": "0"},  # sets come in one order: the same document, the same bytes
        )
    except subprocess.TimeoutExpired as ex:
        raise _too_large() from ex
    if done.returncode == 0:
        return done.stdout
    told = done.stderr[-2000:].decode(errors="replace")
    log.warning("document_process_died", code=done.returncode, stderr=told)
    if done.returncode > 0 and "MemoryError" not in told:
        raise RuntimeError(f"the document process ended with {done.returncode}: {told[-500:]}")
    raise _too_large()


def _too_large() -> Unavailable:
    return _later("This document takes too much time or memory to be made.", 60)


def _later(told: str, seconds: int) -> Unavailable:
    return Unavailable(told, headers={"Retry-After": str(seconds)})
