"""One run: people live in the market while it breaks, everything is mended and settles, and is looked at."""

from __future__ import annotations

import contextlib
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psycopg2

from kernel.testing.server import Server
from tests.faults.market.faults import inflict
from tests.faults.market.journey import Resident
from tests.faults.market.listening import Listener
from tests.faults.market.patience import Patience
from tests.faults.market.people import PASSWORD, Disappointed, Person
from tests.faults.market.record import Record
from tests.faults.market.stand import Stand

HEARD = 20.0  # seconds without another message after which a client will hear no more
BUILDING = 10  # people in one building, who trade with and write to each other
Tell = Callable[[str], None]
WAITING = {
    "deliveries": "SELECT count(*) FROM kernel_delivery WHERE state = 'pending'",
    "tasks": "SELECT count(*) FROM kernel_task"
    " WHERE state = 'running' OR (state = 'queued' AND run_at < now())",
    "messages": "SELECT count(*) FROM notifications_message WHERE due_at IS NOT NULL",
    "mails": "SELECT count(*) FROM notifications_delivery WHERE state IN ('queued', 'sending')",
    "operations": "SELECT count(*) FROM payments_operation WHERE state = 'PENDING'",
    "media": "SELECT count(*) FROM media_medium WHERE status = 'processing'",
}


CALM = 4.0  # seconds after which what still waits is waiting for a time
HASTENED = (
    "UPDATE payments_operation SET due_at = now() WHERE state = 'PENDING' AND due_at > now() RETURNING 1",
    "UPDATE notifications_delivery SET due_at = now() WHERE state = 'queued' AND due_at > now() RETURNING 1",
    "UPDATE notifications_message SET due_at = now() WHERE due_at > now() RETURNING 1",
    "UPDATE kernel_task SET run_at = now() WHERE state = 'queued' AND name ~ 'media.*process' RETURNING 1",
)
DONE = "SELECT count(*) FROM kernel_delivery WHERE state = 'done'"


