"""The plan, the ledger and the lock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kernel.storage import Database
from kernel.storage.migrations import MigrationError, Migrations, Script, Source

CREATE = """
requires = {requires!r}

def up(migrator, db):
    db.execute_sql("CREATE TABLE {table} (n int)")

def down(migrator, db):
    db.execute_sql("DROP TABLE {table}")
"""


class Tree:
    """Plugins' migration directories, written by a test."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, key: str, text: str | None = None, *requires: str) -> Path:
        plugin, _, name = key.partition(".")
        path = self.root / plugin / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text or CREATE.format(table=f"{plugin}_{name}", requires=requires))
        return path

    def sources(self, *plugins: str) -> list[Source]:
        return [(plugin, self.root / plugin) for plugin in plugins]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def tables(db: Database) -> list[str]:
    return [table for table in db.get_tables() if table != "kernel_migration"]


def test_scripts_run_by_number_and_after_what_they_require(db: Database, tree: Tree) -> None:
    tree.write("listings.0001_initial", None, "categories.0002_colour")
    tree.write("listings.0002_more")
    tree.write("categories.0001_initial")
    tree.write("categories.0002_colour")

    done = Migrations(db, tree.sources("listings", "categories")).up()

    assert done == [
        "categories.0001_initial",
        "categories.0002_colour",
        "listings.0001_initial",
        "listings.0002_more",
    ]
    assert len(tables(db)) == 4


def test_a_second_run_does_nothing(db: Database, tree: Tree) -> None:
    tree.write("a.0001_initial")
    migrations = Migrations(db, tree.sources("a"))
    migrations.up()

    again = migrations.up()

    assert again == []


def test_a_plugin_without_scripts_is_fine(db: Database, tree: Tree) -> None:
    assert Migrations(db, tree.sources("bare")).up() == []


def test_a_failing_script_is_named_and_leaves_nothing_half_done(db: Database, tree: Tree) -> None:
    tree.write("a.0001_initial")
    tree.write(
        "a.0002_bad",
        'def up(migrator, db):\n    db.execute_sql("CREATE TABLE half (n int)")\n'
        '    db.execute_sql("SELECT nonsense")\n',
    )
    migrations = Migrations(db, tree.sources("a"))

    with pytest.raises(MigrationError, match=r"a/0002_bad\.py: .*nonsense"):
        migrations.up()

    assert tables(db) == ["a_0001_initial"]
    assert [script.key for script in migrations.pending()] == ["a.0002_bad"]


def test_a_script_may_do_without_a_transaction(db: Database, tree: Tree) -> None:
    tree.write("a.0001_initial")
    tree.write(
        "a.0002_index",
        "atomic = False\n\ndef up(migrator, db):\n"
        '    db.execute_sql("CREATE INDEX CONCURRENTLY i ON a_0001_initial (n)")\n',
    )

    Migrations(db, tree.sources("a")).up()

    assert [index.name for index in db.get_indexes("a_0001_initial")] == ["i"]


def test_an_edited_applied_script_is_refused_by_name(db: Database, tree: Tree) -> None:
    path = tree.write("a.0001_initial")
    migrations = Migrations(db, tree.sources("a"))
    migrations.up()

    path.write_text(path.read_text() + "\n# harmless?\n")

    with pytest.raises(MigrationError, match=r"a/0001_initial\.py: was edited after it was applied"):
        migrations.up()


def test_an_edited_script_that_a_later_one_repairs_is_brought_along(db: Database, tree: Tree) -> None:
    first = tree.write("a.0001_initial")
    migrations = Migrations(db, tree.sources("a"))
    migrations.up()
    former = Script("a", "0001_initial", first).checksum
    first.write_text(first.read_text() + "\n# edited\n")
    tree.write("a.0002_mend", f"repairs = {{'0001_initial': [{former!r}]}}\ndef up(migrator, db): pass\n")

    done = migrations.up()

    assert done == ["a.0002_mend"]
    assert migrations.up() == []


def test_a_repair_of_another_text_repairs_nothing(db: Database, tree: Tree) -> None:
    first = tree.write("a.0001_initial")
    migrations = Migrations(db, tree.sources("a"))
    migrations.up()
    first.write_text(first.read_text() + "\n# edited\n")
    tree.write("a.0002_mend", "repairs = {'0001_initial': ['of another text']}\ndef up(migrator, db): pass\n")

    with pytest.raises(MigrationError, match=r"a/0001_initial\.py: was edited after it was applied"):
        migrations.up()


def test_other_line_ends_are_no_edit(db: Database, tree: Tree) -> None:
    path = tree.write("a.0001_initial")
    migrations = Migrations(db, tree.sources("a"))
    migrations.up()

    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert migrations.up() == []


def test_a_missing_requirement_is_named(db: Database, tree: Tree) -> None:
    tree.write("a.0001_initial", None, "ghost.0001_initial")

    with pytest.raises(
        MigrationError, match=r"a/0001_initial\.py: requires ghost\.0001_initial.*enable .*ghost"
    ):
        Migrations(db, tree.sources("a")).up()


def test_a_requirement_of_a_plugin_disabled_since_is_still_met(db: Database, tree: Tree) -> None:
    tree.write("a.0001_initial", None, "b.0001_initial")
    tree.write("b.0001_initial")
    Migrations(db, tree.sources("a", "b")).up()
    tree.write("a.0002_more")

    done = Migrations(db, tree.sources("a")).up()

    assert done == ["a.0002_more"]


