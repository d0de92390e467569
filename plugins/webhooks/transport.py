"""One request to an endpoint: bounded in time and size, never redirected, never inward.

People name the addresses: see `kernel.outward`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import gevent

if TYPE_CHECKING:
    from requests import Session

SHOWN: Final = 1024
"""Bytes of an answer that are read and kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status, or what kept it from coming. `duration` in seconds."""

    status: int | None
    duration: float
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the endpoint took the message: any 2xx; a redirection is a failure."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004


class _TooSlow(Exception):  # noqa: N818 - what gevent raises at the deadline
    """The whole answer took longer than it may, though bytes kept dripping."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout: float, private: bool) -> Answer:
    """Send a message; return the answer. Raises nothing that a peer can cause."""
    import requests  # noqa: PLC0415 - PERF: 11 MB, for a process that sends
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    from kernel import AddressRefused, outward_session  # noqa: PLC0415

    began = time.perf_counter()
    try:
        with (
            gevent.Timeout(timeout, _TooSlow),
            outward_session(timeout=timeout, private=private, agent="Stoa-Webhooks") as session,
        ):
            status, told, text = _exchange(session, url, body, headers)
    except AddressRefused:
        return Answer(None, _since(began), "its name does not lead to a public address")
    except (_TooSlow, requests.Timeout):
        return Answer(None, _since(began), "no answer in time")
    except requests.exceptions.SSLError:
        return Answer(None, _since(began), "its certificate is not valid")
    except (requests.RequestException, HTTPError, OSError, ValueError) as ex:
        return Answer(None, _since(began), f"no answer: {type(ex).__name__}")
    error = "" if 200 <= status < 300 else f"it answered {status}"  # noqa: PLR2004
    return Answer(status, _since(began), error, told, text)


def _exchange(
    session: Session, url: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int, Mapping[str, str], str]:
    with session.post(url, data=body, headers=dict(headers), stream=True, allow_redirects=False) as answer:
        text = next(answer.iter_content(SHOWN), b"")
        shown = text.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        return answer.status_code, answer.headers, shown


def _since(began: float) -> float:
    return time.perf_counter() - began
