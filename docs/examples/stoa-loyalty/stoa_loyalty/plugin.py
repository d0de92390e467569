"""What loyalty adds to Stoa: hook implementations only."""

from __future__ import annotations

from kernel import AdminAction, AdminPage, Permission, Role, Route, hookimpl
from stoa_loyalty import personal_data
from stoa_loyalty.events import EVENTS
from stoa_loyalty.models import MODELS
from stoa_loyalty.notices import TYPES
from stoa_loyalty.resources import Grants, MyAccount, MyEntries, MyEntry, Redemptions
from stoa_loyalty.settings import LoyaltySettings
from stoa_loyalty.subscribers import SUBSCRIBERS
from stoa_loyalty.tasks import TASKS


@hookimpl
def register_settings():
    return LoyaltySettings


@hookimpl
def register_models():
    return MODELS


@hookimpl
def register_events():
    return EVENTS


@hookimpl
def register_subscribers():
    return SUBSCRIBERS


@hookimpl
def register_tasks():
    return TASKS


@hookimpl(optionalhook=True)
def notifications_types():
    return TYPES


@hookimpl
def export_personal_data(user_id):
    return personal_data.export(user_id)


@hookimpl
def erase_personal_data(user_id):
    personal_data.erase(user_id)


@hookimpl
def register_permissions():
    return [
        Role("cashier", "Works at the till."),
        Permission("loyalty:spend", "Spend one's own points.", roles=("user",)),
        Permission("loyalty:grant", "Give points to anybody.", roles=("cashier",)),
    ]


@hookimpl
def register_routes():
    return [
        Route("/loyalty/account", MyAccount()),
        Route("/loyalty/entries", MyEntries()),
        Route("/loyalty/entries/{entry_id:uuid}", MyEntry()),
        Route("/loyalty/redemptions", Redemptions()),
        Route("/loyalty/grants", Grants()),
    ]


@hookimpl
def register_admin():
    return [
        AdminPage(
            name="loyalty.till",
            title="Points",
            group="Loyalty",
            permission="loyalty:grant",
            reads="/v1/loyalty/entries",
            columns={"created_at": "When", "points": "Points", "reason": "For"},
            actions=[AdminAction(label="Give points", calls="POST /v1/loyalty/grants", alone=True)],
        )
    ]
