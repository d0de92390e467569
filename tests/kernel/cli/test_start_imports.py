"""What a serving process holds from its start on: not the libraries that few processes ever need."""

from __future__ import annotations

import subprocess
import sys

from tests.kernel.cli.conftest import DEADLINE, ROOT

WHEN_NEEDED = {
    "PIL": "checks uploads, draws demo pictures",
    "markdown_it": "renders messages",
    "nh3": "cleans rendered messages",
    "opentelemetry": "is imported by redis",
    "redis": "without a redis.url",
    "requests": "sends webhooks and pushes",
    "sqlite3": "keeps databases that are not PostgreSQL's",
    "rich": "draws tracebacks on a terminal",
    "xlsxwriter": "writes exports",
    "zxcvbn": "weighs new passwords",
}
BOOTED = """
from gevent import monkey
monkey.patch_all()
import sys
from kernel.cli.runtime import Runtime
from kernel.cli.serving import _boot
serving = _boot(Runtime({profile!r}), lambda: None, worker=True, migrate=True)
print("held:", *sorted({names} & set(sys.modules)), flush=True)
serving.stop()
"""


def test_a_process_that_serves_every_demo_plugin_imports_what_few_need_when_they_do(
    tmp_path, var, database, environ
):
    profile = tmp_path / "served.toml"
    profile.write_text(
        f'extends = "demo"\n[kernel]\nvar_dir = "{var}"\n[observability]\nlog_format = "json"\n'
    )
    source = BOOTED.format(profile=str(profile), names=set(WHEN_NEEDED))

    command = [sys.executable, "-c", source]
    done = subprocess.run(
        command, check=False, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=DEADLINE
    )

    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("held:")] == ["held:"]
