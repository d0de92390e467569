"""How the server starts, stops, and fails to start."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from kernel.errors import ConfigurationError
from kernel.server.listen import listen


def until(condition, seconds=15):
    """Wait for a real condition, with a deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.01)


def worker_of(server):
    children = f"/proc/{server.process.pid}/task/{server.process.pid}/children"
    return [int(pid) for pid in Path(children).read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_stops_with_exit_code_0(start, number):
    server = start().wait_ready()

    code, output, errors = server.stop(number)

    assert (code, output, errors) == (0, "stopped\n", "")


def begin_request(server):
    """Send all of a request but the end of its body, and wait until it is handled."""
    client = server.connect()
    client.send(b"POST /announce HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nab")
    assert server.process.stdout.readline() == "in\n"
    return client


def test_a_request_under_way_is_finished_before_the_end(start):
    server = start().wait_ready()
    client = begin_request(server)

    server.process.send_signal(signal.SIGTERM)
    until(lambda: not listening(server.port))
    status, headers, _ = client.send(b"cde").answer()

    assert (status, headers["connection"]) == (200, "close")
    assert server.finish()[0] == 0


def test_idle_connections_are_closed_at_once_when_it_stops(start):
    server = start(shutdown_grace=600.0, keepalive=600.0).wait_ready()
    client = server.connect()
    client.get("/")

    code, _, _ = server.stop()  # ends long before the grace, or the test does

    assert code == 0
    assert client.is_closed()


def test_a_request_that_does_not_end_is_cut_after_the_grace(start):
    server = start(shutdown_grace=0.5).wait_ready()
    begin_request(server)

    code, output, _ = server.stop()

    assert code == 0
    assert "stopped" in output


def test_a_second_ctrl_c_does_not_wait(start):
    server = start(shutdown_grace=600.0, body_timeout=600.0).wait_ready()
    client = begin_request(server)

    server.process.send_signal(signal.SIGINT)
    until(lambda: not listening(server.port))
    server.process.send_signal(signal.SIGINT)
    server.finish()  # long before the grace, or the test ends

    assert client.is_cut()


def listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_fault_at_boot_is_one_line_and_an_exit_code(start):
    server = start("refuse-to-boot")

    code, _, errors = server.finish()

    assert code == 1
    assert errors == "stoa: nothing works: mend it\n"


def test_a_bug_at_boot_is_told_once_and_not_tried_again(start):
    server = start("break-at-boot")

    code, _, errors = server.finish()

    assert code == 1
    assert errors.count("Traceback") == 1


def test_a_killed_worker_is_replaced(start):
    server = start().wait_ready()
    [worker] = worker_of(server)

    os.kill(worker, signal.SIGKILL)
    until(lambda: worker_of(server) not in ([], [worker]))

    assert server.connect().get("/")[0] == 200


def test_workers_that_die_again_and_again_end_everything_with_one_line(start):
    server = start("die-after-boot", worker_restarts=2)

    code, _, errors = server.finish()

    told = [line for line in errors.splitlines() if line.startswith("stoa: ")]
    assert code == 1
    assert errors.count("exited with code 7") == 3, errors
    assert told == [line for line in told if "workers keep dying" in line and "http.worker_restarts" in line]
    assert len(told) == 1


def test_workers_replaced_on_request_do_not_count_as_dead(start):
    server = start(worker_restarts=0).wait_ready()
    for _ in range(3):
        [worker] = worker_of(server)
        server.process.send_signal(signal.SIGHUP)
        until(lambda worker=worker: worker not in worker_of(server) and len(worker_of(server)) == 1)

    assert server.connect().get("/")[0] == 200
    assert server.stop()[0] == 0


def test_sighup_replaces_the_workers_without_a_refused_connection(start):
    server = start().wait_ready()
    [worker] = worker_of(server)

    server.process.send_signal(signal.SIGHUP)
    until(lambda: worker not in worker_of(server) and worker_of(server))

    assert server.connect().get("/")[0] == 200
    assert server.stop()[0] == 0


def test_several_workers_share_one_port(start):
    server = start(workers=2).wait_ready()

    until(lambda: len(worker_of(server)) == 2)

    assert server.connect().get("/")[0] == 200
    assert server.stop()[0] == 0


def test_a_worker_whose_parent_was_killed_ends(start):
    server = start().wait_ready()
    [worker] = worker_of(server)

    server.process.kill()

    until(lambda: not Path(f"/proc/{worker}").exists() or zombie(worker))


def zombie(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_a_taken_port_is_named_with_a_free_one():
    taken = listen("127.0.0.1", 0)
    port = taken.getsockname()[1]

    with pytest.raises(ConfigurationError, match=rf"port {port} is taken.*--port \d+"):
        listen("127.0.0.1", port, patience=0)
    taken.close()


def test_a_port_that_is_about_to_be_left_is_waited_for():
    taken = listen("127.0.0.1", 0)
    port = taken.getsockname()[1]
    leaving = threading.Timer(0.2, taken.close)
    leaving.start()

    with listen("127.0.0.1", port, patience=30) as listener:
        found = listener.getsockname()[1]
    leaving.join()

    assert found == port
