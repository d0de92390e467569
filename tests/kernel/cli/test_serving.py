"""`serve`, `demo` and `worker` as processes: from start to a clean end."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

DEADLINE = 60


class Running:
    """A long-running command; its output is collected while it runs."""

    def __init__(self, environ, profile, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kernel.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**environ, "STOA_PROFILE": str(profile)},
        )
        self.lines = []
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout))
        self.reader.start()

    @property
    def output(self):
        return "".join(self.lines)

    def until(self, condition):
        deadline = time.monotonic() + DEADLINE
        while not condition():
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.02)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.finish()

    def finish(self):
        code = self.process.wait(DEADLINE)
        self.reader.join()
        self.process.stdout.close()
        return code

    def close(self):
        """End it whatever became of the test: a pipe left open fails another test when it is collected."""
        if self.process.poll() is None:
            self.process.terminate()
        self.finish()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status(port, path="/health/liveness"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    try:
        connection.request("GET", path)
        with connection.getresponse() as response:
            response.read()
            return response.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def postgres_pid(var):
    file = var / "postgres" / "data" / "postmaster.pid"
    try:
        return int(file.read_text().partition("\n")[0] or 0)
    except FileNotFoundError:
        return 0


@pytest.fixture
def start(environ, profile):
    """Return a function that starts a long-running command."""
    started = []

    def start(*arguments):
        started.append(Running(environ, profile, *arguments))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_and_leaves_nothing_behind(start, var, number):
    port = free_port()
    server = start("serve", "--port", str(port))
    server.until(lambda: status(port) == 200)
    postgres = postgres_pid(var)

    code = server.stop(number)

    assert code == 0
    assert postgres
    assert not Path(f"/proc/{postgres}").exists()


def test_serve_recovers_from_kill_9(start):
    port = free_port()
    server = start("serve", "--port", str(port))
    server.until(lambda: status(port) == 200)
    server.process.kill()
    server.finish()

    again = start("serve", "--port", str(port))
    again.until(lambda: "serving" in again.output)

    assert again.stop() == 0


def test_an_embedded_postgresql_that_is_killed_is_started_again(start, var):
    port = free_port()
    server = start("serve", "--port", str(port))
    server.until(lambda: status(port, "/health") == 200)
    killed = postgres_pid(var)

    os.kill(killed, signal.SIGKILL)
    server.until(lambda: "the embedded PostgreSQL had died and was started again" in server.output)
    server.until(lambda: status(port, "/health") == 200)

    assert postgres_pid(var) not in (0, killed)
    assert server.stop() == 0


def test_a_worker_that_ends_leaves_the_database_running(start, var):
    port = free_port()
    server = start("serve", "--port", str(port))
    server.until(lambda: status(port) == 200)
    postgres = postgres_pid(var)
    [worker] = workers_of(server.process.pid)

    os.kill(worker, signal.SIGTERM)
    server.until(lambda: workers_of(server.process.pid) not in ([], [worker]))
    server.until(lambda: status(port) == 200)

    assert postgres_pid(var) == postgres


def workers_of(pid):
    found = []
    for child in psutil.Process(pid).children():
        with suppress(psutil.NoSuchProcess):  # it ended meanwhile
            if "kernel.cli" in " ".join(child.cmdline()):
                found.append(child.pid)
    return found


def test_a_taken_port_stops_the_start_with_one_line(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = run("serve", "--port", str(port))

    assert done.returncode == 1
    assert re.fullmatch(rf"stoa: port {port} is taken by another program: .* --port \d+\n", done.stderr)


def test_several_processes_without_redis_are_refused(run):
    done = run("serve", "--port", "0", "--workers", "2")

    assert done.returncode == 1
    assert "set redis.url" in done.stderr


def test_pending_migrations_stop_a_start_that_may_not_migrate(run):
    done = run("serve", "--port", "0", "--no-migrate")

    assert done.returncode == 1
    assert "migrate" in done.stderr
    assert done.stderr.count("\n") == 1


def test_demo_says_where_it_is_and_what_to_try(start):
    port = free_port()
    demo = start("demo", "--port", str(port))
    demo.until(lambda: "Stop with Ctrl-C" in demo.output)

    assert f"http://localhost:{port}/reference" in demo.output
    assert f"curl http://localhost:{port}/health" in demo.output
    assert status(port, "/health") == 200
    assert demo.stop(signal.SIGINT) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_demo_told_to_stop_while_it_starts_leaves_nothing_behind(start, var, number):
    demo = start("demo", "--port", str(free_port()))
    demo.until(lambda: postgres_pid(var))
    postgres = postgres_pid(var)

    code = demo.stop(number)

    assert (code, demo.output) == (0, "")
    assert not Path(f"/proc/{postgres}").exists()


def loading(demo, var):
    """PostgreSQL runs, and the child that loads the data."""
    here = psutil.Process(demo.process.pid)
    return postgres_pid(var) and [one for one in here.children() if one.name() != "postgres"]


def loaded(demo, var):
    """The PostgreSQL of the loading has ended, that of the serving has hardly begun."""
    demo.until(lambda: postgres_pid(var))
    first = Path(f"/proc/{postgres_pid(var)}")
    demo.until(lambda: not first.exists())
    return True


def serving_soon(demo, var):
    """The PostgreSQL of the serving runs; nobody is answered yet."""
    return loaded(demo, var) and (demo.until(lambda: postgres_pid(var)) or True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("moment", [loading, loaded, serving_soon])
def test_the_first_demo_told_to_stop_between_loading_and_serving_leaves_nothing(start, var, moment, number):
    demo = start("demo", "--port", str(free_port()))
    demo.until(lambda: moment(demo, var))

    code = demo.stop(number)

    assert (code, demo.output) == (0, "")
    running = [" ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"])]
    assert [line for line in running if str(var) in line] == []


def test_fresh_refuses_a_database_in_use_and_wipes_one_that_is_not(start, run):
    port = free_port()
    demo = start("demo", "--port", str(port))
    demo.until(lambda: status(port) == 200)

    refused = run("demo", "--port", "0", "--fresh")
    demo.stop()
    again = start("demo", "--port", str(port), "--fresh")
    again.until(lambda: "Stop with Ctrl-C" in again.output)

    assert refused.returncode == 1
    assert "in use by another Stoa" in refused.stderr
    assert again.stop() == 0


def test_demo_data_is_refused_in_production(run, environ, monkeypatch):
    environ["STOA__KERNEL__ENVIRONMENT"] = "production"

    done = run("demo", "--port", "0")

    assert done.returncode == 1
    assert "production" in done.stderr


def test_a_worker_works_until_it_is_told_to_stop(start):
    worker = start("worker")
    worker.until(lambda: "working" in worker.output)

    assert worker.stop() == 0


def test_a_worker_answers_prometheus_where_it_is_told_to(start, environ):
    port = free_port()
    environ["STOA__OBSERVABILITY__WORKER_METRICS"] = f"127.0.0.1:{port}"
    worker = start("worker")
    worker.until(lambda: "working" in worker.output)

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=DEADLINE) as answer:
        shown = answer.read().decode()

    assert 'stoa_task_queue_depth{state="failed"} 0.0' in shown
    assert worker.stop() == 0


@pytest.mark.parametrize("address", ["9100", "127.0.0.1:", "127.0.0.1:99999"])
def test_an_address_that_is_none_stops_a_worker_with_one_line(run, environ, address):
    environ["STOA__OBSERVABILITY__WORKER_METRICS"] = address

    done = run("worker")

    assert done.returncode == 1
    assert (
        done.stderr.splitlines()[-1]
        == f"stoa: observability.worker_metrics: `{address}` is not like `0.0.0.0:9100`"
    )


def test_a_taken_address_stops_a_worker_with_one_line(run, environ):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environ["STOA__OBSERVABILITY__WORKER_METRICS"] = f"127.0.0.1:{taken.getsockname()[1]}"

        done = run("worker")

    assert done.returncode == 1
    assert re.fullmatch(
        r"stoa: observability.worker_metrics: cannot listen on .*", done.stderr.splitlines()[-1]
    )
