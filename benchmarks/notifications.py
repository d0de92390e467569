"""How long messages to many people take to become deliveries.

    python3 benchmarks/notifications.py [--people 1000] [--quick] [--json]

Everybody gets one message by e-mail and in the application. Measured is the
worker's part up to the providers' queue; what providers take is theirs.
"""

# ruff: noqa: E402 - the environment is entered before anything is imported from it

from __future__ import annotations

import os.path
import runpy
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - before any import
if __name__ == "__main__":
    sys.path[0] = ROOT
    runpy.run_path(f"{ROOT}/kernel/cli/bootstrap.py")["enter"](ROOT, sys.argv)

import time

import click

from benchmarks.harness.figures import figure, json_option, quick_option, report, scratch
from benchmarks.harness.load import generator
from benchmarks.harness.stand import Size, Stand

TYPE = "listings.expired"
DATA = {"listing_id": "0", "title": "Rosewood xylophone", "url": "/", "expires_at": "2026-01-01"}


@click.command()
@click.option("--people", default=1000, show_default=True, help="How many get the message.")
@quick_option
@json_option
def main(people: int, *, quick: bool, as_text: bool) -> None:
    """Measure the expansion of messages to many people."""
    from kernel.storage import count_statements, uuid7  # noqa: PLC0415 - see the top
    from plugins.accounts.models import User  # noqa: PLC0415
    from plugins.notifications.api import send  # noqa: PLC0415
    from plugins.notifications.models import Delivery  # noqa: PLC0415
    from plugins.notifications.services import expansion  # noqa: PLC0415

    people = min(people, 50) if quick else people
    with (
        scratch() as directory,
        Stand(directory, generator("python"), Size(0, 0, 0), ("listings",)) as stand,
    ):
        db = stand.application.db
        ids = [uuid7() for _ in range(people)]
        with db.atomic():
            for number, user_id in enumerate(ids):
                stand.application.auth.set_status(user_id, "active")
                email = f"person{number}@example.com"
                name = f"Person {number}"
                User.create(id=user_id, name=name, name_key=name.casefold(), email=email, email_key=email)
                send(TYPE, user_id, DATA)
        with count_statements() as counted:
            began = time.perf_counter()
            expansion.expand_due()
            taken = time.perf_counter() - began
        made = Delivery.select().count()
        db.release()
    found = [
        figure("each", "one message made into its deliveries", taken / people * 1000, "ms", deliveries=made),
        figure("statements", "statements for it", counted.count / people),
    ]
    report(found, {"people": f"{people:,}"}, as_text=as_text)


if __name__ == "__main__":
    main()
