"""What a person sees: axe at two widths, light and dark; keyboard, zoom, stillness, no script."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from kernel.testing.applications import test_settings
from kernel.testing.server import Server
from tests.journeys.axe import GUIDELINES, RULES, violations
from tests.journeys.residents import PASSWORD
from tests.plugins.welcome.browser import Browser, Tab

pytestmark = pytest.mark.slow

ADA = {"email": "ada@example.com", "password": "violet-harbour-71", "name": "Ada Lindqvist"}
ATTEMPTS = 5000
PHONE, DESKTOP = (390, 844), (1366, 900)
ZOOMED = (683, 450)  # a desktop at 200 %
LINKS = re.compile(r"(/v1/\S+)")
OPERATIONS = "document.querySelector('rapi-doc')?.shadowRoot?.querySelector('%s')"
HEAD, PATH = OPERATIONS % ".endpoint-head", OPERATIONS % ".nav-bar-path"
FOCUSED = """
(() => { let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  const style = getComputedStyle(one), seen = style.outlineStyle !== "none" || style.boxShadow !== "none";
  return { name: one.className || one.id || one.tagName, seen };
})()
"""
MOVING = """
[...document.querySelectorAll("*")].map((one) => getComputedStyle(one)).filter((style) =>
  parseFloat(style.transitionDuration) > 0.01
  || (style.animationName !== "none" && parseFloat(style.animationDuration) > 0.01)
).length
"""


@dataclass
class Site:
    """A running Stoa, and what is in the mail somebody got from it."""

    server: Server
    mails: list[dict]

    @property
    def url(self) -> str:
        return self.server.url

    def link(self, page: str) -> str:
        """Return the path of a page that a message leads to."""
        found = [link for mail in self.mails for link in LINKS.findall(mail["text"]) if page in link]
        return found[0]


@pytest.fixture(scope="module")
def site(postgres, applications, tmp_path_factory):
    """Ada has registered and forgotten her password."""
    plugins = ("admin", "webclient", "welcome")
    directory = tmp_path_factory.mktemp("site")
    settings = {"database": {"url": postgres.fresh_database(applications.template(plugins))}}
    settings["kernel"] = {"test_clock": False}
    server = Server(test_settings(plugins, settings, directory / "var", ""), directory).start()
    try:
        yield Site(server, letters(server))
    finally:
        server.stop()
    postgres.drop_database(settings["database"]["url"])


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


def letters(server: Server) -> list[dict]:
    """Register Ada, have her forget her password, and return what is sent to her."""
    assert server.post("/v1/auth/register", ADA).status == 201
    assert server.post("/v1/auth/forgot-password", {"email": ADA["email"]}).status == 202
    for _ in range(ATTEMPTS):
        found: list[dict] = server.get("/_mailbox.json").json["items"]
        if len(found) == 2:
            return found
    raise AssertionError(server.output())


def checked(tab: Tab, width: int, rules: tuple[str, ...] = RULES) -> None:
    """Hold a page to what every page is held to."""
    assert violations(tab, rules) == []
    assert tab.run("document.documentElement.scrollWidth") <= width
    assert tab.run("document.compatMode") == "CSS1Compat"
    assert tab.complaints() == []


def heard(tab: Tab) -> str:
    """Return what a screen reader would say of a page; no script runs in it for that."""
    nodes = tab.send("Accessibility.getFullAXTree")["nodes"]
    return " ".join(str(one.get("name", {}).get("value", "")) for one in nodes if not one["ignored"])


PAGES = {
    "the front page": lambda site: "/",
    "the console, before one signs in": lambda site: "/admin",
    "the web client": lambda site: "/app",
    "its sign-in": lambda site: "/app/sign-in",
    "its registration": lambda site: "/app/register",
    "an address of it that is none": lambda site: "/app/nothing",
    "the mailbox": lambda site: "/_mailbox",
    "the mailbox of nobody": lambda site: "/_mailbox?to=nobody@example.com",
    "the problems": lambda site: "/problems",
    "a problem": lambda site: "/problems/invalid",
    "the page that verifies an address": lambda site: site.link("verify-email"),
    "the page that sets a password": lambda site: site.link("reset-password"),
    "the page that ends a subscription, by a broken link": lambda site: (
        "/v1/notifications/unsubscribe?token=x"
    ),
}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_meets_the_guidelines(site, browser, page):
    tab = browser.tab(site.url + PAGES[page](site))

    for width, height in (PHONE, DESKTOP):
        tab.resize(width, height)
        for scheme in ("light", "dark"):
            tab.send(
                "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
            )
            checked(tab, width)


def reference(browser: Browser, site: Site, size: tuple[int, int], shown: str, *, dark: bool = False) -> Tab:
    """Open the reference and wait for its operations: there are hundreds."""
    tab = browser.tab(f"{site.url}/reference", width=size[0], height=size[1], dark=dark)
    tab.send("Page.bringToFront")
    tab.until(shown, patience=60_000)
    return tab


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("size", "shown"), [(PHONE, HEAD), (DESKTOP, PATH)], ids=["phone", "desktop"])
def test_the_reference_meets_the_guidelines(site, browser, size, shown, dark):
    checked(reference(browser, site, size, shown, dark=dark), size[0])


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_an_e_mail_meets_the_guidelines(site, browser, dark):
    for mail in site.mails:
        tab = browser.tab("about:blank", width=PHONE[0], height=PHONE[1], dark=dark)
        frame = tab.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        tab.send("Page.setDocumentContent", frameId=frame, html=mail["html"])
        checked(tab, PHONE[0], GUIDELINES)


def test_the_mailbox_shows_an_e_mail_as_a_mail_program_would(site, browser):
    framed = site.server.get(f"/_mailbox/{site.mails[0]['id']}/html").text

    assert framed.lstrip().startswith("<!doctype html>")  # what precedes it brings quirks


def test_the_front_page_the_mailbox_and_the_client_are_walked_with_the_keyboard(site, browser):
    for path in ("/", "/_mailbox", "/app"):
        tab = browser.tab(site.url + path)
        walked = []
        for _ in range(8):
            tab.press("Tab", 9)
            walked.append(tab.run(FOCUSED))
        assert len({one["name"] for one in walked}) > 3
        assert [one for one in walked if not (one["seen"] or one["name"] == "BODY")] == []


def test_the_reference_is_opened_with_the_keyboard_also_at_200_percent(site, browser):
    tab = reference(browser, site, ZOOMED, f"{HEAD}?.tabIndex === 0")

    tab.run(f"{HEAD}.focus()")
    assert tab.run(FOCUSED)["seen"]
    tab.press("Enter", 13)

    tab.until(f"{HEAD}.getAttribute('aria-expanded') === 'true'")
    assert tab.run("document.documentElement.scrollWidth") <= ZOOMED[0]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_an_operation_is_opened_with_the_keyboard_and_meets_the_guidelines(site, browser, dark):
    tab = reference(browser, site, DESKTOP, PATH, dark=dark)

    tab.run(f"{PATH}.focus()")
    assert tab.run(FOCUSED)["seen"]
    tab.press("Enter", 13)
    tab.until(f"{OPERATIONS % 'api-response'}?.shadowRoot?.querySelector('button')")

    checked(tab, DESKTOP[0])


@pytest.mark.parametrize("path", ["/", "/_mailbox", "/problems", "/app"])
def test_zoomed_to_200_percent_nothing_sticks_out(site, browser, path):
    tab = browser.tab(site.url + path, width=ZOOMED[0], height=ZOOMED[1])

    assert tab.run("document.documentElement.scrollWidth") <= ZOOMED[0]


@pytest.mark.parametrize("path", ["/", "/app"])
def test_nothing_moves_for_those_who_ask_for_stillness(site, browser, path):
    tab = browser.tab(site.url + path)
    tab.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])

    assert tab.run(MOVING) == 0


def test_without_javascript_a_person_still_reads_their_mail_and_sets_their_password(site, browser):
    shown = {
        "/_mailbox": "Welcome to",
        site.link("reset-password"): "New password",
        "/reference": "/openapi.json",
    }

    for path, text in shown.items():
        tab = browser.tab("about:blank")
        tab.send("Emulation.setScriptExecutionDisabled", value=True)
        tab.send("Page.navigate", url=site.url + path)
        assert any(text in heard(tab) for _ in range(ATTEMPTS)), path


# -- the console, signed in ---------------------------------------------------

CONSOLE = (
    "", "accounts.users", "payments.payments", "moderation.cases", "dashboards.platform", "admin.audit",
    "admin.settings", "admin.health", "buildings.members",
)  # fmt: skip
STILL = """
document.documentElement.dataset.ready === '' && document.querySelector('main h1')
&& !document.querySelector('[aria-busy=true]')
&& !document.querySelector('main').innerText.includes('Loading…')
"""


@pytest.fixture(scope="module")
def console(founded, browser):
    """The console, as the platform's administrator has it in a building."""
    tab = browser.tab(f"{founded.market.url}/admin?scope={founded.scope}")
    tab.until(STILL)
    tab.fill("#email", founded.root.email)
    tab.fill("#password", PASSWORD)
    tab.click(".sign-in button")
    tab.until(f"!document.querySelector('#top').hidden && {STILL}")
    return tab


