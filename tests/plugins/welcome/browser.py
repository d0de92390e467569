"""Headless Chromium over the DevTools protocol, through its pipe: no driver, no library.

    with Browser(tmp_path) as browser:
        tab = browser.tab("http://127.0.0.1:8000/", width=360)
        tab.click("#search button")
        tab.until("document.querySelectorAll('.card').length > 0")

Mouse and keys go in as events of the browser's own, so what is covered, hidden or
out of reach cannot be pressed. Protocol: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import Any, Self

import pytest

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-proxy-server",
    "--disable-background-networking", "--disable-dev-shm-usage", "--disable-component-update",
    "--remote-debugging-pipe", "--force-color-profile=srgb", "--hide-scrollbars",
)  # fmt: skip
PATIENCE = 20_000  # milliseconds a condition may take

_UNTIL = """
new Promise((yes, no) => {
  const end = Date.now() + %d;
  (function look() {
    let found; try { found = (%s) } catch (error) { found = null }
    if (found) return yes(found);
    if (Date.now() > end) return no(new Error("never came true"));
    setTimeout(look, 25);
  })();
})
"""
_POINT = """
(() => {
  const found = [...document.querySelectorAll(%s)].find((one) => one.checkVisibility());
  if (!found) throw new Error("nothing visible matches");
  found.scrollIntoView({ block: "center", behavior: "instant" });
  const box = found.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
  const top = document.elementFromPoint(x, y);
  if (!found.contains(top) && !top?.contains(found)) throw new Error("covered by " + top?.outerHTML);
  return { x, y };
})()
"""
_FOCUS = "(() => { const field = document.querySelector(%s); field.focus(); field.select?.() })()"
_CHOOSE = """
(() => {
  const field = document.querySelector(%s);
  field.value = %s;
  for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
})()
"""


class BrowserError(AssertionError):
    """The browser refused a command, or a script in the page threw."""


class Browser:
    """One Chromium process with a profile of its own."""

    def __init__(self, directory: Path) -> None:
        self._profile = directory / "chromium"
        self._last = 0
        self._rest = b""
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        program = (
            shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        )
        if program is None:
            pytest.skip("NO BROWSER: the journey needs chromium on PATH")
        theirs, self._out = os.pipe()
        self._in, ours = os.pipe()
        ends = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (theirs, ours)]  # out of the way of 3 and 4
        command = [program, *FLAGS, f"--user-data-dir={self._profile}", "about:blank"]
        quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
        pipes = [(os.POSIX_SPAWN_DUP2, end, at) for end, at in zip(ends, (3, 4), strict=True)]
        self._pid = os.posix_spawn(program, command, os.environ, file_actions=[*quiet, *pipes])
        for each in (theirs, ours, *ends):
            os.close(each)
        return self

    def __exit__(self, *_: object) -> None:
        self.send("Browser.close")
        os.waitpid(self._pid, 0)
        os.close(self._out)
        os.close(self._in)

    def send(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Run one command; return its result."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._last:
            if "method" in answer:
                self.events.append(answer)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']}")
        return answer["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            chunk = os.read(self._in, 1 << 16)
            assert chunk, "chromium ended"
            self._rest += chunk
        text, _, self._rest = self._rest.partition(b"\0")
        return json.loads(text)

    def tab(
        self, url: str, *, width: int = 1280, height: int = 900, dark: bool = False, beside: Tab | None = None
    ) -> Tab:
        """Open a page in a context of its own (another person, another device), or beside another tab."""
        context = beside.context if beside else self.send("Target.createBrowserContext")["browserContextId"]
        target = self.send("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, session, context)
        for domain in ("Page", "Runtime", "Log", "DOM", "Accessibility"):
            tab.send(f"{domain}.enable")
        tab.resize(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        tab.send("Emulation.setEmulatedMedia", features=[scheme])
        tab.goto(url)
        return tab


class Tab:
    """One page."""

    def __init__(self, browser: Browser, session: str, context: str) -> None:
        self._browser, self._session, self.context = browser, session, context

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Run a command in this page."""
        return self._browser.send(method, self._session, **params)

    def goto(self, url: str) -> None:
        """Load a page and wait until it is there."""
        self.send("Page.navigate", url=url)
        self.until(f"location.href.startsWith({json.dumps(url)}) && document.readyState === 'complete'")

    def resize(self, width: int, height: int = 900) -> None:
        """Take another size, in CSS pixels; up to 600 wide it is a phone."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width <= 600,
        )  # fmt: skip

    def run(self, script: str) -> Any:
        """Evaluate an expression (a promise is awaited) and return its value."""
        found = self.send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        if "exceptionDetails" in found:
            raise BrowserError(
                f"{script[:200]}: {found['exceptionDetails'].get('exception', {}).get('description')}"
            )
        return found["result"].get("value")

    def until(self, condition: str, patience: int = PATIENCE) -> Any:
        """Wait for an expression to be truthy, also through a navigation; return its value."""
        try:
            return self.run(_UNTIL % (patience, condition))
        except BrowserError as ex:
            if "navigated" in str(ex) or "context was destroyed" in str(ex):
                return self.until(condition, patience)
            raise BrowserError(f"{condition}: {ex}\n{self.text('body')[:3000]}") from None

    def text(self, selector: str) -> str:
        """Return the visible text of the first match; empty when there is none."""
        return self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def click(self, selector: str) -> None:
        """Press the first visible match in its middle."""
        self.until(
            f"[...document.querySelectorAll({json.dumps(selector)})].some((one) => one.checkVisibility())"
        )
        point = self.run(_POINT % json.dumps(selector))
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **point)

    def fill(self, selector: str, text: str) -> None:
        """Replace what a field holds by typing."""
        self.run(_FOCUS % json.dumps(selector))
        self.send("Input.insertText", text=text)

    def choose(self, selector: str, value: str) -> None:
        """Choose an option of a select."""
        self.run(_CHOOSE % (json.dumps(selector), json.dumps(value)))

    def press(self, key: str, code: int) -> None:
        """Press and release a key, by its name and virtual key code."""
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.send(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text
            )

    def files(self, selector: str, *paths: Path) -> None:
        """Choose files."""
        root = self.send("DOM.getDocument")["root"]["nodeId"]
        node = self.send("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.send("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])

    def screenshot(self, path: Path, *, full: bool = False) -> None:
        """Write what is seen (or the whole page) as PNG."""
        data = self.send(
            "Page.captureScreenshot", captureBeyondViewport=full, **(self._whole() if full else {})
        )
        path.write_bytes(base64.b64decode(data["data"]))

    def _whole(self) -> dict[str, Any]:
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}

    def complaints(self) -> list[str]:
        """Return what the console complained of: exceptions, violations of the policy, failed loads."""
        self.run("0")
        mine = [one for one in self._browser.events if one.get("sessionId") == self._session]
        thrown = [
            one["params"]["exceptionDetails"]["text"]
            for one in mine
            if one["method"] == "Runtime.exceptionThrown"
        ]
        logged = [one["params"]["entry"] for one in mine if one["method"] == "Log.entryAdded"]
        return thrown + [f"{one['text']} {one.get('url', '')}" for one in logged if one["level"] == "error"]

    def unnamed(self) -> list[str]:
        """Return the controls that a screen reader could not name."""
        nodes = self.send("Accessibility.getFullAXTree")["nodes"]
        controls = {
            "button",
            "link",
            "textbox",
            "searchbox",
            "combobox",
            "checkbox",
            "radio",
            "dialog",
            "image",
        }
        return [
            str(one.get("role"))
            for one in nodes
            if not one.get("ignored")
            and one.get("role", {}).get("value") in controls
            and not one.get("name", {}).get("value")
        ]
