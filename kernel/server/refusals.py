"""What the server itself refuses, before or below the application."""

from __future__ import annotations

import json
from typing import Any

from kernel.errors import Problem

REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
}


def rendered(problem: Problem, request_id: str) -> bytes:
    """Return the whole response, which also ends the connection."""
    document: dict[str, Any] = {
        "type": f"/problems/{problem.type}",
        "title": problem.title,
        "status": problem.status,
        "request_id": request_id,
    }
    if problem.detail:
        document["detail"] = problem.detail
    body = json.dumps(document).encode()
    head = (
        f"HTTP/1.1 {problem.status} {REASONS[problem.status]}\r\n"
        "Content-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"X-Request-Id: {request_id}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("latin-1") + body
