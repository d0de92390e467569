"""`python -m kernel.documentation`: write the reference anew, print what changed."""

from __future__ import annotations

import sys

from kernel.documentation import write
from kernel.documentation.inserts import ROOT

for file in write():
    sys.stdout.write(f"wrote {file.relative_to(ROOT)}\n")
