"""What a person does with the demo, in a browser: from registering to being found."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image, ImageDraw

from kernel.testing.applications import test_settings
from kernel.testing.server import Server
from plugins.categories import demo
from tests.plugins.welcome.browser import Browser, Tab

PLUGINS = ("welcome",)
PASSWORD = "violet-harbour-71"
READY = (
    "document.documentElement.dataset.ready === '' "
    "&& document.querySelector('#told').textContent !== 'Looking…'"
)
SIGNED_IN = "document.querySelector('#me').checkVisibility()"
FOUND_SOON = """
(async () => {
  const end = Date.now() + 30_000, pause = () => new Promise((next) => setTimeout(next, 200));
  for (let limit = 1; Date.now() < end; limit = limit %% 100 + 1, await pause()) {
    const answer = await fetch(`/v1/listings?q=%s&limit=${limit}`); // never a kept answer
    if ((await answer.json()).items.length) return true;
  }
  return false;
})()
"""
EXPECTED = "the server responded with a status of 4"  # refusals are part of the journey


@pytest.fixture(scope="module")
def url(postgres, applications, tmp_path_factory):
    """The address of a running Stoa with the demo's six categories; one for all, who are strangers."""
    directory = tmp_path_factory.mktemp("welcome")
    database = {"url": postgres.fresh_database(applications.template(PLUGINS))}
    loader = applications.make(PLUGINS, {"database": database})
    demo.load(lambda done, total: None)
    loader.stop()
    settings = {"database": database, "kernel": {"test_clock": False}}
    server = Server(test_settings(PLUGINS, settings, directory / "var", ""), directory)
    server.start()
    yield server.url
    server.stop()
    postgres.drop_database(database["url"])


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def photograph(tmp_path):
    """A JPEG as a camera would make it."""
    picture = Image.new("RGB", (1600, 1200), "#b5651d")
    ImageDraw.Draw(picture).ellipse((400, 200, 1200, 1000), fill="#fff3d6")
    data = io.BytesIO()
    picture.save(data, "JPEG")
    path = tmp_path / "lamp.jpg"
    path.write_bytes(data.getvalue())
    return path


@pytest.fixture
def home(browser, url):
    """Open the page as somebody new, on a device of theirs."""

    def opened(path: str = "/", **device) -> Tab:
        tab = browser.tab(url + path, **device)
        tab.until(READY)
        return tab

    return opened


def register(tab: Tab, email: str, name: str = "Ada Lindqvist") -> None:
    tab.click("[data-open=register]")
    for field, text in (("#r-name", name), ("#r-email", email), ("#r-password", PASSWORD)):
        tab.fill(field, text)
    tab.click("#register .actions button")
    tab.until(f"{SIGNED_IN} && document.querySelector('#me').textContent === '{name}'")


def sign_in(tab: Tab, email: str, password: str = PASSWORD) -> None:
    tab.click("[data-open=sign-in]")
    tab.fill("#s-email", email)
    tab.fill("#s-password", password)
    tab.click("#sign-in .actions button")


def tokens(tab: Tab) -> dict[str, str]:
    return json.loads(tab.run("sessionStorage.getItem('stoa.session')"))


def spoil(tab: Tab) -> None:
    """Leave the tab with an access token that has run out, and load it anew."""
    spoilt = json.dumps({**tokens(tab), "access_token": "a.b.c"})
    tab.run(f"sessionStorage.setItem('stoa.session', {json.dumps(spoilt)}); location.reload()")


def test_a_person_registers_verifies_publishes_and_is_found(home, browser, url, photograph):
    ada = home()
    register(ada, "ada@example.com")
    assert "ada@example.com" in ada.text("#unverified")

    mailbox = browser.tab(f"{url}/_mailbox?to=ada@example.com", beside=ada)
    while not (link := mailbox.run("document.querySelector('.text a')?.href")):
        mailbox.goto(f"{url}/_mailbox?to=ada@example.com")
    mailbox.goto(link)
    mailbox.click("main button")
    mailbox.until("document.body.innerText.includes('Your address is verified')")
    ada.run("dispatchEvent(new Event('focus'))")
    ada.until("!document.querySelector('#unverified').checkVisibility()")

    ada.click("[data-open=publish]")
    ada.click("#publish .actions button")
    ada.until("document.querySelector('#p-title[aria-invalid=true]')")
    assert ada.run("document.activeElement.id") == "p-title"
    ada.files("#p-photos", photograph)
    ada.fill("#p-title", "Porcelain lighthouse lamp")
    ada.fill("#p-description", "Glows at night.")
    ada.choose("#p-category", str(demo.category_id("furniture")))
    ada.until("document.querySelector('#a-width')")
    ada.fill("#a-width", "4000")
    ada.fill("#p-price", "19.99")
    ada.until("document.querySelector('.photo p').textContent === 'Ready'")
    assert ada.unnamed() == []
    ada.click("#publish .actions button")
    ada.until("document.querySelector('#a-width[aria-invalid=true]')")
    assert "At most 1000 cm." in ada.text("#a-width-fault")
    assert "Condition is required." in ada.text("#publish")
    ada.fill("#a-width", "40")
    ada.choose("#a-condition", "good")
    ada.click("#publish .actions button")
    ada.until("document.querySelector('#listing').open && document.querySelector('#listing-title')")
    assert ada.text("#listing-title") == "Porcelain lighthouse lamp"
    assert "$19.99" in ada.text("#detail")
    assert "40 cm" in ada.text("#detail")
    ada.until("document.querySelector('#detail img').naturalWidth > 300")

    stranger = home(width=360, height=740)
    stranger.fill("#q", "lighthouse")
    stranger.click("#search button")
    stranger.until("document.querySelector('.card')?.innerText.includes('Porcelain lighthouse lamp')")
    stranger.until("document.querySelector('.card img').naturalWidth === 400")
    assert stranger.run(FOUND_SOON % "porcelan+lighthose")
    stranger.fill("#q", "porcelan lighthose")
    stranger.click("#search button")
    stranger.until("document.querySelector('#results').textContent.includes('porcelan')")
    stranger.until("document.querySelector('.card')?.innerText.includes('Porcelain lighthouse lamp')")

    for tab in (ada, stranger, mailbox):
        assert [one for one in tab.complaints() if EXPECTED not in one] == []


