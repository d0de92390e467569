"""Documents: hook implementations only."""

from __future__ import annotations

from kernel import hookimpl
from plugins.documents.settings import DocumentsSettings


@hookimpl
def register_settings() -> type[DocumentsSettings]:
    return DocumentsSettings
