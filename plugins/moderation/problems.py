"""What can go wrong in moderation, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict, Forbidden
from plugins.moderation.states import CaseStatus

__all__ = [
    "AppealExists",
    "AppealOver",
    "CaseClaimed",
    "CaseStatus",
    "ComplaintExists",
    "ComplaintOver",
    "OwnDecision",
    "SellerNotAvailable",
]


class CaseClaimed(Conflict):
    """Another moderator has taken this case; `claimed_until` says until when."""

    type, title = "case-claimed", "Another moderator is at it"


class AppealExists(Conflict):
    """This decision was appealed already (`appeal_id`): an appeal is decided once."""

    type, title = "appeal-exists", "This decision was appealed already"


class AppealOver(Conflict):
    """The decision cannot be appealed: it was taken back, or the time for it is over."""

    type, title = "appeal-over", "The decision cannot be appealed any more"


class ComplaintExists(Conflict):
    """There is a complaint about this report already (`complaint_id`): it is decided once."""

    type, title = "complaint-exists", "This report was complained about already"


class ComplaintOver(Conflict):
    """There is nothing to complain about: the report was not dismissed, or the time for it is over."""

    type, title = "complaint-over", "This report cannot be complained about"


class OwnDecision(Forbidden):
    """Who decided does not decide about the appeal: leave it to another moderator."""

    type, title = "own-decision", "This was your own decision"


class SellerNotAvailable(Conflict):
    """A seller's account is suspended or banned: nothing can be ordered from it (`seller_ids`)."""

    type, title = "seller-not-available", "A seller is not available"
