"""The files of the welcome page are everybody's."""

from __future__ import annotations

UNSCOPED = {"/welcome/{digest}/{name}": "the page's files are everybody's"}
