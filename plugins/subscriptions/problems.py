"""What can go wrong with a subscription, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict, Forbidden


class LimitReached(Forbidden):
    """The plan allows no more: `meter`, `limit`, `plan`, and `upgrade`, the plan that does (or null)."""

    type, title = "limit-reached", "Your plan allows no more of this"


class FeatureMissing(Forbidden):
    """The plan does not have this: `feature`, `plan`, and `upgrade`, the plan that has it (or null)."""

    type, title = "feature-missing", "Your plan does not have this"


class SubscriptionExists(Conflict):
    """There is a subscription already: change it (`subscription_id`)."""

    type, title = "subscription-exists", "You have a subscription"


class SubscriptionStatus(Conflict):
    """What the subscription is now does not allow this; `allowed` names what it does."""

    type, title = "subscription-status", "The subscription does not allow this now"


class NotCollected(Conflict):
    """Nothing that takes payments is enabled here: only what costs nothing can be had."""

    type, title = "not-collected", "Payments are not taken here"


class ChargeVoid(Conflict):
    """The charge is not to be paid any more: give the money back."""

    type, title = "charge-void", "This is not to be paid any more"
