"""What FCM's answers mean: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal

import requests

_REASON: Final = 500  # characters
_PAUSES: Final = {"QUOTA_EXCEEDED": 60.0, "UNAVAILABLE": 10.0, "INTERNAL": 10.0}  # seconds, if it names none

Verdict = Literal["sent", "gone", "refused", "later", "token", "unavailable"]
"""`later` concerns this message, `token` our access token, `unavailable` everything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What FCM said of one message."""

    verdict: Verdict
    reason: str = ""
    provider_id: str = ""
    retry_after: float | None = None


def judged(answer: requests.Response) -> Answer:
    """Return what an answer of `messages:send` means."""
    body = _body(answer)
    if answer.status_code == HTTPStatus.OK and isinstance(body.get("name"), str):
        return Answer("sent", provider_id=body["name"])
    error = body.get("error") if isinstance(body.get("error"), dict) else {}
    assert isinstance(error, dict)
    details = [one for one in error.get("details") or () if isinstance(one, dict)]
    code = _code(answer.status_code, error, details)
    reason = f"{answer.status_code} {code}: {error.get('message') or answer.reason}"[:_REASON]
    after = answer.headers.get("Retry-After", "")
    wait = float(after) if after.isdigit() else _PAUSES.get(code)
    return Answer(_verdict(answer.status_code, code, details), reason, retry_after=wait)


def _verdict(status: int, code: str, details: list[dict[str, Any]]) -> Verdict:
    if code == "UNREGISTERED":
        return "gone"
    if code == "INVALID_ARGUMENT":
        return "gone" if _names_token(details) else "refused"
    if code == "SENDER_ID_MISMATCH":  # another project's token, or our credentials are another's: keep it
        return "refused"
    if code in ("THIRD_PARTY_AUTH_ERROR", "QUOTA_EXCEEDED", "INTERNAL"):
        return "later"
    return "token" if status == HTTPStatus.UNAUTHORIZED else "unavailable"


def _code(status: int, error: dict[str, Any], details: list[dict[str, Any]]) -> str:
    """Return FCM's own code, or else Google's status: a bare 404 is about the project, not the token."""
    for one in details:
        if str(one.get("@type", "")).endswith("fcm.v1.FcmError") and one.get("errorCode"):
            return str(one["errorCode"])
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "QUOTA_EXCEEDED"
    return str(error.get("status") or "UNKNOWN")


def _names_token(details: list[dict[str, Any]]) -> bool:
    violations = [fault for one in details for fault in one.get("fieldViolations") or ()]
    return any(isinstance(fault, dict) and fault.get("field") == "message.token" for fault in violations)


def _body(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:  # an error page of something in between
        found = None
    return found if isinstance(found, dict) else {}
