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
    yield Gate("import-linter", lambda: _tool("importlinter.cli", "--no-cache"))
    yield Gate("mypy: kernel", lambda: _tool("mypy", "--no-error-summary", "-p", "kernel"))
    apis = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("plugins/*/api.py"))]
    if apis:
        yield Gate("mypy: what plugins offer", lambda: _tool("mypy", "--no-error-summary", *apis))
    yield Gate(
        "references up to date",
        lambda: _in_process("from kernel.documentation import stale; print(*stale(), sep='\\n')"),
    )
    yield Gate(
        "documentation", lambda: _tool("mkdocs", "build", "--strict", "--quiet", "--site-dir", str(_scrap()))
    )
    yield Gate("migrations match models", lambda: _drift(run))


def _tool(module: str, *arguments: str) -> str:
    """Run a library's command with this Python; return what it complains about."""
    done = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return (
        "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or f"exit code {done.returncode}"
    )


def _in_process(source: str) -> str:
    """Run Python in a process of its own; return what it prints."""
    done = subprocess.run(  # noqa: S603 - our own source
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return (done.stdout + done.stderr).strip()


def _scrap() -> Path:
    return ROOT / "var" / "check" / "site"


def _drift(run: Runtime) -> str:
    return _tool("kernel.cli", "makemigrations", "--check", "--profile", run.name)
