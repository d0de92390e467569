"""The page's own files: style, scripts, the mark. Nothing comes from another origin."""

from __future__ import annotations

from typing import Final

from kernel.http.static import AssetFolder

FOLDER: Final = AssetFolder("plugins.welcome")
assets = FOLDER.files
version = FOLDER.version
