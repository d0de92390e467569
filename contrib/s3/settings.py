"""Settings: `[s3]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kernel import setting

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class S3Settings:
    """Which bucket, and how it is reached."""

    bucket: str = setting("", help="The bucket's name; required. It exists already.")
    prefix: str = setting("", help="Begins every key, such as `shop/`, when the bucket is shared.")
    region: str = setting("us-east-1", help="The bucket's region; `auto` for R2.")
    endpoint_url: str = setting("", help="Address of a server other than Amazon's.")
    public_endpoint_url: str = setting(
        "", help="Address clients reach it by, for signed links; empty: `endpoint_url`."
    )
    addressing: Literal["auto", "path", "virtual"] = setting(
        "auto", help="Where the bucket's name stands in addresses; MinIO mostly wants `path`."
    )
    access_key_id: str = setting(
        "", help="Empty: as boto3 finds it (role of the machine, ~/.aws).", secret=True
    )
    secret_access_key: str = setting("", help="Belongs to `access_key_id`.", secret=True)
    part_bytes: int = setting(
        8 * MIB, help="Bytes of a part of a large upload: what is held in memory of it.", minimum=5 * MIB
    )
    timeout: float = setting(30.0, help="Seconds without a byte before a request is given up.", minimum=1)
    attempts: int = setting(4, help="Times a failed request is made.", minimum=1, maximum=10)
