"""The HTTP surface of media: parse, call, respond."""

from __future__ import annotations

from kernel import Route
from plugins.media.resources.files import FILES
from plugins.media.resources.library import LIBRARY
from plugins.media.resources.uploads import UPLOADS

ROUTES: tuple[Route, ...] = (*LIBRARY, *UPLOADS, *FILES)
