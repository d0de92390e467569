"""What S3 answers, as what callers of a blob store expect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from kernel import BlobNotFound, ConfigurationError, Unavailable

log = structlog.get_logger(__name__)

_ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_REMEDIES: Final = {
    "404": "no such bucket: create it or set s3.bucket",
    "NoSuchBucket": "no such bucket: create it or set s3.bucket",
    "403": "access denied: check s3.access_key_id, s3.secret_access_key and the bucket's policy",
    "InvalidAccessKeyId": "unknown key: check s3.access_key_id",
    "SignatureDoesNotMatch": "wrong secret: check s3.secret_access_key",
    "301": "the bucket is in another region: set s3.region",
    "400": "refused: check s3.region and the credentials",
}


def code_of(ex: ClientError) -> str:
    """Return S3's error code, such as `NoSuchKey`, or the status where it has no body."""
    return str(ex.response.get("Error", {}).get("Code", ""))


@contextmanager
def translated() -> Iterator[None]:
    """Raise BlobNotFound for a key that is not there, Unavailable when the store cannot be used now."""
    try:
        yield
    except ClientError as ex:
        if code_of(ex) in _ABSENT:
            raise BlobNotFound from ex
        log.warning("s3_refused", code=code_of(ex), operation=ex.operation_name)
        raise Unavailable("The file store refused; try again later.") from ex
    except BotoCoreError as ex:
        log.warning("s3_unreachable", error=str(ex))
        raise Unavailable("The file store cannot be reached; try again.") from ex


def misconfigured(ex: Exception, bucket: str, endpoint: str) -> ConfigurationError:
    """Return what an operator should do about a bucket that cannot be used at boot."""
    where = f"s3: bucket {bucket} at {endpoint or 'Amazon S3'}"
    if isinstance(ex, NoCredentialsError):
        return ConfigurationError(f"{where}: no credentials: set s3.access_key_id and s3.secret_access_key")
    if isinstance(ex, ClientError):
        code = code_of(ex)
        return ConfigurationError(f"{where}: {_REMEDIES.get(code, f'{ex} ({code})')}")
    return ConfigurationError(f"{where}: {ex}: check s3.endpoint_url and the network")
