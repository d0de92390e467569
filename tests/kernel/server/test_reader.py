"""Reading a body leaves others their turn, however fast it comes."""

from __future__ import annotations

import socket
import threading

import gevent
import gevent.socket

from kernel.server.reader import TURN, DeadlineReader

LENGTH = 32 * TURN


def test_a_client_as_fast_as_the_server_reads_does_not_keep_it_for_itself():
    ours, theirs = socket.socketpair()
    reader = DeadlineReader(gevent.socket.socket(fileno=ours.detach()))
    reader.within(30, rate=1024)
    writer = threading.Thread(target=theirs.sendall, args=(b"x" * LENGTH,))
    writer.start()
    turns = 0

    def others():
        nonlocal turns
        while True:
            turns += 1
            gevent.sleep(0)

    beside, buffer, left = gevent.spawn(others), bytearray(65_536), LENGTH
    while left:
        left -= reader.readinto(buffer)
    gevent.kill(beside)
    writer.join()
    theirs.close()
    reader._sock.close()

    assert turns >= LENGTH // (TURN + len(buffer))


def test_what_was_read_before_is_read_first():
    ours, theirs = socket.socketpair()
    reader = DeadlineReader(gevent.socket.socket(fileno=ours.detach()), b"before ")
    reader.within(30)
    theirs.sendall(b"after")
    theirs.close()

    found = [reader.read(3) for _ in range(6)]
    reader._sock.close()

    assert b"".join(found) == b"before after"