def test_a_device_signed_out_elsewhere_is_out_at_once(home):
    ada = home()
    register(ada, "two-devices@example.com")
    phone = home(width=360, height=740)
    sign_in(phone, "two-devices@example.com", "not the password")
    phone.until("document.querySelector('#sign-in [data-faults]').textContent")
    phone.fill("#s-password", PASSWORD)
    phone.click("#sign-in .actions button")
    phone.until(SIGNED_IN)

    ada.click("[data-open=devices]")
    ada.until("document.querySelectorAll('#sessions li').length === 2")
    assert "Chrome on Linux" in ada.text("#sessions")
    assert ada.unnamed() == []
    ada.click("#sessions button")
    ada.until("document.querySelectorAll('#sessions li').length === 1")

    phone.click("#me")
    phone.until("document.querySelector('[data-open=sign-in]').checkVisibility()")
    assert tokens(ada)["user"]["name"] == "Ada Lindqvist"
    assert phone.run("sessionStorage.getItem('stoa.session')") is None


def test_tokens_are_renewed_unnoticed_also_by_two_tabs_at_once(home, browser, url):
    ada = home()
    register(ada, "two-tabs@example.com")
    first = tokens(ada)
    twin = browser.tab(url + "/", beside=ada)
    twin.run(f"sessionStorage.setItem('stoa.session', {json.dumps(json.dumps(first))})")

    spoil(ada)
    spoil(twin)

    for tab in (ada, twin):
        tab.until(READY)
        tab.until("JSON.parse(sessionStorage.getItem('stoa.session'))?.access_token.length > 20")
        tab.click("#me")
        tab.until("document.querySelectorAll('#sessions li').length === 1")
    assert tokens(ada)["refresh_token"] == tokens(twin)["refresh_token"] != first["refresh_token"]


def test_what_is_shown_is_in_the_address(home):
    tab = home()

    tab.click(f"#categories a[data-id='{demo.category_id('phones')}']")
    tab.until("document.querySelector('#results').textContent === 'Phones'")
    assert f"category={demo.category_id('phones')}" in tab.run("location.search")
    tab.run("history.back()")
    tab.until("document.querySelector('#results').textContent === 'Latest listings'")
    again = home(f"/?category={demo.category_id('phones')}&q=nothing")
    again.until("document.querySelector('#results').textContent === '“nothing” in Phones'")
    assert "Nothing like that" in again.text("#grid")


def test_it_is_usable_with_the_keyboard_alone(home):
    tab = home()

    tab.press("Tab", 9)
    assert tab.run("document.activeElement.className") == "skip"
    tab.run("document.querySelector('[data-open=register]').focus()")
    tab.press("Enter", 13)
    tab.until("document.querySelector('#register').open")
    assert tab.run("document.activeElement.id") == "r-name"
    tab.press("Escape", 27)
    tab.until("!document.querySelector('#register').open")
    assert tab.run("document.activeElement.dataset.open") == "register"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_sticks_out_and_everything_has_a_name(home, width, dark):
    tab = home(width=width, dark=dark)

    assert tab.run("document.documentElement.scrollWidth") == width
    assert tab.unnamed() == []
    for dialog in ("register", "sign-in"):
        tab.click(f"[data-open={dialog}]")
        assert tab.unnamed() == []
        tab.press("Escape", 27)
        tab.until(f"!document.querySelector('#{dialog}').open")
    assert tab.complaints() == []


def test_a_file_that_is_no_photograph_is_refused_where_it_stands(home, tmp_path, photograph):
    tab = home()
    register(tab, "photographer@example.com")
    (tmp_path / "fake.jpg").write_bytes(b"not a picture")

    tab.click("[data-open=publish]")
    tab.files("#p-photos", photograph, tmp_path / "fake.jpg")
    tab.until("document.querySelector('.photo p.fault')")
    tab.click("#publish .actions button")
    tab.until("document.querySelector('#publish [data-faults]').textContent.includes('cannot be used')")
    assert len(tab.text(".photo p.fault")) <= 120
    tab.click(".photo:has(.fault) button")
    tab.until("document.querySelectorAll('.photo').length === 1")
    tab.until("document.querySelector('.photo p').textContent === 'Ready'")


def test_long_names_and_addresses_fit_a_phone(home):
    tab = home(width=360)

    register(tab, f"{'someone-with-a-very-long-address' * 2}@example.com", "Maximiliane" * 9)
    tab.fill("#q", "unbreakable" * 18)
    tab.click("#search button")
    tab.until("document.querySelector('#results').textContent.includes('unbreakable')")
    tab.until("document.querySelector('.empty')")

    assert tab.run("document.documentElement.scrollWidth") == 360
    tab.click("#me")
    tab.until("document.querySelectorAll('#sessions li').length === 1")
    assert tab.run(
        "document.querySelector('#devices').scrollWidth <= document.querySelector('#devices').clientWidth"
    )
