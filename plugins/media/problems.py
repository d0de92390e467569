"""What can go wrong with media, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict, Gone, Invalid, TooLarge, UnsupportedMediaType


class UnknownFileType(UnsupportedMediaType):
    """The bytes are of no type that is taken here; the name and the announced type do not count.

    Extension: `taken`, the media types that are.
    """

    type, title = "unknown-file-type", "Files of this type are not taken"


class FileTooLarge(TooLarge):
    """The file is larger than files of its type may be: `limit` (bytes)."""

    type, title = "file-too-large", "The file is too large"


class QuotaExceeded(Conflict):
    """The file does not fit into what is left of your quota: `quota_bytes`; delete something first."""

    type, title = "quota-exceeded", "There is no room for this file"


class UnusableFile(Invalid):
    """The file cannot be processed; `reason` is one of those a failed medium has."""

    type, title = "unusable-file", "This file cannot be used"


class UploadExpired(Gone):
    """The upload took longer than its link lives: start again."""

    type, title = "upload-expired", "This upload is over"


class UploadMissing(Conflict):
    """Nothing was written to the upload's URL yet, or not the announced number of bytes."""

    type, title = "upload-missing", "The file has not arrived"


class MediaNotReady(Conflict):
    """The medium is still processed; ask again in a moment."""

    type, title = "media-not-ready", "This medium is not ready yet"


class MediaInUse(Conflict):
    """Something shows this medium; take it out there first."""

    type, title = "media-in-use", "This medium is in use"


class MediaGone(Conflict):
    """The medium was deleted meanwhile: upload it again."""

    type, title = "media-gone", "This medium is no more"
