"""The system user PostgreSQL runs as when Stoa runs as root.

PostgreSQL refuses to run as root, so that user needs a way to its data and to
the programs of the wheel: the traverse bit on directories, never the read bit.
"""

from __future__ import annotations

import logging
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kernel.errors import ConfigurationError

log = logging.getLogger(__name__)

SYSTEM_USER = "pgserver"


def system_user() -> pwd.struct_passwd:
    """Return the user `pgserver`, made when missing (we are root)."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        if shutil.which("useradd") is None:
            raise ConfigurationError(
                f"PostgreSQL does not run as root, and there is no useradd to make {SYSTEM_USER}: "
                "run as another user or set database.url"
            ) from None
        made = subprocess.run(  # noqa: S603
            ["useradd", "--system", "--shell", "/usr/sbin/nologin", "--no-create-home", SYSTEM_USER],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        return pwd.getpwnam(SYSTEM_USER)  # another process may have made it meanwhile
    except KeyError as ex:
        raise ConfigurationError(
            f"PostgreSQL does not run as root and the user {SYSTEM_USER} cannot be made "
            f"({telling_lines(made.stderr)[-1]}): run as another user or set database.url"
        ) from ex


def server_user(data: Path) -> pwd.struct_passwd | None:
    """Return the user the server of a data directory runs as when we are root, else None.

    Raises ConfigurationError when the directory belongs to somebody we cannot be.
    """
    if os.geteuid() != 0:
        if data.exists() and data.stat().st_uid != os.geteuid():
            owner = data.owner() if data.stat().st_uid else "root"
            raise ConfigurationError(
                f"{data}: belongs to {owner}: run as root or as {owner}, or point kernel.var_dir elsewhere"
            )
        return None
    if data.exists() and (owner_id := data.stat().st_uid) != 0:
        try:
            return pwd.getpwuid(owner_id)
        except KeyError as ex:
            raise ConfigurationError(
                f"{data}: belongs to user id {owner_id}, whom this machine does not know: "
                "make that user, or point kernel.var_dir elsewhere"
            ) from ex
    return system_user()


def own(path: Path, run_as: Mapping[str, Any], mode: int = 0o700) -> Path:
    """Make a directory that belongs to the server's user."""
    path.mkdir(mode=mode, exist_ok=True)
    wanted = run_as.get("user", os.geteuid())
    if path.stat().st_uid not in {wanted, 0}:
        raise ConfigurationError(f"{path}: belongs to another user: remove it or set TMPDIR")
    if run_as:
        os.chown(path, run_as["user"], run_as["group"])
    path.chmod(mode)
    return path


def let_traverse(directory: Path) -> None:
    """Let other users pass through (not read) the directory and those above it."""
    for path in (directory, *directory.parents):
        mode = path.stat().st_mode
        if not mode & stat.S_IXOTH:
            log.info("%s was opened for traversal: PostgreSQL does not run as root", path)
            path.chmod(mode | stat.S_IXOTH)


def let_run(installation: Path) -> None:
    """Let other users run the programs of the wheel (pip under umask 077)."""
    let_traverse(installation)
    program = (installation / "bin" / "postgres").stat().st_mode
    if (
        program & stat.S_IXOTH
        and program & stat.S_IROTH
        and (installation / "lib").stat().st_mode & stat.S_IXOTH
    ):
        return
    for path in installation.rglob("*"):
        mode = path.stat().st_mode
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0))


def telling_lines(output: str) -> list[str]:
    """Return the lines of a program's output that tell what went wrong, at least one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return telling or lines[-1:] or ["no output"]
