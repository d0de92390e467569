"""Who watches whom in this process, and what each socket was told last.

Everything is decided by looking: a notification, or the moment at which
something changes by itself, only says at whom. A look reads what is stored,
asks who may see it, and tells a socket what differs from what it was told. So
nothing that is heard twice, late or out of order leaves a wrong picture, and a
new rule (a block, a privacy setting) is a look like any other.

Runs in the greenlets of one thread; between two I/O calls nothing else runs.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from heapq import heappop, heappush
from itertools import islice
from typing import Any, Final
from uuid import UUID

import gevent
import structlog

from kernel import Application, Caller, app
from plugins.presence import queries
from plugins.presence.announcing import RULES, read
from plugins.presence.problems import TooManySubscriptions
from plugins.presence.schemas import PresenceOut
from plugins.presence.settings import PresenceSettings
from plugins.presence.view import NOTHING, Shown, shown
from plugins.presence.visibility import visible
from plugins.presence.watcher import Watcher

log = structlog.get_logger(__name__)

_TURN: Final = 0.1  # seconds between two looks
_RULES_A_TURN: Final = 100  # people whose rules are looked at in one turn
_IN_ONE_GO: Final = 250  # sockets told before others get their turn
_BREATH: Final = 0.00001  # seconds of it: after `sleep(0)` gevent may read no socket for 50 such turns
_PAIRS_IN_ONE_GO: Final = 1000  # who may see whom, in one question
_STALE: Final = 1000  # entries of the heap that may be of no use

_out = PresenceOut()


def written(user_id: UUID, view: Shown) -> dict[str, Any]:
    """Return what is seen of a person as it goes out."""
    out: dict[str, Any] = _out.dump(queries.item(user_id, view))
    return out


class Watch:
    """The subscriptions of this process."""

    def __init__(self, _: Application) -> None:
        self._watchers: dict[str, Watcher] = {}
        self._of_viewer: dict[UUID, set[Watcher]] = defaultdict(set)
        self._of_watched: dict[UUID, set[Watcher]] = defaultdict(set)
        self._news: deque[str | None] = deque()
        self._changed: set[UUID] = set()
        self._rules: set[UUID] = set()
        self._moments: list[tuple[datetime, UUID]] = []
        self._next: dict[UUID, datetime] = {}
        self._telling: set[Watcher] = set()
        self._running = False

    # -- what sockets ask for ------------------------------------------------

    def subscribe(self, caller: Caller, viewer_id: UUID, user_ids: Collection[UUID]) -> dict[UUID, Shown]:
        """Watch people from now on; return what is seen of them.

        Raises TooManySubscriptions when the socket would watch more than it may.
        """
        watcher = self._watcher(caller, viewer_id)
        added = self._add(watcher, user_ids)
        try:
            seen = queries.seen(viewer_id, user_ids)
        except BaseException:
            self.unsubscribe(caller.sid, added)
            raise
        watcher.answered(seen)
        self._changed.update(seen)  # what happened while it was read is seen by looking again
        return seen

    def unsubscribe(self, sid: str, user_ids: Iterable[UUID]) -> None:
        """Watch some people no longer."""
        watcher = self._watchers.get(sid)
        if watcher is not None:
            for each in filter(watcher.forget, user_ids):
                self._unwatch(watcher, each)

    def gone(self, sid: str) -> None:
        """Forget a socket."""
        watcher = self._watchers.pop(sid, None)
        if watcher is None:
            return
        for each in watcher.told:
            self._unwatch(watcher, each)
        watcher.close()
        self._telling.discard(watcher)
        of_viewer = self._of_viewer[watcher.viewer_id]
        of_viewer.discard(watcher)
        if not of_viewer:
            del self._of_viewer[watcher.viewer_id]

    def heard(self, payload: str | None) -> None:
        """Take a notification; None: some may have been missed. May come from another thread."""
        if self._watchers:
            self._news.append(payload)

    def _watcher(self, caller: Caller, viewer_id: UUID) -> Watcher:
        found = self._watchers.get(caller.sid)
        if found is None:
            found = self._watchers[caller.sid] = Watcher(caller, viewer_id)
            self._of_viewer[viewer_id].add(found)
        if not self._running:
            self._running = True
            gevent.spawn(self._run)
        return found

    def _add(self, watcher: Watcher, user_ids: Iterable[UUID]) -> list[UUID]:
        added = [each for each in set(user_ids) if each not in watcher.told]
        most = app.settings.of(PresenceSettings).max_subscriptions
        if len(watcher.told) + len(added) > most:
            raise TooManySubscriptions(f"At most {most} on one socket: unsubscribe from some.")
        for each in added:
            watcher.told[each] = NOTHING
            self._of_watched[each].add(watcher)
        return added

    def _unwatch(self, watcher: Watcher, user_id: UUID) -> None:
        of_watched = self._of_watched[user_id]
        of_watched.discard(watcher)
        if not of_watched:
            del self._of_watched[user_id]
            self._next.pop(user_id, None)

    # -- looking and telling -------------------------------------------------

    def _run(self) -> None:
        try:
            while self._watchers:
                gevent.sleep(_TURN)
                try:
                    self.turn()
                except Exception as ex:  # boundary: the database may be away; what is to be looked at stays
                    log.exception("presence_turn_failed", error=str(ex))
                finally:
                    app.db.release()
        finally:
            self._running = False

    def turn(self) -> None:
        """Look at whom there is news about, and tell what is due."""
        now = app.clock.now()
        self._take(now)
        rules = set(list(self._rules)[:_RULES_A_TURN])
        changed = {each for each in self._changed if each in self._of_watched}
        self._rules -= rules
        self._changed.clear()
        try:
            self._look(changed, rules, now)
        except BaseException:
            self._rules |= rules
            self._changed |= changed
            raise
        self._tell(now)

    def _tell(self, now: datetime) -> None:
        """Give sockets the batches that are due, leaving others their turn in between."""
        interval = app.settings.of(PresenceSettings).interval
        write = cache(written)
        for number, each in enumerate(list(self._telling), start=1):
            if not each.tell(now, interval, write):
                self._telling.discard(each)
            if number % _IN_ONE_GO == 0:
                gevent.sleep(_BREATH)

    def _take(self, now: datetime) -> None:
        """Sort the news, and what is due by the clock, into whom to look at."""
        while self._news:
            payload = self._news.popleft()
            if payload is None:
                self._rules.update(self._of_viewer)
                continue
            kind, user_ids = read(payload)
            (self._rules if kind == RULES else self._changed).update(user_ids)
        while self._moments and self._moments[0][0] <= now:
            moment, user_id = heappop(self._moments)
            if self._next.get(user_id) == moment:
                del self._next[user_id]
                self._changed.add(user_id)

    def _look(self, changed: set[UUID], rules: set[UUID], now: datetime) -> None:
        forced = {
            *((each, watched) for viewer in rules for each in self._of_viewer.get(viewer, ())
              for watched in each.told),
            *((each, watched) for watched in rules for each in self._of_watched.get(watched, ())),
        }  # fmt: skip
        people = changed | {watched for _, watched in forced}
        if not people:
            return
        views = self._views(people, now)
        wanted = forced | {
            (each, watched)
            for watched in changed
            for each in self._of_watched.get(watched, ())
            if each.latest(watched) != views[watched]
        }
        rest = iter(wanted)
        while some := list(islice(rest, _PAIRS_IN_ONE_GO)):
            asked = {(each.viewer_id, watched) for each, watched in some if views[watched] != NOTHING}
            allowed = visible(asked)
            for each, watched in some:
                view = views[watched] if (each.viewer_id, watched) in allowed else NOTHING
                if each.note(watched, view, at_once=(each, watched) in forced):
                    self._telling.add(each)

    def _views(self, people: Collection[UUID], now: datetime) -> dict[UUID, Shown]:
        """Return how people are shown, and remember when that changes by itself. One statement."""
        settings, known = app.settings.of(PresenceSettings), queries.facts(people)
        views = dict.fromkeys(people, NOTHING)
        for user_id, facts in known.items():
            views[user_id], moment = shown(facts, now, settings)
            if moment is not None and user_id in self._of_watched and self._next.get(user_id) != moment:
                self._next[user_id] = moment
                heappush(self._moments, (moment, user_id))
        if len(self._moments) > 2 * len(self._next) + _STALE:  # moments that were put off
            self._moments = sorted((moment, user_id) for user_id, moment in self._next.items())
        return views
