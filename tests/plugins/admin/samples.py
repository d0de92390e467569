"""The console and its files are everybody's: what is on them comes from the API."""

from __future__ import annotations

UNSCOPED = {
    "/admin/{page}": "the console is the same for everybody, whatever page it opens with",
    "/admin/assets/{digest}/{name}": "the console's files are everybody's",
}
