"""The browser client on the CondoMarket profile as shipped: people of a building deal, each in a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from tests.journeys.axe import RULES, violations
from tests.journeys.conftest import House
from tests.journeys.residents import PASSWORD, Market, Person, photograph
from tests.plugins.welcome.browser import Browser, Tab

pytestmark = pytest.mark.slow

READY = "document.documentElement.dataset.ready === '' && !document.querySelector('.waiting, .blank')"
EXPECTED = (  # refusals are part of the journey; a browser closes the sockets of a page it keeps
    "the server responded with a status of 4",
    "Page entered Back-Forward Cache",
)
PRESS = """
(() => {
  const named = (one) => one.checkVisibility() && one.innerText.trim() === %r;
  const found = [...document.querySelectorAll("dialog[open] button, dialog[open] a")].find(named)
    ?? [...document.querySelectorAll("button, a")].find(named);
  found?.setAttribute("data-pressed", "");
  return Boolean(found);
})()
"""


@dataclass
class Resident:
    """Somebody with a browser of their own."""

    market: Market
    tab: Tab
    person: Person

    @classmethod
    def arrives(cls, market: Market, browser: Browser, name: str, **device: object) -> Resident:
        """Open the site at its root, register, and follow the link in the mail."""
        tab = browser.tab("about:blank", **device)  # type: ignore[arg-type]
        tab.run(f"void location.assign('{market.url}/')")
        tab.until(f"location.pathname === '/app' && {READY}")
        one = cls(market, tab, Person(market, name))
        one.press("Register")
        one.fills("#register", name=name, email=one.person.email, password=PASSWORD)
        one.press("Open an account")
        tab.until("document.querySelector('aside.notice')?.innerText.includes('Follow the link')")
        link = re.search(r"http\S+verify-email\?token=\S+", one.person.mail("verify-email?token=")["text"])
        assert link is not None
        one._verifies(browser, link[0])
        return one

    def _verifies(self, browser: Browser, link: str) -> None:
        page = browser.tab(link, beside=self.tab)
        page.click("main button")
        page.until("document.body.innerText.includes('Your address is verified')")
        self.tab.send("Page.bringToFront")
        self.tab.run("dispatchEvent(new Event('focus'))")
        self.tab.until("!document.querySelector('aside.notice')?.innerText.includes('Follow the link')")

    def moves_in(self, code: str) -> None:
        """Find the way to the buildings from the market, and use an invitation."""
        self.press("Find your building")
        self.fills("#invitation", code=code)
        self.press("Come in")
        self.tab.until("location.pathname === '/app' && document.querySelector('#where')?.value")

    def press(self, text: str) -> None:
        """Press the button or link that is called so, in the dialog if one is open."""
        self.tab.until(PRESS % text)
        self.tab.click("[data-pressed]")
        self.tab.run("document.querySelector('[data-pressed]')?.removeAttribute('data-pressed')")

    def fills(self, form: str, **said: str) -> None:
        self.tab.until(f"document.querySelector({form!r})?.checkVisibility()")
        for name, text in said.items():
            self.tab.fill(f"{form} [name={name}]", text)

    def goes(self, path: str) -> None:
        self.tab.goto(self.market.url + path)
        self.tab.until(READY)

    def sees(self, text: str, where: str = "main") -> None:
        self.tab.until(f"document.querySelector({where!r})?.innerText.includes({text!r})")

    def finds(self, words: str, title: str) -> None:
        """Search the market and open what is found."""
        self.goes("/app")
        self.tab.fill("#q", words)
        self.tab.click("form.search button")
        self.sees(title, ".card")
        self.tab.click(".card a")
        self.tab.until("document.querySelector('.listing h1')")

    def publishes(self, house: House, title: str, picture: Path, kind: str = "PRODUCT") -> str:
        """Offer something with a photograph; return its address."""
        self.press("Sell")
        self.tab.until("document.querySelector('form#publish [name=category_id] option:nth-child(2)')")
        self.tab.click(f"#publish input[value={kind}]")
        self.tab.files("#publish input[type=file]", picture)
        self.fills("#publish", title=title, price="45.50", description="Oak, and older than all of us.")
        self.tab.choose("#publish [name=category_id]", house.categories["Furniture"])
        self.tab.until("document.querySelector('.photo[data-ready]')")
        self.press("Publish")
        self.tab.until("document.querySelector('.listing h1')")
        return str(self.tab.run("location.pathname"))

    def assert_at_ease(self) -> None:
        """Nothing was thrown, nothing is nameless, nothing sticks out."""
        assert [one for one in self.tab.complaints() if not any(part in one for part in EXPECTED)] == []
        assert self.tab.unnamed() == []
        assert self.tab.run("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture(scope="module")
def picture(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "chair.jpg"
    path.write_bytes(photograph("#7a5230"))
    return path


@pytest.fixture(scope="module")
def neighbours(founded: House, market: Market, browser: Browser) -> tuple[Resident, Resident]:
    """Sela sells at a desk, Bo buys on a telephone in the dark; both have come by themselves."""
    code = founded.mara.post(f"{founded.path}/invitations", {"uses": 2})["code"]
    sela = Resident.arrives(market, browser, "Sela Sellers", width=1280)
    bo = Resident.arrives(market, browser, "Bo Buyers", width=360, height=740, dark=True)
    for one in (sela, bo):
        one.moves_in(code)
    return sela, bo


def test_a_chair_is_published_found_ordered_paid_handed_over_and_reviewed(neighbours, founded, picture):
    sela, bo = neighbours

    where = sela.publishes(founded, "Grandmother's oak chair", picture)
    sela.tab.until("document.querySelector('.stage')?.naturalWidth > 300")
    bo.finds("oak chair", "Grandmother's oak chair")
    assert bo.tab.run("location.pathname") == where
    assert "€45.50" in bo.tab.text(".listing")
    bo.press("Order")
    bo.fills("#order", note="I live on the third floor.")
    bo.press("Place the order")
    bo.tab.until("document.querySelector('.order[data-due]')")
    order = bo.tab.run("location.pathname")
    sela.goes(order)
    sela.sees("The buyer has not paid yet.")

    bo.press("Pay €45.50")
    bo.tab.until("document.querySelector('#pay')")
    bo.tab.click("#pay input[value='test tok_decline']")
    bo.tab.click("#pay .actions button")
    bo.sees("That was refused", "dialog")
    bo.tab.click("#pay input[value='test tok_3ds']")
    bo.tab.click("#pay .actions button")
    bo.press("Yes, it is me")
    for one in (bo, sela):  # she watches it happen
        one.tab.until("document.querySelector('.order[data-status=CONFIRMED]')")
    assert "I live on the third floor." in sela.tab.text(".order")
    bo.press("I have it")
    for one in (bo, sela):
        one.tab.until("document.querySelector('.order[data-status=COMPLETED]')")
    bo.tab.click("#review label[for=stars-4]")
    bo.fills("#review", text="As old as she said.")
    bo.press("Send the review")
    bo.sees("You gave 4 of 5 stars.")

    sela.goes(where)
    sela.sees("As old as she said.")
    bo.tab.click(".order .person")
    bo.sees("As old as she said.")
    for one in (sela, bo):
        one.assert_at_ease()


def test_the_buyer_of_a_paid_order_keeps_its_invoice_under_its_number(neighbours, founded, tmp_path):
    _, bo = neighbours
    buyer = bo.person.sign_in()
    order = founded.order(buyer, founded.offer(founded.ada, "A bench with an invoice"))
    founded.pay(buyer, order["id"])
    bo.tab.send("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))

    bo.goes(f"/app/orders/{order['id']}")
    bo.press("Invoice (PDF)")

    founded.market.until(lambda: list(tmp_path.glob("*.pdf")))
    [paper] = tmp_path.glob("*.pdf")
    [invoice] = buyer.get(f"/v1/invoices?ref=order:{order['id']}")["items"]
    assert invoice["number"] in paper.name
    assert paper.read_bytes().startswith(b"%PDF-")
    bo.assert_at_ease()


def test_a_second_factor_is_switched_on_with_its_codes_shown_and_off_again(neighbours):
    _, bo = neighbours
    bo.goes("/app/account/second")

    bo.fills("#enrol", password="not the password")
    bo.press("Switch it on")
    bo.tab.until("document.querySelector('#enrol [role=alert]').innerText")
    bo.fills("#enrol", password=PASSWORD)
    bo.press("Switch it on")
    bo.tab.until("document.querySelector('#confirm')")
    assert violations(bo.tab, RULES) == []
    secret = bo.tab.text("#secret")
    assert secret in bo.tab.run("document.querySelector('a[href^=otpauth]').href")
    bo.fills("#confirm", code=pyotp.TOTP(secret).now())
    bo.press("Confirm")
    bo.tab.until("document.querySelector('#second[data-on] .codes li')")
    assert violations(bo.tab, RULES) == []
    bo.assert_at_ease()

    bo.fills("#off", code=bo.tab.text(".codes li"))
    bo.press("Switch it off")
    bo.tab.until("document.querySelector('#enrol') && !document.querySelector('.codes')")


def test_a_wallet_is_topped_up_and_withdrawn_from_and_a_card_kept_for_renewals_in_the_words_shown(neighbours):
    _, bo = neighbours
    bo.goes("/app/account")
    bo.press("Wallet and payment methods")
    bo.press("Top up")
    bo.fills("#topup", amount="fifty")
    bo.press("Go on")
    bo.tab.until("document.querySelector('#topup [aria-invalid=true]')")
    bo.fills("#topup", amount="50")
    bo.press("Go on")
    bo.tab.until("document.querySelector('#pay')")
    bo.press("Pay €50.00")
    bo.sees("€50.00", ".balances [data-currency=EUR]")

    bo.press("Add an account")
    bo.fills("#keep", label="My bank")
    bo.press("Keep")
    bo.press("Withdraw")
    bo.fills("#withdraw", amount="20")
    bo.tab.click("#withdraw .actions button")
    bo.sees("€30.00", ".balances [data-currency=EUR]")
    bo.sees("My bank", "[data-payout]")
    bo.sees("-€20.00", "[aria-label=Statement]")

    bo.press("Add a card")
    bo.tab.until("document.querySelector('dialog[open] #keep')")
    bo.tab.choose("dialog[open] #keep [name=token]", "tok_3ds")
    bo.fills("#keep", label="My card")
    bo.press("Keep")
    bo.press("Use for renewals")
    words = bo.tab.text("#consent")
    assert "My card" in words
    assert violations(bo.tab, RULES) == []
    bo.press("I agree")
    bo.press("I have confirmed it")  # its bank asks first
    bo.sees(words, "[data-consented] q")
    [card] = [one for one in bo.person.sign_in().get("/v1/payments/methods")["items"] if one["use"] == "pay"]
    assert (card["label"], card["consent"]) == ("My card", words)
    bo.press("No more renewals")
    bo.tab.until("document.querySelector('[data-method]') && !document.querySelector('[data-consented]')")
    bo.press("Top up")
    bo.fills("#topup", amount="5")
    bo.press("Go on")
    bo.tab.until("document.querySelector('#pay')?.innerText.includes('My card')")
    bo.press("Pay €5.00")
    bo.press("Yes, it is me")
    bo.sees("€35.00", ".balances [data-currency=EUR]")
    bo.tab.click("[aria-label='Forget My card']")
    bo.sees("No card is kept.")
    bo.assert_at_ease()


def test_who_may_offer_no_more_is_led_to_the_plan_that_allows_it(neighbours, founded, picture):
    sela, _ = neighbours
    seller = sela.person.sign_in()
    while (made := seller.ask("POST", "/v1/listings", founded.listing("One of many"))).status == 201:
        pass
    assert made.problem == "limit-reached"

    sela.goes("/app/sell")
    sela.tab.until("document.querySelector('form#publish [name=category_id] option:nth-child(2)')")
    sela.fills("#publish", title="One too many", price="5")
    sela.tab.choose("#publish [name=category_id]", founded.categories["Furniture"])
    sela.tab.click("#publish .actions button")
    sela.press("Compare the plans")
    sela.tab.until("document.querySelector('.plan[data-wanted][data-plan=STANDARD]')")
    sela.assert_at_ease()
    sela.tab.click(".plan[data-wanted] button")
    sela.tab.until("document.querySelector('.present[data-plan=STANDARD][data-status=TRIALING]')")

    assert seller.ask("POST", "/v1/listings", founded.listing("One too many")).status == 201


def test_a_plan_is_chosen_paid_cancelled_for_its_periods_end_and_gone_on_with(neighbours):
    _, bo = neighbours
    member = bo.person.sign_in()
    tried = member.post("/v1/subscriptions", {"plan": "STANDARD", "interval": "month"})
    member.post(f"/v1/subscriptions/{tried['id']}/cancel", {"at_once": True})

    bo.goes("/app/plans")
    bo.tab.click(".choices label:nth-of-type(2) input")
    bo.sees("$290.00 a year", ".plan[data-plan=PREMIUM]")
    bo.tab.click(".plan[data-plan=PREMIUM] button")
    bo.tab.click("#pay .actions button")
    bo.tab.until("document.querySelector('.present[data-plan=PREMIUM][data-status=ACTIVE]:not([data-due])')")
    bo.press("Cancel at the period's end")
    bo.tab.until("document.querySelector('.present[data-ending][data-plan=PREMIUM]')")
    bo.press("Go on with it")
    bo.tab.until("document.querySelector('.present:not([data-ending])[data-plan=PREMIUM]')")

    assert member.get("/v1/subscriptions?limit=1")["items"][0]["cancel_at_period_end"] is False
    bo.assert_at_ease()


def test_a_lesson_is_offered_with_its_hours_booked_paid_and_seen_by_its_provider(
    neighbours, founded, picture
):
    sela, bo = neighbours
    sela.goes("/app")

    where = sela.publishes(founded, "Chair weaving lesson", picture, kind="SERVICE")
    sela.press("When it can be booked")
    sela.tab.until("document.querySelectorAll('#hours .week div').length === 7")
    sela.press("Keep")
    sela.tab.until(f"location.pathname === '{where}'")
    sela.goes("/app/bookings?as=provider")
    bo.goes(where)
    bo.tab.until("document.querySelector('.slots .times button')")
    bo.assert_at_ease()
    bo.tab.click(".slots li:nth-child(2) .chip")  # tomorrow's may be too soon by the time it is pressed
    bo.tab.click(".slots .times button")
    bo.press("Book this time")
    bo.tab.until("document.querySelector('.booking[data-status=HELD]')")
    bo.press("Pay €45.50")
    bo.tab.until("document.querySelector('#pay')")
    bo.tab.click("#pay .actions button")
    bo.tab.until("document.querySelector('.booking[data-status=CONFIRMED]')")

    sela.sees("Chair weaving lesson", ".rows")
    sela.sees("Confirmed", ".rows")
    sela.tab.click(".rows a")
    sela.sees("Bo Buyers")
    for one in (sela, bo):
        one.assert_at_ease()


def test_who_is_blocked_sees_nothing_more_and_a_report_reaches_the_moderators(neighbours, founded, picture):
    sela, bo = neighbours
    sela.goes("/app")
    where = sela.publishes(founded, "A lamp nobody needs", picture)

    bo.goes(where)
    bo.press("Report")
    bo.tab.until("document.querySelector('#report')")
    bo.press("Send the report")
    bo.sees("Moderators will look at it", ".told")
    bo.tab.click(".seller .person")
    bo.press("Block")
    bo.tab.until("document.querySelector('dialog[open]')")
    bo.tab.click("dialog[open] .actions button")
    bo.tab.until("[...document.querySelectorAll('main button')].some((one) => one.innerText === 'Unblock')")

    bo.goes(where)
    bo.sees("There is no such thing")
    cases = founded.mara.get("/v1/moderation/cases?kind=listing")["items"]
    assert where.rpartition("/")[2] in {one["target_id"] for one in cases}
    bo.tab.run("history.back()")
    bo.press("Unblock")
    bo.tab.until("[...document.querySelectorAll('main button')].some((one) => one.innerText === 'Block')")


def test_a_resident_hands_in_a_document_mends_it_and_is_verified(neighbours, founded, picture):
    _, bo = neighbours
    founded.mara.post(f"{founded.path}/units", {"number": "3F"})
    bo.goes(f"/app/buildings/{founded.id}")

    bo.press("Have it verified that you live here")
    bo.fills("#ask", unit="3x")
    bo.press("Go on")
    bo.sees("has no such unit", "#ask .fault:not([role])")
    bo.fills("#ask", unit="3f")
    bo.press("Go on")
    bo.press("Hand it in")
    bo.sees("Hand over", "#steps .field .fault")
    bo.tab.files("#steps input[type=file]", picture)
    bo.tab.until("document.querySelector('.documents li[data-ready]')")
    assert violations(bo.tab, RULES) == []
    bo.press("Hand it in")
    bo.tab.until("document.querySelector('#verification[data-status=PENDING]')")

    request = "/v1/verifications/" + bo.tab.run("location.pathname").rpartition("/")[2]
    founded.mara.post(f"{request}/reject", {"reason": "The name is cut off."})
    bo.tab.until("document.querySelector('#verification[data-status=REJECTED]')")  # he is told
    bo.sees("The name is cut off.", "blockquote")
    assert violations(bo.tab, RULES) == []
    bo.tab.click(".documents li button")
    bo.tab.files("#steps input[type=file]", picture)
    bo.tab.until("document.querySelector('.documents li[data-ready]')")
    bo.press("Hand it in again")
    bo.tab.until("document.querySelector('#verification[data-status=PENDING]')")
    founded.mara.post(f"{request}/approve")
    bo.tab.until("document.querySelector('#verification[data-status=APPROVED]')")
    bo.assert_at_ease()

    bo.goes(f"/app/buildings/{founded.id}")
    bo.sees("It is verified that you live here.")
    bo.goes("/app/notifications")
    assert request.rpartition("/")[2] in bo.tab.run("document.querySelector('.news-list a').href")


def test_who_must_be_verified_to_order_is_led_there(neighbours, founded):
    sela, _ = neighbours
    bench = founded.offer(founded.ada, "A bench for verified neighbours")
    founded.allow(verification_required=True)
    sela.goes(f"/app/listings/{bench['id']}")

    sela.press("Order")
    sela.press("Place the order")
    sela.press("Verify")

    sela.tab.until("location.pathname === '/app/verification' && document.querySelector('#ask')")
    founded.allow(verification_required=False)
    sela.assert_at_ease()


def test_steps_are_kept_for_later_and_come_back_as_they_were(neighbours):
    _, bo = neighbours
    bo.goes("/app/account")
    bo.press("Verification")
    bo.tab.until("document.querySelector('#ask option')")
    options = "[...document.querySelectorAll('#ask option')]"
    bo.tab.choose("#ask select", bo.tab.run(f"{options}.find((one) => one.innerText === 'Provider').value"))
    bo.press("Go on")
    bo.tab.until("document.querySelector('#steps')")
    bo.tab.fill("#steps [name='identity/legal_name']", "Bo Buyers")
    bo.tab.click("#steps [name='agreement/accepted']")
    bo.press("Keep it for later")
    bo.sees("Kept.", ".told")

    bo.goes(bo.tab.run("location.pathname"))
    assert bo.tab.run("document.querySelector('#steps [name=\"identity/legal_name\"]').value") == "Bo Buyers"
    assert bo.tab.run("document.querySelector('#steps [name=\"agreement/accepted\"]').checked")
    bo.press("Hand it in")
    bo.tab.until("document.querySelector('#steps [name=\"payout/account_number\"][aria-invalid=true]')")
    assert not bo.tab.run(
        "document.querySelector('#steps [name=\"identity/legal_name\"][aria-invalid=true]')"
    )
    bo.press("Take it back")
    bo.press("Yes, take it back")
    bo.tab.until("document.querySelector('#verification[data-status=WITHDRAWN]')")
    bo.assert_at_ease()


VIEWS = (
    "/app", "/app?q=chair&min=1&currency=EUR", "/app/orders", "/app/orders?as=seller", "/app/bookings",
    "/app/mine", "/app/sell", "/app/account", "/app/account/profile", "/app/account/devices",
    "/app/account/second", "/app/buildings", "/app/verification", "/app/wallet", "/app/plans",
)  # fmt: skip


def booked(customer: Person, house: House) -> str:
    """Have somebody book a lesson; return the booking's id."""
    ref = f"listing:{house.offer(house.ada, 'A lesson in looking', type='SERVICE')['id']}"
    hours = [{"weekday": day, "start": 0, "end": 1440} for day in range(7)]
    house.ada.post(
        "/v1/bookings/resources", {"ref": ref, "timezone": "Europe/Lisbon", "duration": 60, "hours": hours}
    )
    today = datetime.now(UTC).date()
    asked = f"ref={ref}&since={today}&until={today + timedelta(days=2)}"
    times = customer.get(f"/v1/bookings/availability?{asked}")["items"]
    return str(customer.post("/v1/bookings", {"ref": ref, "starts_at": times[-1]["starts_at"]})["id"])


