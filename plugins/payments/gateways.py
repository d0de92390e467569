"""Which gateways people may pay by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kernel import ConfigurationError, FieldError, app, invalid
from plugins.payments.ports import PaymentGateway
from plugins.payments.problems import NotTaken
from plugins.payments.settings import PaymentsSettings

if TYPE_CHECKING:
    from kernel import Application

TEST: Final = "test"
WALLET: Final = "wallet"
"""What a payment from one's balance has for its gateway."""

_PORT: Any = PaymentGateway


def check(application: Application) -> None:
    """Raise ConfigurationError for a gateway nobody offers, and for the test gateway in production."""
    settings = application.settings.of(PaymentsSettings)
    offered = application.registry.services_of(_PORT)
    for name in (*settings.gateways, *filter(None, [settings.payout_gateway])):
        if name not in offered:
            remedy = f"enable the plugin that does, or choose from {', '.join(offered)}"
            raise ConfigurationError(f"payments.gateways: no enabled plugin offers `{name}`: {remedy}")
        if name == TEST and application.settings.kernel.environment == "production":
            raise ConfigurationError("payments.gateways: the test gateway is refused in production")


def chosen() -> tuple[str, ...]:
    """Return the names of the gateways people may pay by, the default first."""
    named = tuple(app.settings.of(PaymentsSettings).gateways)
    if named or app.settings.kernel.environment == "production":
        return named
    return (TEST,)


def pick(name: str, pointer: str = "/gateway") -> str:
    """Return the gateway somebody asks for, the default for an empty name; raise Invalid."""
    names = chosen()
    if not names:
        raise invalid(pointer, "No gateway is set up here; pay from the wallet.")
    if name and name not in names:
        raise invalid(pointer, f"One of {', '.join(names)}.")
    return name or names[0]


def for_payouts() -> str:
    """Return the gateway that sends payouts; raise Invalid when there is none."""
    return app.settings.of(PaymentsSettings).payout_gateway or pick("")


def named(name: str) -> PaymentGateway:
    """Return a gateway, be it chosen still or not: what was paid by it may have to go back."""
    gateway: PaymentGateway = app.service(_PORT, name)
    return gateway


def is_offered(name: str) -> bool:
    """Say whether an enabled plugin offers a gateway of this name."""
    return name in app.registry.services_of(_PORT)


def require_taken(name: str, amount: int, currency: str, pointer: str = "/gateway") -> None:
    """Raise NotTaken when the gateway does not take this amount or currency."""
    why = named(name).takes(amount, currency)
    if why:
        raise NotTaken(why, errors=[FieldError(why, pointer=pointer)])
