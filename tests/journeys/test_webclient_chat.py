"""Chat and news in the browser client on the CondoMarket profile: two people, each in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.testing.applications import test_settings as settings_of
from kernel.testing.server import Server
from tests.journeys.axe import RULES, violations
from tests.journeys.conftest import House
from tests.journeys.residents import Person, photograph
from tests.journeys.seats import FAR, PATIENCE, SAID, Seat
from tests.plugins.welcome.browser import Browser

pytestmark = pytest.mark.slow

NO_WEBSOCKETS = """
globalThis.WebSocket = class extends globalThis.WebSocket {
  constructor(url) { super(url.replace(/:[0-9]+/, ":59999")) }
};
"""

UNTIL_KEPT = """(async () => {
  const held = await new Promise((done) => {
    indexedDB.open("stoa-outbox").onsuccess = ({ target }) => done(target.result);
  });
  const count = () => new Promise((done) => {
    held.transaction("entries").objectStore("entries").count().onsuccess = (now) => done(now.target.result);
  });
  const end = Date.now() + 10000;
  while ((await count()) !== %d && Date.now() < end) await new Promise((next) => setTimeout(next, 25));
  const found = await count();
  held.close();
  return found;
})()"""
"""How many messages the browser keeps, once they are as many as are expected, or never are."""


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="module")
def seats(founded: House, browser: Browser) -> tuple[Seat, Seat]:
    """Ada sells at a desk, Ben buys on a telephone in the dark."""
    ada = Seat.taken(browser, founded.ada, width=1280)
    return ada, Seat.taken(browser, founded.ben, width=360, height=740, dark=True)


@pytest.fixture
def pair(founded: House, seats) -> tuple[Seat, Seat, str]:
    """Both look at their conversation."""
    room = founded.ada.post("/v1/conversations/direct", {"user_id": founded.ben.id})["id"]
    for seat in seats:
        seat.opens(room)
    return (*seats, room)


def stored(person: Person, room: str, count: int) -> list[str]:
    """Return the latest texts of a conversation as the server has them."""
    return [one["text"] for one in person.get(f"/v1/conversations/{room}/messages?limit={count}")["items"]]


def test_an_order_leads_to_its_conversation_with_a_photograph_typing_and_receipts(house, seats, tmp_path):
    ada, ben = seats
    ada.goes("/app/chat")
    order = house.order(ben.person, house.offer(ada.person, "A sideboard to talk about"))
    house.pay(ben.person, order["id"])
    picture = tmp_path / "sideboard.jpg"
    picture.write_bytes(photograph("#7a5230"))

    ben.goes(f"/app/orders/{order['id']}")
    ben.tab.click(f"a[href='/app/chat/order/{order['id']}']")
    ben.enters()
    ben.says("Shall I bring a trolley?")
    ben.until_far("delivered")
    ada.tab.until("document.querySelector('.tab[href=\"/app/chat\"] .badge')")
    ada.tab.until("document.querySelector('.chats li .badge')?.closest('a').innerText.includes('trolley')")
    ada.tab.click(".chats li a")
    ada.enters()
    ben.until_far("read")
    ada.tab.until("!document.querySelector('.chats .badge')")

    ada.types("Please do")
    ben.tab.until("document.querySelector('.talk-head .typing')?.innerText.includes('Ada Lindqvist writes')")
    ada.tab.files(".compose input[type=file]", picture)
    ada.tab.until("document.querySelector('.chosen img')")
    ada.tab.press("Enter", 13)
    ben.tab.until("document.querySelector('.message.other .media img')?.naturalWidth > 300", PATIENCE)
    assert "Ada Lindqvist: Please do" in ben.tab.text(".log-frame [role=status]")
    ada.until_far("read")
    ben.tab.click(".message.other .picture-of")
    ben.tab.until("document.querySelector('dialog[open] img.large')?.naturalWidth > 300")
    for seat in seats:
        assert (seat.complaints(), seat.tab.unnamed()) == ([], [])


def test_what_is_written_offline_is_there_at_once_and_goes_out_once(pair):
    ada, ben, room = pair
    ben.network(on=False)

    ben.says("I am in the cellar")
    ben.says("without a network")
    ben.until_far("waiting")
    ada.says("Where are you?")
    ada.until_far("sent")
    ben.network(on=True)

    ben.until_far("read")
    said = ["Where are you?", "I am in the cellar", "without a network"]
    for seat in (ada, ben):
        seat.reads(*said)
    assert stored(ada.person, room, 3) == said
    assert ben.complaints() == []


def test_a_killed_server_loses_and_repeats_nothing(pair, market):
    ada, ben, room = pair
    ada.says("Before the storm")
    ben.reads("Before the storm")
    market.kill()
    try:
        ben.says("It went dark here")
        ada.says("Here, too")
        for seat in (ada, ben):
            seat.until_far("waiting")
    finally:
        market.stop()
        market.start()

    for seat in (ada, ben):
        seat.until_far("read")
    said = stored(ada.person, room, 3)
    assert sorted(said) == sorted(["Before the storm", "It went dark here", "Here, too"])
    for seat in (ada, ben):
        seat.reads(*said)
        seat.connects()
    ada.says("Light again")
    ben.reads(*said, "Light again")


def test_what_waits_outlives_the_page(pair, browser):
    ada, ben, room = pair
    ben.network(on=False)
    ben.says("Written, and the page is closed")
    ben.until_far("waiting")
    ben.tab.goto("about:blank")
    ben.network(on=True)

    ben.goes("/app")

    ada.reads("Written, and the page is closed")
    ben.opens(room)
    ben.reads("Written, and the page is closed")


def test_who_signs_out_leaves_nothing_they_wrote_behind(founded, browser):
    cleo = Seat.taken(browser, founded.ben, width=1280)
    room = founded.ada.post("/v1/conversations/direct", {"user_id": founded.ben.id})["id"]
    cleo.opens(room)
    cleo.tab.send("Network.enable")
    cleo.tab.send("Network.setBlockedURLs", urls=["*/messages"])
    cleo.says("Nobody else shall read this")
    assert cleo.tab.run(UNTIL_KEPT % 1) == 1

    cleo.tab.run("history.pushState({}, '', '/app/account'); dispatchEvent(new PopStateEvent('popstate'))")
    cleo.tab.until("document.querySelector('.actions button.quiet')")
    cleo.press("Sign out", "main")

    cleo.tab.until("!localStorage['stoa.session']")
    assert cleo.tab.run(UNTIL_KEPT % 0) == 0


def test_after_a_sleep_what_was_missed_is_there_once_and_in_order(pair):
    ada, ben, _ = pair
    ben.tab.send("Page.setWebLifecycleState", state="frozen")
    said = [f"While you slept, {number}" for number in ("one", "two", "three")]
    for text in said:
        ada.says(text)
    ada.tab.until(f"['sent', 'delivered'].includes({FAR})")

    ben.tab.send("Page.setWebLifecycleState", state="active")

    ben.reads(*said)


def test_without_websockets_messages_come_by_polling(pair, browser, founded):
    ada, _, room = pair
    ben = Seat.taken(browser, founded.ben, width=360, height=740)
    ben.tab.send("Page.addScriptToEvaluateOnNewDocument", source=NO_WEBSOCKETS)
    ben.opens(room)

    ada.says("Can you hear me by polling?")
    ben.reads("Can you hear me by polling?")
    ben.says("I can")

    ada.reads("Can you hear me by polling?", "I can")
    asked = "performance.getEntriesByType('resource').filter((one) => one.name.includes('transport=polling'))"
    assert ben.tab.run(f"{asked}.length") > 2


def test_what_people_write_is_text_and_markdown_is_made_of_known_elements(pair):
    ada, ben, _ = pair
    ada.says("<img src=x onerror='globalThis.pwned = 1'> & <b>not bold</b>")
    ada.says(
        "**bold** [bad](javascript:alert(1)) [good](https://example.com/)<script>globalThis.pwned=1</script>"
    )

    ben.tab.until("document.querySelector('.message.other .rich strong')?.innerText === 'bold'")
    ben.reads("<img src=x onerror='globalThis.pwned = 1'> & <b>not bold</b>", ben.tab.run(SAID)[-1])

    assert ben.tab.run("globalThis.pwned") is None
    assert (
        ben.tab.run("document.querySelector('.message .words img, .message script, .message .words b')")
        is None
    )
    links = "[...document.querySelectorAll('.message.other .rich a')].map((one) => one.href)"
    assert ben.tab.run(links) == ["https://example.com/"]


def test_messages_are_answered_reacted_to_edited_deleted_and_found(pair):
    ada, ben, room = pair
    ada.says("The hinge is lose")
    ben.menu("The hinge is lose")
    ben.tab.click("dialog[open] .emoji button")
    ben.tab.until("!document.querySelector('dialog[open]')")
    ada.tab.until("document.querySelector('.reaction')?.innerText.includes('1')")
    ben.menu("The hinge is lose")
    ben.press("Reply")
    ben.tab.until("document.querySelector('.compose .about')")
    ben.says("I have a screwdriver")
    ada.tab.until("document.querySelector('.message.other .quote')?.innerText.includes('The hinge is lose')")
    ada.menu("The hinge is lose")
    ada.press("Edit")
    ada.tab.until("document.querySelector('#compose').value === 'The hinge is lose'")
    ada.says("The hinge is loose")
    ben.tab.until(
        "document.body.innerText.includes('The hinge is loose') && document.body.innerText.includes('edited')"
    )
    ben.menu("I have a screwdriver")
    ben.press("Delete for everybody")
    ada.tab.until("document.querySelector('.message.other .gone')")

    ada.goes("/app/chat")
    ada.tab.fill("#chat-search", "hinge")
    ada.tab.press("Enter", 13)
    ada.tab.until("document.querySelector('.chats mark')?.innerText === 'hinge'")
    ada.tab.click(".chats a")
    ada.tab.until(f"location.pathname === '/app/chat/{room}' && document.querySelector('.message.found')")


def test_a_long_history_is_read_upwards_without_losing_ones_place(pair, browser, founded):
    room = pair[2]
    ben = Seat.taken(browser, founded.ben, width=360, height=740)  # a tab that was never frozen scrolls
    for number in range(70):
        founded.ada.post(f"/v1/conversations/{room}/messages", {"text": f"Line {number}"})
    ben.opens(room)
    ben.tab.until(
        "document.body.innerText.includes('Line 69') && !document.body.innerText.includes('Line 20')"
    )

    upwards = "(document.querySelector('.log').scrollTop = 0, false)"  # as a thumb does, until there is more
    ben.tab.until(f"({SAID}).includes('Line 5') || {upwards}")

    lines = [text for text in ben.tab.run(SAID) if text.startswith("Line ")]
    assert lines == [f"Line {number}" for number in range(70)][-len(lines) :]
    assert ben.tab.run("document.querySelector('.log').scrollTop") > 100  # what was seen is still in sight


def test_a_poll_is_voted_in_and_its_figures_come_to_everybody(pair):
    ada, ben, room = pair
    poll = {"question": "When shall we paint?", "options": ["On Saturday", "On Sunday"]}
    ada.person.post(f"/v1/conversations/{room}/messages", {"type": "poll", "payload": poll})
    ben.tab.until("document.querySelector('.poll')?.innerText.includes('When shall we paint?')")

    ben.tab.click(".poll .option:nth-of-type(2) button")

    for seat in (ada, ben):
        seat.tab.until("document.querySelector('.poll .option:nth-of-type(2)').innerText.includes('100%')")
    assert ben.tab.run("document.querySelector('.poll .option:nth-of-type(2) button').ariaPressed") == "true"


def test_a_building_talks_in_its_group_where_people_are_named_and_hears_its_admins(house, seats):
    ada, ben = seats
    rooms = ben.person.get(f"/v1/building-chats/{house.id}")
    for seat in seats:
        seat.opens(rooms["group"])

    ada.types("Thanks @Ben")
    ada.tab.until("document.querySelector('.naming [aria-selected=true]')?.innerText === 'Ben Okafor'")
    ada.tab.press("Enter", 13)
    ada.tab.until("document.querySelector('#compose').value === 'Thanks @Ben Okafor '")
    ada.tab.press("Enter", 13)
    ben.tab.until("document.querySelector('.message .mention')?.innerText === '@Ben Okafor'")

    ben.goes(f"/app/chat/{rooms['announcements']}")
    ben.tab.until("document.querySelector('.closed')?.innerText.includes('admins write here')")
    house.mara.post(
        f"/v1/conversations/{rooms['announcements']}/messages", {"text": "Water is off on Friday."}
    )
    ben.reads("Water is off on Friday.")


def test_a_conversation_is_muted_and_a_new_group_is_opened(pair):
    ada, ben, room = pair
    ben.tab.click(".talk-head [aria-label='About this conversation']")
    ben.press("Mute")
    ben.tab.until("document.querySelector('dialog[open] form')")
    ben.tab.click("dialog[open] form .actions button")
    ben.tab.until("document.querySelector('dialog[open]').innerText.includes('Muted until')")
    assert ben.person.get(f"/v1/conversations/{room}")["me"]["muted_until"] is not None

    ada.goes("/app/chat")
    ada.tab.click("[aria-label='New group']")
    ada.tab.until("document.querySelector('dialog[open] #group')")
    ada.tab.fill("#group [name=title]", "Garden committee")
    ada.tab.click("#group [name=member]")
    ada.tab.click("#group .actions button")
    ada.tab.until("document.querySelector('.talk-head h1')?.innerText === 'Garden committee'")
    ada.enters()
    ada.says("Who has a spade?")
    ben.person.patch(f"/v1/conversations/{room}/me", {"muted_until": None})
    ben.goes("/app/chat")
    ben.tab.until("document.querySelector('.chats a').innerText.includes('Who has a spade?')")


def test_the_bell_counts_live_and_news_leads_to_what_it_is_about(house, seats):
    ada, ben = seats
    ada.goes("/app/notifications")
    ada.person.post("/v1/notifications/read", {})
    ada.tab.until("!document.querySelector('.tab[href=\"/app/notifications\"] .badge')")

    order = house.order(ben.person, house.offer(ada.person, "A stool to hear of"))

    ada.tab.until(
        "document.querySelector('.tab[href=\"/app/notifications\"] .badge')?.innerText.startsWith('1')",
        PATIENCE,
    )
    ada.tab.until("document.querySelector('.news-list .unread')?.innerText.includes('A stool to hear of')")
    ada.tab.click(".news-list .unread a")
    ada.tab.until(f"location.pathname === '/app/orders/{order['id']}'")
    ada.tab.until("!document.querySelector('.tab[href=\"/app/notifications\"] .badge')")


def test_what_one_is_told_is_chosen_and_kept(seats):
    _, ben = seats
    ben.goes("/app/notifications/settings")
    ben.tab.until("document.querySelector('#wishes')")
    ben.press("Do not disturb me", "main")
    ben.tab.until("document.querySelector('main').innerText.includes('I can be disturbed again')")

    ben.tab.run("document.querySelector('#wishes [name=\"chat.message push\"]').click()")
    ben.tab.click("#wishes .choices input")
    ben.tab.until("document.querySelector('#wishes [name=start]')")
    ben.tab.click("#wishes .actions button")
    ben.tab.until("document.querySelector('.told').innerText === 'Kept.'")

    kept = ben.person.get("/v1/notifications/preferences")
    assert kept["channels"]["chat.message"]["push"] is False
    assert (kept["quiet_hours"]["start"], kept["quiet_hours"]["end"]) == ("22:00", "07:00")
    assert ben.person.get("/v1/presence/me")["status"] == "dnd"
    ben.press("I can be disturbed again", "main")
    ben.tab.until("document.querySelector('main').innerText.includes('Do not disturb me')")


def test_every_view_meets_the_guidelines_at_both_widths_and_in_both_schemes(pair, founded):
    _, ben, room = pair
    rooms = ben.person.get(f"/v1/building-chats/{founded.id}")
    views = ("/app/chat", f"/app/chat/{room}", f"/app/chat/{rooms['group']}", "/app/chat?q=hinge")
    for view in (*views, "/app/notifications", "/app/notifications/settings"):
        ben.goes(view)
        for width, height in ((360, 740), (1366, 900)):
            ben.tab.resize(width, height)
            for scheme in ("light", "dark"):
                features = [{"name": "prefers-color-scheme", "value": scheme}]
                ben.tab.send("Emulation.setEmulatedMedia", features=features)
                assert (view, width, scheme, violations(ben.tab, RULES)) == (view, width, scheme, [])
                assert ben.tab.run("document.documentElement.scrollWidth") <= width
    ben.tab.resize(360, 740)


def test_without_chat_and_notifications_their_parts_are_not_shown(postgres, applications, browser, tmp_path):
    plugins = ("webclient",)
    url = postgres.fresh_database(applications.template(plugins))
    settings = {"database": {"url": url}, "kernel": {"test_clock": False}}
    server = Server(settings_of(plugins, settings, tmp_path / "var", ""), tmp_path).start()
    try:
        tab = browser.tab(f"{server.url}/app/chat")
        tab.until("document.querySelector('main h1')?.innerText === 'There is nothing here'")
        assert tab.complaints() == []
    finally:
        server.stop()
        postgres.drop_database(url)
