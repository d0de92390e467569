"""Accounts of the benchmarks, made through the API."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping

from benchmarks.harness.load import LoadError
from benchmarks.harness.peers import Peer

CREATED = 201


def register(peer: Peer, person: Mapping[str, str]) -> None:
    """Register somebody who signs in later."""
    connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=30)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/v1/auth/register", json.dumps(person), headers)
        answer = connection.getresponse()
        if answer.status != CREATED:
            raise LoadError(f"registering: {answer.status} {answer.read().decode()}")
    finally:
        connection.close()
