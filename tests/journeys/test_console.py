"""The web console in a browser, on the CondoMarket profile: a manager's Monday, and the platform's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest

from tests.journeys.conftest import House
from tests.journeys.residents import PASSWORD, Person
from tests.plugins.welcome.browser import Browser, Tab

pytestmark = pytest.mark.slow

EXPECTED = "the server responded with a status of 4"  # refusals are part of the journey
QUIET = """
document.documentElement.dataset.ready === '' && !document.querySelector('[aria-busy=true]')
&& !document.querySelector('main').innerText.includes('Loading…')
"""
Enter = Callable[..., Tab]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def enter(browser: Browser, house: House) -> Enter:
    """Open the console on somebody's device and sign them in."""

    def entered(person: Person, **device: Any) -> Tab:
        tab = browser.tab(f"{house.market.url}/admin", **device)
        tab.until(QUIET)
        tab.fill("#email", person.email)
        tab.fill("#password", PASSWORD)
        tab.click(".sign-in button")
        tab.until(f"!document.querySelector('#top').hidden && {QUIET}")
        return tab

    return entered


def go(tab: Tab, page: str) -> None:
    """Choose a page of the menu; on a phone it is opened first."""
    if tab.run("document.querySelector('#menu-button').checkVisibility()"):
        tab.click("#menu-button")
    tab.click(f".menu a[href^='/admin/{page}']")
    tab.until(f"location.pathname === '/admin/{page}' && {QUIET}")


def press(tab: Tab, label: str, within: str = "main") -> None:
    """Press a button by what is written on it."""
    tab.run(
        f"[...document.querySelectorAll('{within} button')]"
        f".find((one) => one.checkVisibility() && one.textContent.trim() === '{label}').id = 'pressed'"
    )
    tab.click("#pressed")
    tab.run("document.querySelector('#pressed')?.removeAttribute('id')")


def open_row(tab: Tab, text: str) -> None:
    """Open the row that holds a text."""
    tab.run(
        f"[...document.querySelectorAll('tbody tr')].find((one) => one.innerText.includes('{text}'))"
        ".querySelector('th button').id = 'opened'"
    )
    tab.click("#opened")
    tab.until("document.querySelector('dialog.side[open]')")
    tab.until("!document.querySelector('dialog .parts').innerText.includes('Loading…')")


def answer(tab: Tab, **values: str) -> None:
    """Fill in the fields of the open form."""
    for name, value in values.items():
        field = f"dialog form [name={name}]"
        if tab.run(f"document.querySelector('{field}').tagName") == "SELECT":
            tab.choose(field, value)
        else:
            tab.fill(field, value)


def done(tab: Tab) -> None:
    """Send the open form and wait until it was taken."""
    tab.click("dialog form .actions button")
    tab.until(
        f"!document.querySelector('dialog[open]') && document.querySelector('#told').textContent && {QUIET}"
    )


def sound(tab: Tab) -> None:
    """Nothing was complained of, everything has a name, nothing sticks out."""
    assert [one for one in tab.complaints() if EXPECTED not in one] == []
    assert tab.unnamed() == []
    assert tab.run("document.documentElement.scrollWidth <= innerWidth")