def at_every_size(tab: Tab) -> None:
    """Hold what is shown to what every page is held to, on a phone and a desktop, light and dark."""
    for width, height in (PHONE, DESKTOP):
        tab.resize(width, height)
        for scheme in ("light", "dark"):
            media = [{"name": "prefers-color-scheme", "value": scheme}]
            tab.send("Emulation.setEmulatedMedia", features=media)
            checked(tab, width)


@pytest.mark.parametrize("page", CONSOLE)
def test_every_page_of_the_console_meets_the_guidelines(founded, console, page):
    console.goto(f"{founded.market.url}/admin/{page}?scope={founded.scope}".replace("/?", "?"))
    console.until(STILL)

    at_every_size(console)


def test_the_console_is_used_with_the_keyboard_alone(founded, console):
    console.resize(*DESKTOP)
    console.goto(f"{founded.market.url}/admin/accounts.users")
    console.until(f"{STILL} && document.querySelector('tbody button')")

    console.press("Tab", 9)
    assert console.run("document.activeElement.className") == "skip"
    console.run("document.querySelector('tbody button').focus()")
    assert console.run(FOCUSED)["seen"]
    console.press("Enter", 13)
    console.until("document.querySelector('dialog.side[open] .parts dl')")
    at_every_size(console)
    console.resize(*DESKTOP)
    console.run(
        "[...document.querySelectorAll('dialog button')].find((one) => one.textContent === 'Ban').focus()"
    )
    console.press("Enter", 13)
    console.until("document.querySelectorAll('dialog[open]').length === 2")
    at_every_size(console)
    for left in (1, 0):
        console.press("Escape", 27)
        console.until(f"document.querySelectorAll('dialog[open]').length === {left}")
    assert console.run("document.activeElement.closest('tbody') !== null")


def test_the_console_fits_at_200_percent_and_keeps_still(founded, console):
    console.resize(*ZOOMED)
    console.send(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}]
    )
    console.goto(f"{founded.market.url}/admin/accounts.users")
    console.until(STILL)

    assert console.run("document.documentElement.scrollWidth") <= ZOOMED[0]
    assert console.run(MOVING) == 0
