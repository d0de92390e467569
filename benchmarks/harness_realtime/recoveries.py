"""(f) everybody is cut off at once and returns: nothing may be missed or doubled."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.harness.figures import Claim, claim_of
from benchmarks.harness.peers import Peer
from benchmarks.harness_realtime.course import TEXT, Course, enter, rooms_of
from benchmarks.harness_realtime.crowd import Crowd, Line, content
from benchmarks.harness_realtime.peers import STOA

BEFORE, MEANWHILE, AFTER = 2, 3, 2  # messages of each room: seen live, missed, sent while others return
WINDOW = 200  # clients that connect at once


@dataclass
class Member:
    """A client over its two connections: which numbers of its room's stream it got, in order."""

    room: str
    epoch: str
    seen: list[int] = field(default_factory=list)
    recovered: bool = True

    def hear(self, payload: bytes) -> None:
        """Take an event: one of the stream, or what was missed of it."""
        name, *rest = content(payload)
        if name == "posted":
            self.epoch = rest[1]["epoch"]
            self.seen.append(rest[1]["seq"])
        elif name == "rooms" and self.room in rest[0]["rooms"]:
            self.take(rest[0]["rooms"][self.room])

    def take(self, state: dict[str, Any]) -> None:
        """Take what the server says was missed."""
        self.recovered = self.recovered and state["recovered"]
        self.epoch = state["epoch"]
        self.seen += [at["seq"] for _, _, at in state.get("events", ())]

    @property
    def auth(self) -> dict[str, Any]:
        """What a client returns with."""
        return {"positions": {self.room: {"epoch": self.epoch, "seq": self.seen[-1]}}}


def recovered(course: Course) -> list[Claim]:
    """Drop all, post meanwhile, let all return; compare what each got with the stream."""
    total = BEFORE + MEANWHILE + AFTER
    with course.serving(STOA) as peer, course.clients() as crowd:
        members, rooms, first = _gathered(course, crowd, peer)
        writer = crowd.open(peer.port, 1)[0]
        _post(crowd, writer, rooms, BEFORE)
        crowd.until(lambda: all(len(one.seen) == BEFORE for one in members))
        crowd.drop(first)
        _post(crowd, writer, rooms, MEANWHILE)
        cpu, began = peer.cpu(), time.perf_counter()
        _return(crowd, peer, members, lambda: _post(crowd, writer, rooms, 1))
        for _ in range(AFTER - 1):
            _post(crowd, writer, rooms, 1)
        crowd.until(lambda: all(one.seen[-1] >= total for one in members if one.seen))
        took, spent = time.perf_counter() - began, peer.cpu() - cpu
    wrong = [one for one in members if one.seen != list(range(1, total + 1)) or not one.recovered]
    told = {
        "clients": float(len(members)),
        "events each": float(total),
        "seconds until all were back": took,
        "server's CPU s": spent,
    }
    text = f"of {len(members):,} dropped at once, those that missed, repeated or reordered an event"
    return [claim_of("f", text, [float(len(wrong))], 0, least=False, unit="", **told)]


def _gathered(course: Course, crowd: Crowd, peer: Peer) -> tuple[list[Member], list[str], list[Line]]:
    """Open the clients and put them into rooms."""
    lines = crowd.open(peer.port, course.sizes.dropped, window=WINDOW)
    rooms = rooms_of(lines, course.sizes.room_of, "stage:return-")
    answers: list[Any] = enter(crowd, rooms)
    names = [room for room, inside in rooms.items() for _ in inside]
    members = [
        Member(room, answer["rooms"][room]["epoch"]) for room, answer in zip(names, answers, strict=True)
    ]
    for line, member in zip(lines, members, strict=True):
        line.heard = member.hear
    return members, list(rooms), lines


def _return(crowd: Crowd, peer: Peer, members: list[Member], midway: Callable[[], None]) -> None:
    """Connect everybody again, in any order; `midway` happens when half are back."""
    order = random.sample(members, len(members))
    half = len(order) // 2
    _open(crowd, peer, order[:half])
    midway()
    _open(crowd, peer, order[half:])


def _open(crowd: Crowd, peer: Peer, members: list[Member]) -> None:
    auth, heard = [one.auth for one in members], [one.hear for one in members]
    crowd.open(peer.port, len(members), window=WINDOW, auth=auth, heard=heard)


def _post(crowd: Crowd, writer: Line, rooms: list[str], times: int) -> None:
    posts = [
        (writer, "post", {"room": room, "number": number, "text": TEXT})
        for number in range(times)
        for room in rooms
    ]
    crowd.ask_all(posts, window=20)
