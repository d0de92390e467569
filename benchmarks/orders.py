"""Orders a second, from the list to the paid order, and whether the books balance.

    python3 benchmarks/orders.py [--buyers 1,8,64] [--seconds 10] [--quick] [--json]

A journey is: a page of the list → one listing → place (with an idempotency key)
→ pay by the test gateway, or without `order_payments` among the plugins, confirm
by its seller. One `serve` process is on one core; PostgreSQL and the
buyers are on another. What an order leaves to do later (confirm what was paid,
mails, chat) waits for a worker, a process of its own in production; what that takes
is measured after the runs and told as CPU time. With `--worker` it is done meanwhile,
on the server's core. After each run no listing may have
more or less than was not ordered, no order be without its lines, steps, events
and messages, none be told that is not there, and the ledger balance; after the
worker, every order be confirmed. The last lines are the bare SQL
of an order, run by psycopg2 in one process on the server's core. CPU times are what
to compare on a machine that does other things too.
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

import json
import subprocess
from collections.abc import Mapping
from typing import Any

import click

from benchmarks.harness.cores import CLIENT, SERVER, pinned
from benchmarks.harness.figures import Claim, claim_of, json_option, quick_option, report, scratch
from benchmarks.harness.load import generator
from benchmarks.harness.peers import Peer
from benchmarks.harness.stand import Size, Stand
from benchmarks.harness_orders.buyers import PAYING
from benchmarks.harness_orders.costs import drained, postgres_cpu
from benchmarks.harness_orders.shop import Shop, faults, opened, unconfirmed

PLUGINS = (
    "accounts,blocking,categories,chat,listings,media,notifications,order_chat,order_payments,orders,payments,"
    "presence,search"
)
REFERENCE = 8  # buyers at which the promises are made
WARM = 1.0  # seconds of orders that are not measured: statements are built and pages kept by then
MINUTES = 10  # `manage.py bench` ends it then


def program(module: str, order: Mapping[str, Any], cores: set[int]) -> Any:
    """Run a program of the harness on its core; return what it says."""
    with pinned(cores):
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.harness_orders.{module}"],
            input=json.dumps(order), cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def measured(stand: Stand, server: Peer, shop: Shop, buyers: int, before: int) -> tuple[dict[str, Any], int]:
    """Let so many buyers buy; return what they saw and how many orders there should be now."""
    order = {"port": server.port, "buyers": buyers, "accounts": shop.accounts, "goods": shop.goods}
    warm = program("buyers", order | {"seconds": WARM}, CLIENT)
    began = server.cpu(), postgres_cpu(stand)
    seen = program("buyers", order | {"seconds": stand.size.seconds}, CLIENT)
    used = server.cpu() - began[0], postgres_cpu(stand) - began[1], seen["cpu"]
    made, total = _made(seen), before + _made(warm) + _made(seen)
    parts = ("server", "postgresql", "buyers")
    seen["cpu"] = {
        f"{part}_cpu_ms_an_order": spent / max(made, 1) * 1000
        for part, spent in zip(parts, used, strict=True)
    }
    wrong = faults(stand.application, shop, total) | warm["failures"] | seen["failures"]
    if wrong:
        raise SystemExit(f"{buyers} buyers: the books do not balance: {wrong}")
    return seen, total


def _made(seen: Mapping[str, Any]) -> int:
    return int(seen["journeys"] + seen["unfinished"])


def served(stand: Stand, *, worker: bool) -> Peer:
    """Start the server, with its embedded worker or without one."""
    serve = [sys.executable, "-m", "kernel.cli", "serve", "--profile", str(stand.profile("orders"))]
    peer = Peer(
        [*serve, *([] if worker else ["--no-worker"]), "--port"], stand.directory / "orders.log", stand.site
    )
    return stand.started(peer, "/health/liveness")


def statements(stand: Stand, shop: Shop) -> tuple[int, int]:
    """Return the statements of a journey that finds no page kept, NOTIFYs included: a first, a second one.

    What is kept of a person is their session, and whom they block.
    """
    from kernel.storage import count_statements  # noqa: PLC0415 - see the top

    counts = []
    for account, goods in ((0, 0), (1, 0), (1, 1)):  # the first one warms what a server has long had
        with count_statements() as counted:
            _journey(stand, shop.accounts[account], *shop.goods[goods])
        counts.append(counted.count)
    stand.application.db.release()
    return counts[1], counts[2]


def _journey(stand: Stand, account: str, listing: str, token: str) -> None:
    from kernel.storage import uuid7  # noqa: PLC0415 - see the top
    from kernel.testing.client import Client  # noqa: PLC0415

    buyer, seller = (Client(stand.application).with_token(each) for each in (account, token))
    buyer.get("/v1/listings", query={"limit": 20})
    buyer.get(f"/v1/listings/{listing}")
    key = buyer.with_headers(idempotency_key=str(uuid7()))
    placed = key.post("/v1/orders", {"lines": [{"ref": f"listing:{listing}"}]}).json["orders"][0]
    if placed["payment"]:
        payment = buyer.post(placed["payment"]["url"]).json["id"]
        buyer.post(f"/v1/payments/{payment}/confirm", PAYING)
    else:
        seller.post(f"/v1/orders/{placed['id']}/confirm", {})


def claims_of(buyers: int, seen: Mapping[str, Any]) -> list[Claim]:
    """Return what a run says of the promises; they are made for 8 buyers, the others are shown."""
    whole, place = seen["whole"], seen["place"]
    details = {f"place_{name}": value for name, value in place.items()} | dict(whole)
    details |= seen["cpu"]
    bound = 150.0 if buyers == REFERENCE else None
    late = 100.0 if buyers == REFERENCE else None
    return [
        Claim(
            str(buyers), f"orders a second, {buyers} buyers", seen["rate"], bound, True, "/s", None, details
        ),
        Claim(str(buyers), f"p95 of a whole order, {buyers} buyers", whole["p95"], late, False, "ms"),
    ]


@click.command()
@click.option("--buyers", default="1,8,64", show_default=True, help="How many at once, run after run.")
@click.option("--rows", default=10_000, show_default=True, help="Listings in the data set.")
@click.option("--seconds", default=10.0, show_default=True, help="Seconds of each run.")
@click.option("--plugins", default=PLUGINS, show_default=True, help="Which plugins Stoa runs.")
@click.option("--worker", is_flag=True, help="Let the server's process also deliver events and mails.")
@quick_option
@json_option
@click.option("--keep", is_flag=True, help="Keep the directory of data and logs.")
def main(
    *,
    buyers: str,
    rows: int,
    seconds: float,
    plugins: str,
    worker: bool,
    quick: bool,
    as_text: bool,
    keep: bool,
) -> None:
    """Measure orders; exit 1 when a promise does not hold or the books do not balance."""
    found: list[Claim] = []
    if quick:
        buyers, seconds = str(REFERENCE), 1.0
    with scratch(keep=keep) as directory:
        size = Size(rows, 1, seconds)
        with Stand(directory, generator("python"), size, tuple(plugins.split(","))) as stand:
            shop = opened(stand.seeded)
            (first, again), total, rate = statements(stand, shop), 3, 0.0
            server = served(stand, worker=worker)
            for number in map(int, buyers.split(",")):
                seen, total = measured(stand, server, shop, number, total)
                found += claims_of(number, seen)
                rate = seen["rate"] if number == REFERENCE else rate
            server.stop()
            later = drained(stand, served(stand, worker=True)) / total * 1000
            if left := unconfirmed(stand.application):
                raise SystemExit(f"the worker is done, and {left} orders are not confirmed")
            order = {"url": stand.database, "buyers": REFERENCE, "seconds": seconds, "goods": shop.goods}
            order["paid"] = "order_payments" in plugins.split(",")
            before = postgres_cpu(stand)
            bare = program("bare", order, SERVER)
            spent = (postgres_cpu(stand) - before) * 1000 / (bare["rate"] * seconds)
            bare["postgresql_cpu_ms_an_order"] = spent
    found.append(Claim("sql", "statements of an order", again, 25, False, "", None, {"first": first}))
    text, own = f"orders, {REFERENCE} buyers", (rate, "/s")
    ratios = [rate / bare["rate"]]
    found.append(claim_of("bare", text, ratios, 0.4, least=True, peer="bare SQL", own=own, **bare))
    found.append(Claim("later", "CPU of the worker, an order", later, None, False, "ms"))
    report(found, {"listings": f"{rows:,}", "seconds": f"{seconds:g}"}, as_text=as_text)


if __name__ == "__main__":
    main()
