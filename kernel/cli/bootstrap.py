"""Make the virtual environment, install into it, continue inside it.

Standard library only: it runs before anything is installed, and is run by path
so that the `kernel` package itself is not imported.

`.venv/stoa.json` says what a finished install was made from. When it is missing
(a half-finished install), made from other requirements, or moved with the tree,
the install is done again. A lock on setup.cfg keeps two starts apart; the
operating system drops it with the process, so it cannot go stale.

Not handled: Windows (gunicorn does not run there; use WSL).
"""

from __future__ import annotations

import configparser
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MARKER = "stoa.json"
LOG = "install.log"
NETWORK_SIGNS = (
    "NewConnectionError", "Name or service not known", "Temporary failure in name resolution",
    "ConnectTimeoutError", "Network is unreachable", "Connection refused", "ProxyError",
    "Failed to establish a new connection", "No matching distribution found for setuptools",
)  # fmt: skip


def enter(root: str, argv: list[str]) -> None:
    """Return when this process runs in an environment that holds Stoa.

    Otherwise make one and replace this process with its Python; a fault ends
    the process with one line and exit code 1.
    """
    base = Path(root)
    if os.name != "posix":
        stop("Stoa runs on Linux and macOS; on Windows use WSL (https://learn.microsoft.com/windows/wsl).")
    extras = wanted_extras(argv[1:])
    home = Path(os.environ.get("STOA_VENV") or base / ".venv").absolute()
    if inside(home) or not given_environment(base, extras):
        with stoppable(argv[1:]), one_at_a_time(base / "setup.cfg"):
            ensure(base, home, extras)
        if not inside(home):
            python = str(home / "bin" / "python")
            sys.stdout.flush()
            os.execv(python, [python, *argv])  # noqa: S606  # the arguments are our own


def wanted_extras(arguments: list[str]) -> set[str]:
    """Return the extras of setup.cfg that the command needs."""
    words = [word for word in arguments if not word.startswith("-")]
    if words[:1] == ["test"] or (words[:1] == ["check"] and "--static" in arguments):
        return {"test", "docs"}
    if words[:1] == ["bench"]:
        return {"test"}  # the clients and peers that servers are held against
    return {"docs"} if words[:1] == ["docs"] else set()


def inside(home: Path) -> bool:
    """Tell whether this interpreter is the environment's."""
    return Path(sys.prefix).resolve() == home.resolve()


def given_environment(base: Path, extras: set[str]) -> bool:
    """Tell whether the running environment, not ours, holds Stoa: then use it.

    A container image and a developer's own virtual environment are such; what
    is missing there is theirs to install. The tree itself is left out of the
    search: an editable install leaves its metadata there too.
    """
    places = [place for place in sys.path if place and Path(place).resolve() != base.resolve()]
    if not any(importlib.metadata.distributions(name="stoa", path=places)):
        return False
    lacking = {"test": "pytest", "docs": "mkdocs"}
    missing = sorted(extra for extra in extras if importlib.util.find_spec(lacking[extra]) is None)
    if missing:
        stop(f"this environment lacks the {missing} extra: pip install -e '.[{','.join(missing)}]'")
    return True