@dataclass
class Run:
    """The people of a run and what they know; `seed` decides what they do and what breaks."""

    stand: Stand
    users: int
    seconds: float
    seed: int
    tell: Tell = print
    record: Record = field(default_factory=Record)
    people: list[Person] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    residents: list[Resident] = field(default_factory=list)
    _pause: threading.Event = field(default_factory=threading.Event)

    def live(self) -> Record:
        """Play it all; return what people were told."""
        operator, managers, categories = self._found()
        self.tell(f"seed {self.seed}: {self.users} people, faults for {self.seconds:g} s and of every kind")
        with self._watched(), self._pool() as pool:
            breaking = pool.submit(self._break)
            self._move_in(pool, managers)
            self._days(pool, operator, categories, breaking.done)
        self._settle()
        self._look()
        return self.record

    def _break(self) -> None:
        try:
            inflict(self.stand, self.seed, self.seconds, self.record, self.tell)
        except Exception as ex:  # noqa: BLE001 - a process that does not come back is a finding, not a crash
            self.record.surprise(f"what was broken could not be mended: {ex!r}")

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        """Note, while the block runs, that the workers move on."""
        over = threading.Event()

        def watch() -> None:
            done = 0
            while not over.wait(1.0):
                with contextlib.suppress(psycopg2.OperationalError):
                    [(now,)] = self.stand.rows(DONE)
                    if now > done:
                        done = now
                        self.record.pulse.beat()

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        try:
            yield
        finally:
            over.set()
            watching.join()

    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=self.users + 1, thread_name_prefix="person")

    def _person(self, number: int) -> Person:
        return Person(number, self.stand.doors, self.record, random.Random(f"person {number} {self.seed}"))

    def _found(self) -> tuple[Person, list[Person], dict[str, str]]:
        """Make the operator, the buildings, their managers and the categories, before anything breaks."""
        operator = self._person(0)
        operator.email = "operator@example.com"
        made = ("accounts", "createadmin", "--email", operator.email, "--name", "Operator")
        code, said = self.stand.manage(*made, "--password", PASSWORD)
        assert code == 0, said
        operator.sign_in()
        managers = [self._person(-1 - number) for number in range(-(-self.users // BUILDING))]
        for manager in managers:
            manager.register(self.stand.post)
            house = {"name": f"House {-manager.number}", "city": "Lisbon", "country": "PT"}
            found = operator.post("/v1/buildings", house | {"admin_id": manager.id})
            manager.building = found["id"]
        names = {"PRODUCT": "Furniture", "SERVICE": "Lessons"}
        categories = {
            kind: operator.post("/v1/categories", {"name": name})["id"] for kind, name in names.items()
        }
        return operator, managers, categories

    def _move_in(self, pool: ThreadPoolExecutor, managers: Sequence[Person]) -> None:
        """Register everybody and let them into their buildings, then open a group for each building."""
        codes = [
            each.post(f"/v1/buildings/{each.building}/invitations", {"uses": BUILDING})["code"]
            for each in managers
        ]
        numbered = [self._person(number) for number in range(1, self.users + 1)]
        self.people = [
            one for one in pool.map(lambda one: self._arrive(one, managers, codes), numbered) if one
        ]
        for manager in managers:
            mine = [one for one in self.people if one.building == manager.building]
            said = {"kind": "group", "title": "Garden", "members": [one.id for one in mine]}
            group = manager.post("/v1/conversations", said)["id"]
            for one in mine:
                one.group = group
        self.listeners = [Listener(one, self._doors(one)) for one in self.people]
        list(pool.map(Listener.start, self.listeners))
        self.tell(f"{len(self.people)} people moved in")

    def _doors(self, person: Person) -> list[Server]:
        doors = list(self.stand.doors)
        return doors[person.number % len(doors) :] + doors[: person.number % len(doors)]

    def _arrive(self, person: Person, managers: Sequence[Person], codes: Sequence[str]) -> Person | None:
        which = (person.number - 1) % len(managers)
        with contextlib.suppress(Disappointed):
            person.register(self.stand.post)
            accepted = person.ask("POST", "/v1/buildings/invitations/accept", {"code": codes[which]})
            person.done(accepted, "accepting the invitation")
            person.building = managers[which].building
            return person
        return None

    def _days(
        self,
        pool: ThreadPoolExecutor,
        operator: Person,
        categories: dict[str, str],
        is_over: Callable[[], bool],
    ) -> None:
        def live(resident: Resident) -> None:
            while not is_over():
                resident.round()

        self.residents = [
            Resident(person, listener, self._likeness(operator), categories)
            for person, listener in zip(self.people, self.listeners, strict=True)
        ]
        list(pool.map(live, self.residents))

    def _likeness(self, operator: Person) -> Person:
        """Return the operator as one person's dealings with them see them: each has a client of its own."""
        mine = self._person(0)
        mine.email, mine.token = operator.email, operator.token
        return mine

    def _settle(self) -> None:
        """Wait until nothing waits any more; what does after all is named by the invariants."""
        self.tell("everything is mended; waiting until it settles")
        patience, hasten, least = Patience(self.record.pulse), time.monotonic() + CALM, sys.maxsize
        while waiting := {name: count for name, count in self._waiting() if count}:
            if (left := sum(waiting.values())) < least:
                least = left
                self.record.pulse.beat()
            if not patience.lasts():
                self.tell(f"it has not settled: {waiting}")
                return
            if time.monotonic() > hasten:
                self._hasten(waiting)
                hasten = time.monotonic() + CALM
            self._pause.wait(0.3)

    def _hasten(self, waiting: dict[str, int]) -> None:
        """Let the time pass until what backs off, or whose owner died, is tried again."""
        self.tell(f"waiting for {', '.join(f'{count} {name}' for name, count in waiting.items())}")
        for sql in HASTENED:
            self.stand.rows(sql)
        if "operations" in waiting:
            self.stand.manage("payments", "sweep")

    def _waiting(self) -> Iterator[tuple[str, int]]:
        for name, sql in WAITING.items():
            try:
                yield name, self.stand.rows(sql)[0][0]
            except psycopg2.OperationalError:
                yield name, -1

    def _look(self) -> None:
        """Ask what everybody is shown at the end, and end what runs."""
        for listener in self.listeners:
            self._hear_out(listener)
        for resident in self.residents:
            with contextlib.suppress(Disappointed):
                self._look_as(resident.person)
                resident.library.look()
        self.record.mails = list(self.stand.post.mails)
        ready = [server.get("/health/readiness") for server in self.stand.servers]
        self.record.surprises += [f"not ready at the end: {one.text}" for one in ready if one.status != 200]
        self.stand.quit()
        self.record.surprises += self.stand.logged()

    def _look_as(self, person: Person) -> None:
        person.sign_in()
        for conversation in self._conversations(person):
            shown = person.get(f"/v1/conversations/{conversation}")
            self.record.unread[person.id, conversation] = shown["me"]["unread"]
        usage = person.get("/v1/subscriptions/current")["usage"]
        self.record.used[person.id] = next(one["used"] for one in usage if one["meter"] == "listings")
        self.record.inbox[person.id] = person.get("/v1/notifications/unread")["unread"]

    def _conversations(self, person: Person) -> list[str]:
        rows = self.stand.rows("SELECT conversation_id::text FROM chat_member WHERE user_id = %s", person.id)
        return [conversation for (conversation,) in rows]

    def _hear_out(self, listener: Listener) -> None:
        """Wait until a client was told all there is in its conversations; keep what it was told."""
        person = listener.person
        sql = (
            "SELECT conversation_id::text, max(m.seq) FROM chat_member "
            "JOIN chat_message m USING (conversation_id) WHERE user_id = %s GROUP BY 1"
        )
        wanted = {name: seq for name, seq in self.stand.rows(sql, person.id) if name in self.record.sent}
        patience, most = Patience(self.record.pulse, HEARD), 0
        try:
            while patience.lasts():
                heard = listener.heard()
                last = {name: messages[-1][0] for name, messages in heard.items() if messages}
                if all(last.get(name, 0) >= seq for name, seq in wanted.items()):
                    break
                if (many := sum(map(len, heard.values()))) > most:
                    most = many
                    self.record.pulse.beat()
                self._pause.wait(0.1)
        except AssertionError as ex:
            self.record.surprise(f"the stream of {person.email}: {ex}")
            heard = {}
        listener.close()
        self.record.heard |= {(person.id, name): of for name, of in heard.items()}
        self.record.counts["sockets opened"] += len(listener.clients)
        self.record.counts["histories loaded"] += listener.loads
