"""S3: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.s3.settings import S3Settings
from kernel import ConfigurationError, StorageBackend, hookimpl

if TYPE_CHECKING:
    from contrib.s3.store import S3Blobs
    from kernel import Application, Settings


@hookimpl
def register_settings() -> type[S3Settings]:
    return S3Settings


@hookimpl
def register_storage(settings: Settings) -> Sequence[StorageBackend]:
    return [StorageBackend("s3", _store)]


def _store(app: Application) -> S3Blobs:
    try:
        from contrib.s3.client import connected  # noqa: PLC0415 - the extra may be missing
    except ImportError as ex:
        raise ConfigurationError(f"s3 needs {ex.name}: pip install 'stoa[s3]'") from ex
    return connected(app)
