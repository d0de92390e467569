"""What can go wrong with a request, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict, Forbidden
from plugins.verification.states import VerificationStatus

__all__ = [
    "ClaimedByAnother",
    "OwnRequest",
    "VerificationExists",
    "VerificationIncomplete",
    "VerificationStatus",
]


class VerificationExists(Conflict):
    """There is a request of yours about this already: go on with it (`verification_id`)."""

    type, title = "verification-exists", "You have asked for this already"


class VerificationIncomplete(Conflict):
    """Something is missing before the request can be reviewed; `errors[]` names what."""

    type, title = "verification-incomplete", "Something is missing before this can be submitted"


class ClaimedByAnother(Conflict):
    """Another reviewer has taken this request; `claimed_until` says until when."""

    type, title = "claimed-by-another", "Another reviewer is at it"


class OwnRequest(Forbidden):
    """Nobody decides about a request of their own: leave it to another reviewer."""

    type, title = "own-request", "This is your own request"
