"""The problems payments tell of."""

from __future__ import annotations

from kernel import Conflict, Invalid, Unauthorized


class PaymentStatus(Conflict):
    """What is asked does not fit the status.

    Extensions: `current`, the status, and `allowed`, what it may become.
    """

    type, title = "payment-status", "The status does not allow this"


class PaymentDiffers(Conflict):
    """Something is paid for already under other terms: cancel that payment first."""

    type, title = "payment-differs", "There is a payment with other terms"


class InProgress(Conflict):
    """The gateway is being asked about this payment right now: read it again in some seconds."""

    type, title = "payment-in-progress", "This payment is being worked on"


class InsufficientFunds(Conflict):
    """The account holds less than is to be taken from it; nothing was moved."""

    type, title = "insufficient-funds", "There is not enough money"


class RefundExceeds(Conflict):
    """More than what is left of the payment; `left` says how much that is."""

    type, title = "refund-exceeds-payment", "There is less left to refund"


class NotTaken(Invalid):
    """The gateway takes no such currency, or no amount this small."""

    type, title = "payment-not-taken", "The gateway does not take this"


class MethodRefused(Conflict):
    """The gateway does not let this method be charged without its owner; `code` is its word for why."""

    type, title = "method-refused", "This method cannot be charged without you"


class WebhookRefused(Unauthorized):
    """The webhook is not signed by the gateway, or not lately."""

    type, title = "payment-webhook-refused", "This webhook is not the gateway's"
