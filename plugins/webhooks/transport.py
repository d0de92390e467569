"""One request to an endpoint: bounded in time and size, never redirected, never inward.

SECURITY: people name the addresses. `requests-hardened` resolves the name
once, checks that address (private, loopback, link-local, multicast, NAT64,
6to4 and IPv4-mapped ones are refused) and connects to this very address, so a
name that answers differently a moment later (DNS rebinding) gains nothing. TLS still
verifies the name.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import gevent
import requests
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.exceptions import HTTPError

from plugins.webhooks.addresses import is_public

SHOWN: Final = 1024
"""Bytes of an answer that are read and kept."""

_CONNECT: Final = 3.05  # seconds; just above one TCP retransmission


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


class _Outward(IPFilterAdapter):  # type: ignore[misc]  # the library has no types
    """The library's filter, and what Python's own tables call no public address."""

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        """Return where to connect to; raise InvalidIPAddress."""
        host, pool = super().build_connection_pool_key_attributes(*args, **kwargs)
        if not is_public(host["host"].strip("[]")):
            raise InvalidIPAddress(host["host"])
        return host, pool


class _TooSlow(Exception):  # noqa: N818 - what gevent raises at the deadline
    """The whole answer took longer than it may, though bytes kept dripping."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout: float, private: bool) -> Answer:
    """Send a message; return the answer. Raises nothing that a peer can cause."""
    began = time.perf_counter()
    try:
        with gevent.Timeout(timeout, _TooSlow), _session(timeout, private=private) as session:
            status, told, text = _exchange(session, url, body, headers)
    except InvalidIPAddress:
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
    session: HTTPSession, url: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int, Mapping[str, str], str]:
    with session.post(url, data=body, headers=dict(headers), stream=True, allow_redirects=False) as answer:
        text = next(answer.iter_content(SHOWN), b"")
        shown = text.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        return answer.status_code, answer.headers, shown


def _session(timeout: float, *, private: bool) -> HTTPSession:
    session = HTTPSession(
        Config(
            ip_filter_enable=not private,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(min(_CONNECT, timeout), timeout),
            user_agent_override="Stoa-Webhooks",
        )
    )
    if not private:
        session.mount("https://", _Outward(is_https_proto=True))
        session.mount("http://", _Outward(is_https_proto=False))
    session.trust_env = False  # SECURITY: no proxy that would resolve the name again, no .netrc
    return session


def _since(began: float) -> float:
    return time.perf_counter() - began
