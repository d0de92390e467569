"""What can go wrong with a review, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict


class TransactionOpen(Conflict):
    """The transaction is not completed (or not any more): review it when it is."""

    type, title = "transaction-open", "This transaction is not completed"


class ReviewTooLate(Conflict):
    """The time in which this could be reviewed is over; `until` says when it ended."""

    type, title = "review-too-late", "It is too late to review this"


class ReviewExists(Conflict):
    """You have reviewed this transaction already; `review_id` says where."""

    type, title = "review-exists", "You have reviewed this already"


class ReviewFinal(Conflict):
    """The time to change the review is over, or it was answered: it stays as it is, or is deleted."""

    type, title = "review-final", "This review cannot be changed any more"


class ReviewAnswered(Conflict):
    """A review is answered once."""

    type, title = "review-answered", "This review was answered already"
