"""The static gates of `manage.py check --static`: each a line ok or failed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kernel.cli.runtime import ROOT, Runtime


@dataclass(frozen=True, slots=True)
class Gate:
    """A named check; `run` returns what is wrong, "" when nothing is."""

    name: str
    run: Callable[[], str]


def gates(run: Runtime) -> Iterator[Gate]:
    """Yield the gates, the quick ones first."""
    yield Gate("ruff", lambda: _tool("ruff", "check", "--quiet", "."))
    yield Gate("ruff format", lambda: _tool("ruff", "format", "--check", "--quiet", "."))
    yield Gate("import-linter", lambda: _script("lint-imports", "--no-cache"))
    yield Gate("mypy: kernel", lambda: _tool("mypy", "--no-error-summary", "-p", "kernel"))
    yield Gate("mypy: plugins", lambda: _tool("mypy", "--no-error-summary", "plugins", "contrib"))
    yield Gate("unused names", lambda: _tool("tests.docs.unused_names"))
    yield Gate("references up to date", _stale_references)
    site = str(ROOT / "var" / "check" / "site")
    yield Gate("documentation", lambda: _tool("mkdocs", "build", "--strict", "--quiet", "--site-dir", site))
    yield Gate("migrations match models", lambda: _drift(run))


def _tool(module: str, *arguments: str) -> str:
    """Run a library's command with this Python; return what it complains about."""
    return _run([sys.executable, "-m", module, *arguments])


def _script(name: str, *arguments: str) -> str:
    """Run a command that a library installed beside this Python."""
    return _run([str(Path(sys.executable).with_name(name)), *arguments])


def _run(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    return (
        "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or f"exit code {done.returncode}"
    )


def _stale_references() -> str:
    """Return the generated pages that differ from what they are made of."""
    source = (
        "import sys; from kernel.documentation import stale; sys.exit('\\n'.join(map(str, stale())) or 0)"
    )
    return _run([sys.executable, "-c", source])


def _drift(run: Runtime) -> str:
    return _tool("kernel.cli", "makemigrations", "--check", "--profile", run.name)
