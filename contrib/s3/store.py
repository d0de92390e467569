"""A `BlobStore` in an S3 bucket, on boto3.

Small content is one PUT; larger content is a multipart upload of which one part
is held in memory at a time, and which is aborted when anything goes wrong, so a
blob is whole or absent here too. boto3's transfer manager is not used: it reads
ahead with threads of its own and keeps what a broken stream left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from contrib.s3.faults import translated
from contrib.s3.settings import S3Settings
from kernel import BlobNotFound, BlobStat, BlobTruncated, Clock, Unavailable
from kernel.storage.blobs import CHUNK, Content, checked_key, chunks

LARGEST_EXPIRY: Final = timedelta(days=7)
"""Signature Version 4 allows no longer."""


class S3Reader:
    """The bytes of an object from here to there; closes at the end or on `close`."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with translated():
            chunk: bytes = self._body.read(CHUNK) if self._body is not None else b""
        if not chunk:
            self.close()
            raise StopIteration
        return chunk

    def close(self) -> None:
        """Let go of the connection; nothing happens the second time."""
        body, self._body = self._body, None
        if body is not None:
            body.close()


class S3Blobs:
    """Blobs as objects of one bucket, below a prefix."""

    def __init__(
        self, settings: S3Settings, client: Any, signing_client: Any, clock: Clock, url_ttl: timedelta
    ) -> None:
        """Take boto3's clients: one that talks to the bucket, one that signs for its public address."""
        self._settings, self._client, self._signing = settings, client, signing_client
        self._clock, self._url_ttl = clock, url_ttl

    def put(self, key: str, stream: Content, content_type: str, size: int | None = None) -> BlobStat:
        """Write a blob; see `BlobStore.put`."""
        place = self._place(key)
        parts = _Parts(chunks(stream), self._settings.part_bytes)
        first = parts.take()
        if len(first) < self._settings.part_bytes:
            _check(len(first), size)
            with translated():
                self._client.put_object(**place, Body=first, ContentType=content_type)
        else:
            self._put_in_parts(place, parts, first, content_type, size)
        return self.stat(key)

    def _put_in_parts(
        self, place: dict[str, str], parts: _Parts, part: bytes, content_type: str, size: int | None
    ) -> None:
        with translated():
            begun = self._client.create_multipart_upload(**place, ContentType=content_type)
        upload = {**place, "UploadId": begun["UploadId"]}
        try:
            made: list[dict[str, Any]] = []
            written = 0
            while part:
                made.append(self._put_part(upload, len(made) + 1, part))
                written += len(part)
                part = parts.take()
            _check(written, size)
            with translated():
                self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": made})
        except BaseException:
            # what went wrong first is told; that the parts stay is logged, a lifecycle rule removes them
            with suppress(Unavailable, BlobNotFound), translated():
                self._client.abort_multipart_upload(**upload)
            raise

    def _put_part(self, upload: dict[str, str], number: int, part: bytes) -> dict[str, Any]:
        with translated():
            told = self._client.upload_part(**upload, PartNumber=number, Body=part)
        return {"ETag": told["ETag"], "PartNumber": number}

    def open(self, key: str, start: int = 0, length: int | None = None) -> S3Reader:
        """Return the bytes of a blob; see `BlobStore.open`."""
        size = self.stat(key).size
        end = size if length is None else min(size, start + max(0, length))
        if start >= end:
            return S3Reader(None)
        with translated():
            found = self._client.get_object(**self._place(key), Range=f"bytes={start}-{end - 1}")
        return S3Reader(found["Body"])

    def stat(self, key: str) -> BlobStat:
        """Return what is known of a blob; see `BlobStore.stat`."""
        with translated():
            found = self._client.head_object(**self._place(key))
        return BlobStat(
            key,
            int(found["ContentLength"]),
            found.get("ContentType", "application/octet-stream"),
            found["ETag"].strip('"'),
            _utc(found["LastModified"]),
        )

    def exists(self, key: str) -> bool:
        """Tell whether the blob is there."""
        try:
            self.stat(key)
        except BlobNotFound:
            return False
        return True

    def delete(self, key: str) -> None:
        """Remove a blob; nothing happens when there is none."""
        with translated():
            self._client.delete_object(**self._place(key))

    def list(self, prefix: str = "") -> Iterator[BlobStat]:
        """Yield the blobs whose key starts with `prefix`, by key.

        S3 does not list types: `content_type` is empty here.
        """
        pages = self._client.get_paginator("list_objects_v2")
        with translated():
            for page in pages.paginate(Bucket=self._settings.bucket, Prefix=self._settings.prefix + prefix):
                yield from map(self._listed, page.get("Contents", ()))

    def _listed(self, told: dict[str, Any]) -> BlobStat:
        key = told["Key"].removeprefix(self._settings.prefix)
        return BlobStat(key, int(told["Size"]), "", told["ETag"].strip('"'), _utc(told["LastModified"]))

    def signed_url(
        self,
        key: str,
        method: str = "GET",
        expires: timedelta | None = None,
        content_type: str | None = None,
        max_bytes: int | None = None,
    ) -> str:
        """Return a presigned URL of the bucket; see `BlobStore.signed_url`.

        S3 cannot bound the length of a PUT: with `max_bytes` exactly so many bytes
        must be sent. What a GET link leads to is a download (an upload opened as a
        page could run script); `<img>` and `<video>` show it all the same.
        """
        if method not in {"GET", "PUT"}:
            raise ValueError(f"a signed URL is for GET or PUT, not {method}")
        given: dict[str, Any] = dict(self._place(key))
        if method == "GET":
            given["ResponseContentDisposition"] = "attachment"
        if method == "PUT" and content_type:
            given["ContentType"] = content_type
        if method == "PUT" and max_bytes:
            given["ContentLength"] = max_bytes
        seconds = min(expires or self._url_ttl, LARGEST_EXPIRY).total_seconds()
        url: str = self._signing.generate_presigned_url(
            "get_object" if method == "GET" else "put_object", Params=given, ExpiresIn=int(seconds)
        )
        return url

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._settings.bucket, "Key": self._settings.prefix + checked_key(key)}


class _Parts:
    """Cuts a stream into parts of one size."""

    def __init__(self, stream: Iterator[bytes], size: int) -> None:
        self._stream, self._size, self._rest = stream, size, b""

    def take(self) -> bytes:
        """Return the next part, shorter at the end, empty after it."""
        gathered, length = [self._rest], len(self._rest)
        while length < self._size and (chunk := next(self._stream, b"")):
            gathered.append(chunk)
            length += len(chunk)
        whole = b"".join(gathered)
        self._rest = whole[self._size :]
        return whole[: self._size]


def _check(written: int, announced: int | None) -> None:
    if announced is not None and written != announced:
        raise BlobTruncated(f"{written} bytes came, {announced} were announced.")


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
