#!/usr/bin/env python3
"""Open the one door: `python3 manage.py demo`, `serve`, `test`.

Needs only Python >= 3.11. The first run makes `.venv`, installs Stoa and what
it stands on, and goes on inside it; see kernel/cli/bootstrap.py. This file
keeps to syntax any Python 3 reads, so that an old one is told what to do.
"""

import os
import runpy
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
OLDEST = (3, 11)


def main():
    """Check the Python, enter the virtual environment, run the command."""
    if sys.version_info < OLDEST:
        sys.exit(
            "manage.py: Stoa needs Python 3.11 or newer, this is %d.%d (%s). "
            "Run it with a newer one, e.g. `python3.12 manage.py`."
            % (sys.version_info[0], sys.version_info[1], sys.executable)
        )
    # Run by path: importing the kernel package needs what is not installed yet.
    bootstrap = runpy.run_path(os.path.join(ROOT, "kernel", "cli", "bootstrap.py"))
    bootstrap["enter"](ROOT, sys.argv)

    from kernel.cli.main import main as run

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