def test_a_manager_lets_somebody_in_decides_a_case_and_sees_the_figures(house: House, enter: Enter) -> None:
    nora = house.market.register("Nora Newcomer")
    nora.post(f"{house.path}/join-requests", {"kind": "TENANT", "message": "I have the keys"})
    house.pay(house.ben, house.order(house.ben, house.offer(house.ada, "Brass lamp"))["id"])
    mirror = house.offer(house.ada, "Cursed mirror")
    report = {"kind": "listing", "target_id": mirror["id"], "reason": "fraud", "details": "It is cursed"}
    house.ben.post("/v1/reports", report)

    tab = enter(house.mara, width=360, height=780)
    tab.until("document.querySelector('a.tile[href*=join_requests] strong').textContent === '1'")
    assert "Users" not in tab.text("#menu")
    tab.click("a.tile[href*=join_requests]")
    tab.until("document.querySelector('tbody')?.innerText.includes('I have the keys')")
    press(tab, "Approve")
    assert "Nora Newcomer belongs to the building from now on" in tab.text("dialog form")
    done(tab)
    assert [one["id"] for one in nora.get("/v1/buildings/mine")["items"]] == [house.id]
    assert "Nothing waits here." in tab.text("main")

    go(tab, "moderation.cases")
    open_row(tab, "Cursed mirror")
    assert "It is cursed" in tab.text("dialog .parts")
    press(tab, "Act", "dialog")
    tab.click("dialog form .actions button")
    tab.until("document.querySelector('dialog form [name=facts][aria-invalid=true]')")
    assert tab.run("document.activeElement.getAttribute('aria-invalid')") == "true"
    answer(tab, sanction="WARNING", ground="Terms, 3", facts="Mirrors may not be cursed.")
    done(tab)
    statement = house.ada.get("/v1/moderation/statements")["items"][0]
    assert (statement["sanction"], statement["facts"]) == ("WARNING", "Mirrors may not be cursed.")

    go(tab, "dashboards.building")
    tab.until("document.querySelector('svg polyline.series')")
    assert "Net" in tab.run("document.querySelector('figure.line svg').getAttribute('aria-label')")
    sound(tab)


def test_the_platform_bans_somebody_refunds_a_payment_and_reads_who_did_it(
    house: House, enter: Enter
) -> None:
    banned = house.market.register("Bogdan Banned")
    order = house.order(house.ben, house.offer(house.ada, "Walnut desk"))
    payment = house.pay(house.ben, order["id"])

    tab = enter(house.root)
    go(tab, "accounts.users")
    tab.fill(".filters [name=q]", "Bogdan")
    tab.until("document.querySelectorAll('tbody tr').length === 1")
    open_row(tab, "Bogdan")
    press(tab, "Ban", "dialog")
    assert "Bogdan Banned is signed out everywhere at once" in tab.text("dialog form")
    tab.click("dialog form .actions button")
    tab.until("document.querySelector('dialog form [name=reason][aria-invalid=true]')")
    answer(tab, reason="Sells curses.")
    done(tab)
    assert banned.ask("GET", "/v1/users/me").status == 401

    go(tab, "payments.payments")
    tab.choose(".filters [name=status]", "CAPTURED")
    tab.fill(".filters [name=ref]", f"order:{order['id']}")
    tab.until("document.querySelectorAll('tbody tr').length === 1")
    open_row(tab, "Ben Okafor")
    press(tab, "Refund", "dialog")
    answer(tab, reason="It came broken.")
    done(tab)
    refunds = house.root.get(f"/v1/payments/{payment}/refunds")["items"]
    assert [(one["amount"]["amount"], one["reason"]) for one in refunds] == [(4500, "It came broken.")]

    house.market.until(lambda: house.root.get("/v1/admin/events?type=payments.payment.refunded.v1")["items"])
    go(tab, "admin.audit")
    tab.fill(".filters [name=actor]", house.root.id)
    tab.until("document.querySelector('tbody').innerText.includes('payments.payment.refunded.v1')")
    assert "accounts.user.status_changed.v1" in tab.text("tbody")
    tab.until("document.querySelector('tbody').innerText.includes('Rosa Platform')")
    open_row(tab, "accounts.user.status_changed.v1")
    assert "Sells curses." in tab.text("dialog")
    tab.press("Escape", 27)
    sound(tab)


