"""Names that nothing uses: functions, classes, methods and attributes, by vulture.

    python -m tests.docs.unused_names     # prints them; a gate of `manage.py check --static`

Class variables are left out: they are the fields of schemas, models, settings
and messages, which are read by name. What is used by others' code is listed
below with who uses it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parents[2]
SEARCHED = ("kernel", "plugins", "contrib", "benchmarks", "docs/examples")
USERS = ("tests", "manage.py")
LEFT_OUT = ("*/templates/*", "*/migrations/*")
KINDS = {"function", "class", "method", "property", "import"}
DECORATORS = [
    "@hookimpl*", "@hookspec*",  # pluggy calls them
    "@door.*", "@click.*", "@*.command*", "@profile_option",  # click does
    "@pytest.fixture*", "@fixture*",
    "@validates_schema*", "@validates*", "@pre_load*", "@post_load*", "@post_dump*",  # marshmallow
]  # fmt: skip
NAMES = {
    "Meta": "peewee and marshmallow read it",
    "on_*": "falcon's responders, and what sockets' events are bound to",
    "__*__": "Python calls it",
    "process_response": "falcon's middleware",
    "pytest_*": "pytest's plugins",
    "list_commands": "click's group", "format_commands": "click's group",
    "PluginBorders": "named in .importlinter", "render_broken_contract": "import-linter's contract",
    "field2pattern": "apispec's converter",
    "load_config": "gunicorn's application", "handle_int": "gunicorn's arbiter",
    "handle_quit": "gunicorn's worker",
    "_write_with_headers": "gevent's handler", "log_request": "gevent's handler",
    "_log_error": "gevent's handler", "do_read": "gevent's server",
    "free_count": "gevent's pool",
    "_execute_cursor": "peewee's database", "_run_commit_callbacks": "peewee's database",
    "dequeue": "huey's storage", "read_schedule": "huey's storage",
    "deserialize_task": "huey's", "_set_signal_handlers": "huey's consumer",
    "_engineio_client_class": "python-socketio's client",
    "huge_length": "an attack, by name", "large_frame": "an attack, by name",
    "fragments_of_one_byte": "an attack, by name", "bad_key": "an attack, by name",
    "slow_handshake": "an attack, by name", "never_reads": "an attack, by name",
    "two_at_once": "an attack, by name",
}  # fmt: skip


def unused(root: Path = ROOT) -> Iterator[str]:
    """Yield a line for each name of a tree that nothing uses."""
    found = Vulture(ignore_names=list(NAMES), ignore_decorators=DECORATORS)
    places = [root / place for place in (*SEARCHED, *USERS)]
    found.scavenge([str(place) for place in places if place.exists()], exclude=list(LEFT_OUT))
    for item in found.get_unused_code():
        place = Path(item.filename).relative_to(root)
        if item.typ in KINDS and place.parts[0] not in USERS and "tests" not in place.parts:
            yield f"{place}:{item.first_lineno}: {item.typ} {item.name} is used by nothing"


if __name__ == "__main__":
    lines = list(unused())
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.exit(1 if lines else 0)