def test_a_circle_is_named(db: Database, tree: Tree) -> None:
    tree.write("a.0001_initial", None, "b.0001_initial")
    tree.write("b.0001_initial", None, "a.0001_initial")

    with pytest.raises(MigrationError, match=r"circle: .*a\.0001_initial.* → .*b\.0001_initial"):
        Migrations(db, tree.sources("a", "b")).up()


def test_a_number_used_twice_is_refused(db: Database, tree: Tree) -> None:
    tree.write("a.0001_initial")
    tree.write("a.0001_other")

    with pytest.raises(MigrationError, match="number 0001 is taken by 0001_initial"):
        Migrations(db, tree.sources("a")).up()


def test_a_new_script_before_an_applied_one_is_refused(db: Database, tree: Tree) -> None:
    tree.write("a.0002_second")
    migrations = Migrations(db, tree.sources("a"))
    migrations.up()
    tree.write("a.0001_late")

    with pytest.raises(MigrationError, match=r"0001_late\.py: 0002_second is applied already"):
        migrations.up()


def test_a_script_that_cannot_be_loaded_is_named(db: Database, tree: Tree) -> None:
    tree.write("a.0001_broken", "import nothing_of_this_name")

    with pytest.raises(MigrationError, match=r"0001_broken\.py: cannot be loaded: ModuleNotFoundError"):
        Migrations(db, tree.sources("a")).up()


def test_up_down_up(db: Database, tree: Tree) -> None:
    tree.write("a.0001_initial")
    tree.write("a.0002_more")
    migrations = Migrations(db, tree.sources("a"))
    migrations.up()

    undone = migrations.down("a")

    assert undone == ["a.0002_more", "a.0001_initial"]
    assert tables(db) == []
    assert migrations.up() == ["a.0001_initial", "a.0002_more"]


def test_down_to_a_script_keeps_it(db: Database, tree: Tree) -> None:
    tree.write("a.0001_initial")
    tree.write("a.0002_more")
    migrations = Migrations(db, tree.sources("a"))
    migrations.up()

    assert migrations.down("a", to="0001_initial") == ["a.0002_more"]
    assert tables(db) == ["a_0001_initial"]


def test_down_is_refused_while_another_plugin_needs_it(db: Database, tree: Tree) -> None:
    tree.write("a.0001_initial")
    tree.write("b.0001_initial", None, "a.0001_initial")
    migrations = Migrations(db, tree.sources("a", "b"))
    migrations.up()

    with pytest.raises(MigrationError, match=r"b\.0001_initial requires a\.0001_initial: undo b first"):
        migrations.down("a")

    assert len(tables(db)) == 2


def test_down_to_nothing_is_refused_while_a_dependent_is_applied(db: Database, tree: Tree) -> None:
    for name in ("a.0001_initial", "a.0002_more", "b.0001_initial", "c.0001_initial"):
        tree.write(name)
    migrations = Migrations(db, tree.sources("a", "b", "c"))
    migrations.up()

    with pytest.raises(MigrationError, match=r"^a is required by b, c: undo that first$"):
        migrations.down("a", "0000", dependents=("b", "c", "d"))
    kept = migrations.down("a", "0001", dependents=("b", "c"))
    undone = [migrations.down(plugin, dependents=others) for plugin, others in (("c", ()), ("b", ()))]

    assert (kept, undone) == (["a.0002_more"], [["c.0001_initial"], ["b.0001_initial"]])
    assert migrations.down("a", "0000", dependents=("b", "c")) == ["a.0001_initial"]


def test_down_without_a_down_runs_nothing(db: Database, tree: Tree) -> None:
    tree.write("a.0001_initial", 'def up(migrator, db):\n    db.execute_sql("CREATE TABLE a (n int)")\n')
    tree.write("a.0002_more")
    migrations = Migrations(db, tree.sources("a"))
    migrations.up()

    with pytest.raises(MigrationError, match=r"0001_initial\.py: has no down"):
        migrations.down("a")

    assert len(tables(db)) == 2


def test_status_tells_applied_pending_and_gone(db: Database, tree: Tree) -> None:
    tree.write("a.0001_initial")
    gone = tree.write("b.0001_initial")
    Migrations(db, tree.sources("a", "b")).up()
    gone.unlink()
    tree.write("a.0002_more")

    status = Migrations(db, tree.sources("a", "b")).status()

    told = [(line.key, line.path is not None, line.applied is not None) for line in status]
    assert told == [
        ("a.0001_initial", True, True),
        ("a.0002_more", True, False),
        ("b.0001_initial", False, True),
    ]


PROCESS = """
import sys
from kernel.storage import Database, DatabaseSettings
from kernel.storage.migrations import Migrations
db = Database(DatabaseSettings(url=sys.argv[1], statement_timeout=1, lock_timeout=1))
print(len(Migrations(db, [("a", sys.argv[2])]).up()))
"""


def test_processes_that_start_together_migrate_once(url: str, db: Database, tree: Tree) -> None:
    for number in range(1, 6):
        statement = f"CREATE TABLE t{number} AS SELECT 1 FROM pg_sleep(0.3)"
        slow = f'def up(migrator, db):\n    db.execute_sql("{statement}")\n'
        tree.write(f"a.000{number}_slow", slow)
    command = [sys.executable, "-c", PROCESS, url, str(tree.root / "a")]

    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    answers = [process.communicate(timeout=60)[0].split()[-1] for process in started]

    assert all(process.returncode == 0 for process in started)
    assert sorted(answers) == ["0", "0", "0", "5"]
    assert len(tables(db)) == 5
