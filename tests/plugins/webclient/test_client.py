"""The client in a browser, on a server of nothing but what it requires: sessions, offline, updates."""

from __future__ import annotations

import json

import pytest

from kernel.testing.applications import test_settings
from kernel.testing.server import Server
from plugins.categories import demo
from tests.plugins.welcome.browser import Browser, Tab

PLUGINS = ("webclient",)
PASSWORD = "violet-harbour-71"
READY = "document.documentElement.dataset.ready === '' && !document.querySelector('.waiting, .blank')"
SIGNED_IN = "document.querySelector('.tab')"
CONTROLLED = "navigator.serviceWorker.controller"
ADDRESSES = """
(async () => (await Promise.all((await caches.keys()).map(async (name) =>
  (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)))).flat())()
"""

pytestmark = pytest.mark.slow


class Site:
    """A running Stoa that can be stopped and come back changed, at the same address."""

    def __init__(self, directory, database) -> None:
        self._directory, self._database, self._made = directory, database, 0
        self.server = self._server({})
        self.server.start()

    @property
    def url(self) -> str:
        return self.server.url

    def _server(self, webclient) -> Server:
        self._made += 1
        directory = self._directory / str(self._made)
        directory.mkdir()
        settings = {"database": self._database, "kernel": {"test_clock": False}, "webclient": webclient}
        return Server(test_settings(PLUGINS, settings, self._directory / "var", ""), directory)

    def renamed(self, name: str) -> None:
        """Come back under another name."""
        port = self.server.port
        self.server.stop()
        self.server = self._server({"name": name})
        self.server.port, self.server.url = port, f"http://127.0.0.1:{port}"
        self.server.start()


@pytest.fixture(scope="module")
def site(postgres, applications, tmp_path_factory):
    database = {"url": postgres.fresh_database(applications.template(PLUGINS))}
    loader = applications.make(PLUGINS, {"database": database})
    demo.load(lambda done, total: None)
    loader.stop()
    running = Site(tmp_path_factory.mktemp("webclient"), database)
    yield running
    running.server.stop()
    postgres.drop_database(database["url"])


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def opened(browser, site):
    """Open an address of the client as somebody new."""

    def at(path: str = "/app", **device) -> Tab:
        tab = browser.tab(site.url + path, **device)
        tab.until(READY)
        return tab

    return at


def register(tab: Tab, email: str, name: str = "Ada Lindqvist") -> None:
    tab.click("a[href='/app/register']")
    tab.until("document.querySelector('form#register')")
    for field, text in (("name", name), ("email", email), ("password", PASSWORD)):
        tab.fill(f"#register [name={field}]", text)
    tab.click("#register .actions button")
    tab.until(SIGNED_IN)


def offline(tab: Tab, *, off: bool) -> None:
    """Take the network from a page and from its worker."""
    tab.send("Network.enable")
    tab.send(
        "Network.emulateNetworkConditions", offline=off, latency=0, downloadThroughput=-1, uploadThroughput=-1
    )


def test_what_is_not_enabled_is_not_shown(opened):
    ada = opened()
    register(ada, "parts@example.com")

    tabs = ada.run("[...document.querySelectorAll('.tab span:first-of-type')].map((one) => one.textContent)")

    assert tabs == ["Market", "News", "Me"]
    assert opened("/app/orders").text("h1") == "There is nothing here"


def test_a_link_of_somebody_else_leads_no_call_astray(opened):
    ada = opened()
    trap = "Object.assign(document.createElement('a'), {href: '/app/listings/..%2Fcategories', id: 'trap'})"
    ada.run(f"document.body.append({trap})")
    ada.run("document.querySelector('#trap').click()")

    ada.until("document.querySelector('h1')?.textContent === 'There is nothing here'")


def test_a_link_to_what_needs_somebody_leads_there_after_the_sign_in(opened):
    ada = opened()
    register(ada, "deep@example.com")
    phone = opened(width=360)

    phone.run("void location.assign('/app/account/devices')")
    phone.until("location.pathname === '/app/sign-in'")
    phone.fill("[name=email]", "deep@example.com")
    phone.fill("[name=password]", "not the password")
    phone.click("#sign-in .actions button")
    phone.until("document.querySelector('#sign-in [role=alert]').textContent")
    phone.fill("[name=password]", PASSWORD)
    phone.click("#sign-in .actions button")

    phone.until(
        "location.pathname === '/app/account/devices' && document.querySelectorAll('.rows li').length === 2"
    )


def test_nobody_is_led_to_another_site_after_the_sign_in(opened):
    ada = opened()
    register(ada, "open@example.com")
    phone = opened("/app/sign-in?next=https://evil.example/app")

    phone.fill("[name=email]", "open@example.com")
    phone.fill("[name=password]", PASSWORD)
    phone.click("#sign-in .actions button")

    phone.until(f"{SIGNED_IN} && location.pathname === '/app'")


def test_the_back_button_brings_back_the_list_and_its_place(opened):
    tab = opened("/app?type=PRODUCT")

    tab.choose("#sort", "price_asc")
    tab.until("location.search.includes('sort=price_asc')")
    tab.run("history.back()")

    tab.until("location.search === '?type=PRODUCT' && document.querySelector('#sort').value === 'newest'")
    assert tab.run("document.querySelector('#kind').value") == "PRODUCT"


