"""Somebody before the web client's chat: what they do there, and what they wait to see."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.journeys.residents import PASSWORD, Person
from tests.plugins.welcome.browser import Browser, Tab

PATIENCE = 60_000  # milliseconds after which a message that did not come is given up
READY = "document.documentElement.dataset.ready === '' && !document.querySelector('.waiting')"
AWAY = (
    "ERR_INTERNET_DISCONNECTED",
    "ERR_CONNECTION_REFUSED",
    "WebSocket connection to",
    "ERR_EMPTY_RESPONSE",
)
SAID = "[...document.querySelectorAll('.message .words, .message .rich')].map((one) => one.innerText.trim())"
FAR = "[...document.querySelectorAll('.message.mine')].at(-1)?.dataset.far"
OFFLINE = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


@dataclass
class Seat:
    """Somebody before a browser."""

    tab: Tab
    person: Person

    @classmethod
    def taken(cls, browser: Browser, person: Person, **device: Any) -> Seat:
        """Sign in as people do."""
        tab = browser.tab(f"{person.market.url}/app/sign-in", **device)
        tab.until("document.querySelector('#sign-in')")
        tab.fill("#sign-in [name=email]", person.email)
        tab.fill("#sign-in [name=password]", PASSWORD)
        tab.click("#sign-in button")
        tab.until("location.pathname === '/app'")
        return cls(tab, person)

    def goes(self, path: str) -> None:
        self.tab.goto(self.person.market.url + path)
        self.tab.until(READY)

    def opens(self, conversation: str) -> None:
        """Show a conversation, and wait until what happens in it is heard."""
        self.goes(f"/app/chat/{conversation}")
        self.tab.until("document.querySelector('.compose, .closed')")
        self.connects()

    def enters(self) -> None:
        """Wait until a link has led to a conversation, and the focus to its heading."""
        self.tab.until("document.querySelector('.talk-pane h1') && document.activeElement.matches('h1')")

    def connects(self) -> None:
        self.tab.until(
            "!document.querySelector('.talk-head .about').innerText.includes('Connecting')", PATIENCE
        )

    def types(self, text: str) -> None:
        self.tab.fill("#compose", text)
        self.tab.until("!document.querySelector('.send').disabled")

    def says(self, text: str) -> None:
        """Write and send with the keyboard; the field keeps the focus and is empty again."""
        self.types(text)
        self.tab.press("Enter", 13)
        self.tab.until("document.activeElement.id === 'compose' && !document.activeElement.value")

    def reads(self, *texts: str) -> None:
        """Wait until just these are what the conversation ends with, each once and in this order."""
        wanted = json.dumps(texts)
        self.tab.until(
            f"JSON.stringify(({SAID}).slice(-{len(texts)})) === JSON.stringify({wanted})", PATIENCE
        )
        shown = self.tab.run(SAID)
        assert [shown.count(text) for text in texts] == [1] * len(texts)

    def until_far(self, far: str) -> None:
        """Wait until one's latest message has come so far: waiting, sent, delivered, read."""
        self.tab.until(f"{FAR} === {far!r}", PATIENCE)

    def network(self, *, on: bool) -> None:
        self.tab.send("Network.enable")
        self.tab.send("Network.emulateNetworkConditions", offline=not on, **OFFLINE)

    def menu(self, text: str) -> None:
        """Open what can be done with a message."""
        place = f"[...document.querySelectorAll('.message')].find((one) => one.innerText.includes({text!r}))"
        self.tab.until(place)
        self.tab.run(f"{place}.querySelector('.act').click()")
        self.tab.until("document.querySelector('dialog[open] .steps')")

    def press(self, text: str, within: str = "dialog[open]") -> None:
        all_buttons = f"[...document.querySelectorAll('{within} button')]"
        found = f"{all_buttons}.find((one) => one.innerText.trim() === {text!r})"
        self.tab.until(found)
        self.tab.run(f"{found}.click()")

    def complaints(self) -> list[str]:
        """Return what the console complained of, but that there was no server for a while."""
        return [one for one in self.tab.complaints() if not any(part in one for part in AWAY)]