def test_a_session_that_ends_elsewhere_asks_to_sign_in_again(house: House, enter: Enter) -> None:
    tab = enter(house.mara)
    go(tab, "buildings.units")

    house.mara.post("/v1/auth/logout-all")
    house.mara.sign_in()
    tab.click(".menu a[href^='/admin/buildings.members']")

    tab.until("document.querySelector('.sign-in')")
    assert tab.run("sessionStorage.length") == 0
    tab.fill("#email", house.mara.email)
    tab.fill("#password", PASSWORD)
    tab.click(".sign-in button")
    tab.until("document.querySelector('main h1').textContent === 'Members'")


def test_a_second_factor_is_asked_for_at_the_door(house: House, browser: Browser) -> None:
    olga = house.market.operator("Olga Operator")
    enrolled = olga.post("/v1/auth/mfa/enrol", {"password": PASSWORD})
    code = pyotp.TOTP(enrolled["secret"]).now()
    codes = olga.post("/v1/auth/mfa/confirm", {"code": code})["recovery_codes"]
    tab = browser.tab(f"{house.market.url}/admin/accounts.users")
    tab.until(QUIET)

    tab.fill("#email", olga.email)
    tab.fill("#password", PASSWORD)
    tab.click(".sign-in button")
    tab.until("document.activeElement.id === 'code'")
    tab.fill("#code", codes[0])
    tab.click(".sign-in button")

    tab.until(f"document.querySelector('main h1')?.textContent === 'Users' && {QUIET}")


def test_what_cannot_be_undone_takes_a_proof_of_who_is_there(house: House, enter: Enter) -> None:
    doomed = house.market.register("Dana Doomed")
    tab = enter(house.root)
    go(tab, "accounts.users")
    tab.fill(".filters [name=q]", "Dana")
    tab.until("document.querySelectorAll('tbody tr').length === 1")
    open_row(tab, "Dana")
    press(tab, "Delete the account", "dialog")
    tab.click("dialog form .actions button")

    tab.until("document.querySelector('#step-up')")
    tab.fill("#step-up", "not the password")
    tab.click("dialog:has(#step-up) .actions button")
    tab.until("document.querySelector('dialog:has(#step-up) [data-faults]').textContent")
    assert doomed.ask("GET", "/v1/users/me").status == 200
    tab.fill("#step-up", PASSWORD)
    tab.click("dialog:has(#step-up) .actions button")

    tab.until("!document.querySelector('dialog[open]') && document.querySelector('#told').textContent")
    assert doomed.ask("GET", "/v1/users/me").status == 401


def test_a_person_is_found_by_name_where_an_id_is_asked_for(house: House, enter: Enter) -> None:
    house.ada.patch("/v1/users/me", {"bio": "Likes lamps."})
    tab = enter(house.root)
    go(tab, "admin.audit")

    tab.fill(".filters [name=actor]", "Ada")
    label = f"Ada Lindqvist, {house.ada.email}"
    tab.until(f"document.querySelector('.filters datalist option')?.value === '{label}'")
    tab.fill(".filters [name=actor]", label)

    tab.until("document.querySelector('tbody')?.innerText.includes('accounts.user.profile_updated.v1')")
    tab.until("!document.querySelector('tbody').innerText.includes('Rosa Platform')")


def test_who_runs_a_building_grows_its_tree_and_has_a_webhook(house: House, enter: Enter) -> None:
    tab = enter(house.mara)
    go(tab, "categories.tree")
    press(tab, "Add a category")
    answer(tab, name="Shared tools")
    done(tab)
    tab.until("document.querySelector('tbody').innerText.includes('Shared tools')")
    tree = house.mara.get(f"/v1/categories?scope={house.scope}")["items"]
    [above] = [one for one in tree if one["name"] == "Shared tools"]
    assert above["scope"] == house.scope
    press(tab, "Add a category")
    answer(tab, name="Drills", parent_id=above["id"])
    done(tab)
    tab.until("document.querySelector('tbody').innerText.includes('Drills')")
    below = "[...document.querySelectorAll('tr[data-depth=\"1\"]')].map((one) => one.innerText)"
    assert [one for one in tab.run(below) if "Drills" in one and "Shared tools" in one]
    open_row(tab, "Drills")
    press(tab, "Change", "dialog")
    answer(tab, name="Power drills")
    done(tab)
    tab.until("document.querySelector('tbody').innerText.includes('Power drills')")

    go(tab, "webhooks.endpoints")
    press(tab, "Add an endpoint")
    answer(tab, url="https://hooks.example.com/stoa")
    tab.click("dialog form .actions button")
    tab.until("document.querySelector('dialog .secret')?.textContent")
    press(tab, "I have it", "dialog")
    tab.until("document.querySelector('tbody')?.innerText.includes('hooks.example.com')")
    [made] = house.mara.get(f"/v1/webhooks?scope={house.scope}")["items"]
    assert made["url"] == "https://hooks.example.com/stoa"
    sound(tab)