def pages(bo: Resident, sela: Resident, house: House) -> dict[str, str]:
    """Return the addresses of pages about something."""
    customer, seller = bo.person.sign_in(), sela.person.sign_in()
    chair = house.offer(house.ada, "An armchair for looking at")
    return {
        "a building": f"/app/buildings/{house.id}",
        "an order": f"/app/orders/{house.order(customer, chair)['id']}",
        "a booking": f"/app/bookings/{booked(customer, house)}",
        "an offer": f"/app/listings/{chair['id']}",
        "a person": f"/app/people/{seller.id}",
        "a request": "/app/verification/"
        + customer.post("/v1/verifications", {"kind": "verification.seller"})["id"],
        "one's own offer": f"/app/listings/{house.offer(seller, 'A stool for looking at')['id']}",
    }


@pytest.fixture(scope="module")
def somewhere(neighbours, founded) -> dict[str, str]:
    sela, bo = neighbours
    return pages(bo, sela, founded) | {view: view for view in VIEWS}


NAMED = ("a building", "an order", "a booking", "an offer", "a person", "a request", "one's own offer")


@pytest.mark.parametrize("view", [*VIEWS, *NAMED])
def test_every_view_meets_the_guidelines_at_both_widths_and_in_both_schemes(neighbours, somewhere, view):
    one = neighbours[0 if view == "one's own offer" else 1]
    one.goes(somewhere[view])

    for width, height in ((360, 740), (1366, 900)):
        one.tab.resize(width, height)
        for scheme in ("light", "dark"):
            features = [{"name": "prefers-color-scheme", "value": scheme}]
            one.tab.send("Emulation.setEmulatedMedia", features=features)
            assert violations(one.tab, RULES) == []
            assert one.tab.run("document.documentElement.scrollWidth") <= width
