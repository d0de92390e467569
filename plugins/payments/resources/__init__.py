"""HTTP: parse, call, respond."""

from __future__ import annotations

from plugins.payments.resources.books import BOOKS
from plugins.payments.resources.escrows import ESCROWS
from plugins.payments.resources.methods import METHODS
from plugins.payments.resources.payments import PAYMENTS
from plugins.payments.resources.payouts import PAYOUTS
from plugins.payments.resources.wallet import WALLET
from plugins.payments.resources.webhooks import WEBHOOKS

ROUTES = (*METHODS, *WEBHOOKS, *PAYMENTS, *WALLET, *ESCROWS, *PAYOUTS, *BOOKS)
