"""A node of its own on greenlets: python -m tests.kernel.realtime.rooms.process URL [REDIS [SETTINGS]].

Reads one JSON object a line, does what its `do` names and answers with one line.
"""

# ruff: noqa: PLC0415 - gevent patches the sockets before anything is imported that uses them
from __future__ import annotations

import os
import signal
import sys
from typing import Any
from uuid import UUID

import orjson


class Program:
    """What a test can have a process do."""

    def __init__(self, url: str, redis_url: str, settings: dict[str, Any]) -> None:
        from kernel.clock import TestClock
        from tests.kernel.realtime.rooms.jars import make_node

        self.node = make_node(url, TestClock(), redis_url, **settings)
        self.realtime = self.node.realtime
        self.sockets: dict[str, Any] = {}
        self.told: list[Any] = []
        self.realtime.on_presence(lambda user_id, online: self.told.append([str(user_id), online]))
        self.realtime.on_refresh(lambda user_id, reason: self.told.append([str(user_id), reason]))
        self.realtime.on_disconnect(lambda target, code, _: self.told.append([str(target), code]))

    def join(self, sid: str = "sid", room: str = "jar:1") -> None:
        self.sockets[sid] = self.node.join(room, sid=sid)

    def quick(self) -> bool:
        """Whether Redis brings what others send."""
        return self.realtime.backplane.is_quick

    def publish(self, numbers: list[int], room: str = "jar:1", *, die: bool = False) -> None:
        """Publish each in a transaction of its own; `die` at the first commit."""
        import gevent

        def post(n: int) -> None:
            with self.node.db.atomic():
                if die:
                    self.node.db.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
                self.realtime.publish("/jars", room, "filled", {"n": n})
            self.node.db.release()

        gevent.joinall([gevent.spawn(post, n) for n in numbers], raise_error=True)

    def emit(self, n: int, room: str = "smell:1") -> None:
        self.realtime.emit("/jars", room, "sniffed", {"n": n})

    def numbers(self, sid: str = "sid") -> list[int]:
        return self.sockets[sid].numbers()

    def events(self, sid: str = "sid") -> list[Any]:
        return self.sockets[sid].events()

    def recover(self, epoch: str, seq: int, room: str = "jar:1") -> Any:
        from kernel.realtime.recovery import Position

        return self.node.recover(Position(epoch, seq), room)

    def connect(self, user_ids: list[str]) -> None:
        for user_id in user_ids:
            self.realtime.connected(UUID(user_id))

    def disconnect(self, user_ids: list[str]) -> None:
        for user_id in user_ids:
            self.realtime.disconnected(UUID(user_id))

    def online(self, user_id: str) -> int:
        return self.realtime.online([UUID(user_id)]).get(UUID(user_id), 0)

    def reads(self) -> int:
        return self.realtime.repair.reads

    def advance(self, seconds: float) -> None:
        from datetime import timedelta

        self.node.clock.advance(timedelta(seconds=seconds))

    def beat(self) -> None:
        self.realtime.nodes.beat()
        self.realtime.nodes.reap()

    def flush(self) -> None:
        self.realtime.streams.flush()

    def order(self, user_id: str, *, commit: bool) -> None:
        """Refresh and disconnect somebody, in a transaction."""
        with self.node.db.atomic() as transaction:
            self.realtime.refresh(UUID(user_id), "left")
            self.realtime.disconnect(UUID(user_id), 4401, "banned")
            if not commit:
                transaction.rollback()

    def news(self) -> list[Any]:
        return self.told

    def stop(self) -> None:
        self.node.stop()

    def run(self) -> None:
        from gevent.fileobject import FileObject

        for line in FileObject(sys.stdin.buffer, "rb"):
            asked = orjson.loads(line)
            result = getattr(self, asked.pop("do"))(**asked)
            self.node.db.release()
            answer(result)


def answer(result: Any) -> None:
    print(f"> {orjson.dumps(result).decode()}", flush=True)  # noqa: T201 - the other lines are the log


def main(url: str, redis_url: str = "", settings: str = "{}") -> None:
    from gevent import monkey

    monkey.patch_all()
    program = Program(url, redis_url, orjson.loads(settings))
    answer(None)
    program.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
