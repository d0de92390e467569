"""`python -m kernel.cli`: the commands without the bootstrap.

For processes that are inside their environment already: containers, tests.
"""

from __future__ import annotations

import sys

from kernel.cli.main import main

if __name__ == "__main__":
    main(sys.argv[1:])
