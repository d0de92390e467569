"""boto3's clients, and the first look at the bucket."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from contrib.s3.faults import misconfigured
from contrib.s3.settings import S3Settings
from contrib.s3.store import S3Blobs
from kernel import ConfigurationError

if TYPE_CHECKING:
    from kernel import Application


def connected(app: Application) -> S3Blobs:
    """Return the store of `[s3]`; raise ConfigurationError when the bucket cannot be used."""
    settings = app.settings.of(S3Settings)
    check(settings)
    try:
        client = make_client(settings, settings.endpoint_url)
        client.head_bucket(Bucket=settings.bucket)
        signing = make_client(settings, settings.public_endpoint_url or settings.endpoint_url)
    except (BotoCoreError, ClientError, ValueError) as ex:
        raise misconfigured(ex, settings.bucket, settings.endpoint_url) from ex
    return S3Blobs(settings, client, signing, app.clock, timedelta(seconds=app.settings.storage.url_ttl))


def check(settings: S3Settings) -> None:
    """Raise ConfigurationError for settings that cannot be meant."""
    if not settings.bucket:
        raise ConfigurationError("s3.bucket is empty: name the bucket blobs are kept in")
    if bool(settings.access_key_id) != bool(settings.secret_access_key):
        raise ConfigurationError("s3: set both access_key_id and secret_access_key, or neither")
    if settings.prefix.startswith("/"):
        raise ConfigurationError("s3.prefix begins with a slash: write it as `shop/`")


def make_client(settings: S3Settings, endpoint_url: str) -> Any:
    """Return a client of one address. It may be shared by greenlets and threads."""
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": settings.addressing},
        connect_timeout=min(settings.timeout, 10),
        read_timeout=settings.timeout,
        retries={"total_max_attempts": settings.attempts, "mode": "standard"},
        max_pool_connections=50,
        # NOTE: R2, MinIO and older servers refuse the checksums boto3 adds by default since 1.36
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.session.Session().client(
        "s3",
        region_name=settings.region,
        endpoint_url=endpoint_url or None,
        aws_access_key_id=settings.access_key_id or None,
        aws_secret_access_key=settings.secret_access_key or None,
        config=config,
    )
