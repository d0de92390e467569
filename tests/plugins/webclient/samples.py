"""The files of the web client are everybody's."""

from __future__ import annotations

UNSCOPED = {
    "/app/files/{digest}/{name}": "the page's files are everybody's",
    "/app/{path}": "the page is the same for everybody",
}