@contextmanager
def stoppable(arguments: list[str]) -> Iterator[None]:
    """End with one line at Ctrl-C or SIGTERM; exit code 0 for what runs until it is stopped."""
    endless = bool({"demo", "serve", "worker"} & set(arguments[:1]))
    told: list[int] = []

    def end(number: int, _: object) -> None:  # says nothing: stderr may be in the middle of a write
        for one in (signal.SIGINT, signal.SIGTERM):  # once told, nothing disturbs the clean-up
            signal.signal(one, signal.SIG_IGN)
        told.append(number)
        sys.exit(0 if endless else 128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        if told:
            clear()
            say("stopped before the install was finished; the next start does it again.")
    for number, handler in before.items():
        signal.signal(number, handler)


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on `path`; say so when another start holds it."""
    import fcntl

    with path.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("waiting for another manage.py that is installing …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure(base: Path, home: Path, extras: set[str]) -> None:
    """Bring the environment to what setup.cfg asks for."""
    wanted = fingerprint(base)
    found = read_marker(home)
    same = found.get("fingerprint") == wanted and runs(home)
    if same and extras <= set(found.get("extras", [])):
        return
    if not same and not usable(home, found):
        make(home)
    (home / MARKER).unlink(missing_ok=True)
    extras = extras | set(found.get("extras", []))
    install(base, home, extras)
    marker = {"fingerprint": wanted, "extras": sorted(extras), "home": str(home)}
    partial = home / (MARKER + ".part")
    partial.write_text(json.dumps(marker))
    partial.rename(home / MARKER)


def fingerprint(base: Path) -> str:
    """Hash what the install depends on: the requirements and the place."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(base / "setup.cfg")
    sections = [name for name in parser.sections() if name == "options" or name.startswith("options.")]
    wanted = {name: dict(parser[name]) for name in sections}
    text = json.dumps([wanted, str(base.resolve())], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def read_marker(home: Path) -> dict[str, Any]:
    """Return what the last finished install wrote; {} when there was none."""
    try:
        found = json.loads((home / MARKER).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and found.get("home") == str(home) else {}


def runs(home: Path) -> bool:
    """Tell whether the environment's Python still exists (its base may be gone)."""
    return (home / "bin" / "python").exists()


def usable(home: Path, found: dict[str, Any]) -> bool:
    """Tell whether an outdated environment can be upgraded in place."""
    return bool(found) and runs(home)


def make(home: Path) -> None:
    """Make an empty environment in place of whatever stands there."""
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            version = f"{sys.version_info[0]}.{sys.version_info[1]}"
            stop(f"this Python lacks `{module}`; install it (Debian: apt install python{version}-venv).")
    if home.exists() and not (home / "pyvenv.cfg").exists() and any(home.iterdir()):
        stop(f"{home} is in the way and is no virtual environment; move it, or set STOA_VENV.")
    say(f"making {home.name} …")
    try:
        shutil.rmtree(home, ignore_errors=False) if home.exists() else None
        run([sys.executable, "-m", "venv", str(home)])
    except PermissionError as ex:
        stop(f"cannot write {ex.filename}; own it, or set STOA_VENV to a place you own.")
    except subprocess.CalledProcessError as ex:
        if not os.access(home.parent, os.W_OK):
            stop(f"cannot write {home}; own its directory, or set STOA_VENV to a place you own.")
        stop(f"`python -m venv` failed: {last_line(ex.output)}")


def run(command: list[str]) -> None:
    """Run to the end, quietly; raise CalledProcessError with the output."""
    subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def install(base: Path, home: Path, extras: Iterable[str]) -> None:
    """Install the tree, editable, with its extras; show each package as it comes."""
    chosen = ",".join(sorted(extras))
    target = f"{base}[{chosen}]" if chosen else str(base)
    say("installing Stoa and its libraries (once, about a minute) …")
    command = [
        str(home / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
        "--progress-bar", "off", "--retries", "2", "--timeout", "20", "-e", target,
    ]  # fmt: skip
    lines: list[str] = []
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with (
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        ) as process,
        (home / LOG).open("w") as log,
    ):
        try:
            for line in process.stdout or ():
                log.write(line)
                lines.append(line)
                show(line, len(lines))
        except BaseException:
            process.terminate()
            raise
    clear()
    if process.returncode < 0:
        name = signal.Signals(-process.returncode).name
        stop(f"installing was stopped by {name}; run the same command again, it begins afresh.")
    if process.returncode:
        stop(explain(lines, home / LOG))
    compile_tree(base, home)
    say("installed.")


def compile_tree(base: Path, home: Path) -> None:
    """Compile our own modules, as pip does the libraries'.

    Where Python may not write what it compiled (PYTHONDONTWRITEBYTECODE, a
    read-only tree later on) each start would compile them again: 0.4 s.
    """
    places = [str(base / name) for name in ("kernel", "plugins", "contrib")]
    command = [str(home / "bin" / "python"), "-m", "compileall", "-q", *places]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def explain(lines: list[str], log: Path) -> str:
    """Return the one line that says why pip failed and what to do."""
    text = "".join(lines)
    if any(sign in text for sign in NETWORK_SIGNS):
        return "cannot reach the package index; connect to the network, or set PIP_INDEX_URL to a mirror."
    if "No space left on device" in text:
        return f"no space left on the disk of {log.parent}."
    errors = [line for line in lines if line.startswith("ERROR:")]
    return f"installing failed: {last_line(''.join(errors or lines))} (all of it: {log})"


def show(line: str, step: int) -> None:
    """Show the package pip is at: one moving line, or plain lines in a log."""
    found = re.match(
        r"\s*(Collecting|Downloading|Building|Installing) (?:collected packages: )?([\w.\-]+)", line
    )
    if not found:
        return
    verb, name = found[1].lower(), re.split(r"[<>=\[;]|-\d", found[2])[0]
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K  {'|/-'[step % 3]} {verb} {name}")
        sys.stderr.flush()
    elif verb == "collecting":
        sys.stderr.write(f"  {name}\n")


def clear() -> None:
    """Wipe the moving line."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")


def last_line(text: str | None) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def say(text: str) -> None:
    """Tell the person at the terminal; stdout stays the command's own."""
    sys.stderr.write(f"stoa: {text}\n")
    sys.stderr.flush()


def stop(text: str) -> None:
    """End with one line on stderr and exit code 1."""
    clear()
    sys.exit(f"stoa: {text}")