def test_what_is_refused_stands_beside_its_field(opened):
    ada = opened()
    ada.click("a[href='/app/register']")
    ada.until("document.querySelector('form#register')")
    ada.fill("[name=email]", "somebody@example.com")
    ada.fill("[name=password]", PASSWORD)

    ada.click("#register .actions button")

    ada.until("document.querySelector('[name=name][aria-invalid=true]')")
    assert "required" in ada.text(".field:has([name=name]) .fault")
    ada.until("document.activeElement.name === 'name'")
    assert ada.unnamed() == []


def spoil(tab: Tab) -> None:
    """Leave the browser with an access token that has run out."""
    spoilt = "{...JSON.parse(localStorage['stoa.session']), access_token: 'a.b.c', ends_at: 0}"
    tab.run(f"localStorage['stoa.session'] = JSON.stringify({spoilt})")


def test_two_tabs_share_a_session_renew_it_once_and_end_it_together(opened, browser, site):
    ada = opened()
    register(ada, "two@example.com")
    first = json.loads(ada.run("localStorage['stoa.session']"))
    twin = browser.tab(f"{site.url}/app/account/devices", beside=ada)
    twin.until("document.querySelectorAll('.rows li').length === 1")

    spoil(ada)
    for tab in (ada, twin):
        tab.run("location.reload()")
    for tab in (ada, twin):
        tab.goto(f"{site.url}/app/account/devices")
        tab.until("document.querySelectorAll('.rows li').length === 1")
    renewed = json.loads(ada.run("localStorage['stoa.session']"))
    ada.goto(f"{site.url}/app/account")
    ada.until("[...document.querySelectorAll('button')].some((one) => one.textContent === 'Sign out')")
    ada.run("[...document.querySelectorAll('button')].find((one) => one.textContent === 'Sign out').click()")

    twin.until("location.pathname === '/app/sign-in'")
    assert (renewed["turn"], renewed["session_id"]) == (first["turn"] + 1, first["session_id"])
    assert twin.run("localStorage['stoa.session'] ?? null") is None


def test_a_browser_finds_nothing_that_keeps_it_from_being_installed(opened):
    tab = opened()
    tab.until(CONTROLLED)

    found = tab.send("Page.getAppManifest")
    errors = tab.send("Page.getInstallabilityErrors")["installabilityErrors"]

    assert found["errors"] == []
    assert [
        one["errorId"] for one in errors if one["errorId"] != "in-incognito"
    ] == []  # the test's context is one


def test_without_a_network_it_opens_says_so_and_has_kept_no_answer(opened, site):
    ada = opened(width=360)
    register(ada, "offline@example.com")
    ada.until(CONTROLLED)
    ada.goto(f"{site.url}/app/account/devices")
    ada.until("document.querySelectorAll('.rows li').length === 1")
    kept = ada.run(ADDRESSES)

    site.server.stop()
    try:
        ada.run("location.reload()")
        ada.until("document.querySelector('.empty[role=alert]')?.innerText.includes('cannot be reached')")
        assert ada.text("h1") == "Devices signed in"
        offline(ada, off=True)
        ada.until("document.querySelector('.notices')?.innerText.includes('You are offline')")
        offline(ada, off=False)
    finally:
        site.server.start()
    ada.click(".empty button")

    ada.until("document.querySelectorAll('.rows li').length === 1")
    assert [one for one in kept if not (one == "/app" or one.startswith("/app/files/"))] == []


def test_a_new_version_waits_until_the_person_loads_it(opened, site):
    tab = opened()
    tab.until(CONTROLLED)

    site.renamed("Attalos")
    tab.run("document.dispatchEvent(new Event('visibilitychange'))")
    tab.until("document.querySelector('.notices')?.innerText.includes('A new version is here')")
    assert tab.text(".brand") == "Stoa"
    tab.click(".notices button")

    tab.until("document.querySelector('.brand')?.innerText === 'Attalos'")
    tab.until(f"{READY} && !document.querySelector('.notices p')")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_sticks_out_and_everything_has_a_name(opened, width, dark):
    for path in ("/app", "/app/sign-in", "/app/register", "/app/forgot"):
        tab = opened(path, width=width, dark=dark)

        assert tab.run("document.documentElement.scrollWidth") == width
        assert tab.unnamed() == []
        assert tab.complaints() == []


def test_focus_goes_to_the_heading_of_what_was_opened_and_the_first_tab_skips_to_the_content(opened):
    tab = opened()

    tab.press("Tab", 9)
    assert tab.run("document.activeElement.className") == "skip"
    tab.run("document.querySelector('a[href=\"/app/sign-in\"]').focus()")
    tab.press("Enter", 13)
    tab.until("document.activeElement.matches('h1') && document.activeElement.innerText === 'Sign in'")
    tab.run("document.querySelector('a[href=\"/app/forgot\"]').focus()")
    tab.press("Enter", 13)

    tab.until("document.activeElement.matches('h1') && document.title.startsWith('Forgotten password')")