@pytest.mark.parametrize("device", [{"width": 1280, "height": 800}, {"width": 360, "height": 780}])
def test_figures_stay_whole_and_are_kept_as_files(
    house: House, enter: Enter, tmp_path: Path, device: dict[str, int]
) -> None:
    house.pay(house.ben, house.order(house.ben, house.offer(house.ada, "Brass bed"))["id"])
    tab = enter(house.mara, **device)
    tab.send("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    go(tab, "dashboards.building")
    tab.until("document.querySelector('.figure dd')")

    tab.run("document.querySelector('.figure dd').textContent = '€ 16 103 022 299,00'")
    line = "one.offsetHeight / parseFloat(getComputedStyle(one).fontSize)"
    assert tab.run(f"Math.max(...[...document.querySelectorAll('.figure dd')].map((one) => {line}))") < 2
    for label, suffix in (("Revenue as CSV", "csv"), ("All as Excel", "xlsx"), ("As PDF", "pdf")):
        press(tab, label)
        house.market.until(lambda end=suffix: list(tmp_path.glob(f"*.{end}")))
    assert next(tmp_path.glob("*.csv")).read_text(encoding="utf-8-sig").lower().startswith("day")
    sound(tab)


def test_who_looks_after_nothing_is_told_so(house: House, enter: Enter) -> None:
    tab = enter(house.dora)

    assert "Nothing to look after" in tab.text("main")


def test_who_cannot_be_signed_out_is_told_so_and_may_try_again_or_forget(house: House, enter: Enter) -> None:
    tab = enter(house.mara)
    tab.send("Network.enable")
    tab.send("Network.setBlockedURLs", urls=["*/v1/auth/logout"])

    tab.click("#sign-out")
    tab.until("document.querySelector('dialog[open]')?.innerText.includes('You are not signed out')")
    kept = tab.run("sessionStorage.length")
    press(tab, "Try again", "dialog")
    tab.until("!document.querySelector('dialog [aria-busy]')")
    still = tab.run("document.querySelector('dialog[open]').innerText.includes('cannot be reached')")
    press(tab, "Forget it here", "dialog")
    tab.until("document.querySelector('.sign-in')")
    assert (kept, still, tab.run("sessionStorage.length")) == (1, True, 0)


def test_a_second_attempt_signs_out_at_the_server_as_well(house: House, enter: Enter) -> None:
    tab = enter(house.mara)
    refresh = tab.run("JSON.parse(sessionStorage['stoa.admin.session']).refresh_token")
    tab.send("Network.enable")
    tab.send("Network.setBlockedURLs", urls=["*/v1/auth/logout"])
    tab.click("#sign-out")
    tab.until("document.querySelector('dialog[open]')")
    tab.send("Network.setBlockedURLs", urls=[])

    press(tab, "Try again", "dialog")

    tab.until("document.querySelector('.sign-in')")
    given = json.dumps({"refresh_token": refresh})
    headers = {"content-type": "application/json"}
    asked = json.dumps({"method": "POST", "headers": headers, "body": given})
    assert tab.run(f"fetch('/v1/auth/refresh', {asked}).then((one) => one.status)") == 401
