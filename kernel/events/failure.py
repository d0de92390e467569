"""What is remembered of a failure, and when to try again."""

from __future__ import annotations

import random
import traceback
from datetime import timedelta

_KEPT = 4000  # characters; the end of a traceback says most


def describe(ex: BaseException) -> str:
    """Return the traceback as text that PostgreSQL can hold, cut at its front."""
    return "".join(traceback.format_exception(ex)).replace("\x00", "�").strip()[-_KEPT:]


def backoff(first: float, attempt: int, limit: float) -> timedelta:
    """Return the wait after failed attempt number `attempt`, from 1.

    It doubles from `first` seconds up to `limit`. The upper quarter is random,
    so that what failed together is not tried again together.
    """
    # Beyond 2**30 only the limit speaks, and a float would overflow.
    seconds = min(first * 2 ** min(attempt - 1, 30), limit)
    return timedelta(seconds=seconds * random.uniform(0.75, 1))  # noqa: S311 - jitter, not a secret
