"""An S3 server on loopback (moto), a bucket of its own for each test."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from contrib.s3.client import make_client
from contrib.s3.settings import S3Settings
from contrib.s3.store import S3Blobs
from kernel import uuid7
from kernel.clock import SystemClock
from kernel.testing.server import free_port

KEYS = {"access_key_id": "test", "secret_access_key": "test", "addressing": "path"}
PATIENCE = 30.0


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """Run moto's server; return its address."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "MOTO_CALL_RESET_API": "0"},
    )
    deadline = time.monotonic() + PATIENCE
    while not _answers(url):
        assert server.poll() is None, "moto's server ended"
        assert time.monotonic() < deadline, "moto's server does not answer"
        time.sleep(0.05)
    yield url
    server.terminate()
    server.wait()


def _answers(url: str) -> bool:
    with suppress(URLError, OSError), urlopen(f"{url}/moto-api/"):
        return True
    return False


@pytest.fixture
def s3(endpoint) -> S3Settings:
    """Return settings of a bucket made for the test."""
    settings = S3Settings(
        bucket=f"test-{uuid7().hex}", endpoint_url=endpoint, part_bytes=5 * 1024 * 1024, **KEYS
    )
    make_client(settings, endpoint).create_bucket(Bucket=settings.bucket)
    return settings


@pytest.fixture
def store(s3) -> S3Blobs:
    """Return a store on that bucket."""
    client = make_client(s3, s3.endpoint_url)
    return S3Blobs(s3, client, client, SystemClock(), timedelta(minutes=15))
