"""What the pages say can be done: links lead somewhere, commands exist, code parses."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
import yaml
from markdown.extensions.toc import slugify

import kernel
from kernel import documentation, testing
from kernel.cli.bench_programs import programs
from kernel.cli.main import COMMANDS, door
from kernel.cli.profiles import Choice
from kernel.documentation.figures import results, sections
from tests.docs.pages import DOCS, ROOT, blocks

PAGES = sorted(page for page in DOCS.rglob("*.md") if "examples" not in page.parts)
WRITTEN = [page for page in PAGES if page.parent.name != "reference"]
TOP = [ROOT / "README.md", ROOT / "CHANGELOG.md"]
PLUGIN_PAGES = sorted([*ROOT.glob("plugins/*/README.md"), *ROOT.glob("contrib/*/README.md")])
EXAMPLE_PAGES = sorted((DOCS / "examples").rglob("*.md"))
ALL = [*PAGES, *TOP, *PLUGIN_PAGES, *EXAMPLE_PAGES]

LINK = re.compile(r"\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|[\s`$])((?:python3? )?manage\.py [a-z][^`\n#;|]*)")


def name_of(page):
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    return {slugify(re.sub(r"[`*]", "", heading), "-") for heading in HEADING.findall(text)}


@pytest.mark.parametrize("page", ALL, ids=name_of)
def test_links_lead_somewhere(page):
    broken = []
    for target in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            broken.append(target)

    assert broken == []


def navigated(entries) -> list[str]:
    """Return the pages of MkDocs' navigation, in order."""
    found = []
    for entry in entries:
        value = next(iter(entry.values())) if isinstance(entry, dict) else entry
        found += navigated(value) if isinstance(value, list) else [value]
    return found


def test_every_page_stands_in_the_navigation_once():
    settings = yaml.load((ROOT / "mkdocs.yml").read_text(), Loader=yaml.BaseLoader)

    listed = navigated(settings["nav"])

    pages = [str(page.relative_to(DOCS)) for page in PAGES]
    assert sorted(listed) == sorted(page for page in pages if not page.startswith("decisions/0"))


@pytest.mark.parametrize("section", ["api", "integrators", "plugins", "tutorial", "reference"])
def test_the_first_page_of_a_section_leads_to_all_its_pages(section):
    own = DOCS / section / "index.md"
    first = own if own.exists() else DOCS / "index.md"
    led = {(first.parent / link.partition("#")[0]).resolve() for link in LINK.findall(first.read_text())}
    pages = {page.resolve() for page in (DOCS / section).glob("*.md")} - {first.resolve()}

    assert sorted(page.name for page in pages - led) == []


def test_every_decision_is_indexed_under_its_number_and_title():
    index = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    decisions = sorted((DOCS / "decisions").glob("[0-9]*.md"))

    wrong = [
        page.name
        for page in decisions
        if not re.match(rf"# 0*{int(page.name[:4])}\b", page.read_text(encoding="utf-8"))
        or not re.search(rf"^- \[{page.name[:4]}: \S.*\]\({page.name}\)$", index, re.MULTILINE)
    ]

    assert wrong == [], "a heading begins with its number; `python -m kernel.documentation` writes the index"
    assert index.count("\n- [") == len(decisions)


# -- commands ----------------------------------------------------------------


def said(page: Path) -> list[str]:
    """Return every command line of `manage.py` on a page."""
    return [one.strip() for one in COMMAND.findall(page.read_text(encoding="utf-8"))]


PLUGIN_COMMANDS = {
    (plugin.name, command.name): command
    for plugin in documentation.everything().registry.plugins
    for command in plugin.commands
}


def resolved(words: list[str]) -> tuple[click.Command | None, list[str]]:
    """Return the command some words name, and the words that are left."""
    context = click.Context(door, obj=Choice())
    first, *rest = words
    if first in COMMANDS:
        command = door.get_command(context, first)
    elif rest and (first, rest[0]) in PLUGIN_COMMANDS:
        return PLUGIN_COMMANDS[first, rest[0]], rest[1:]
    else:
        return next((one for (_, name), one in PLUGIN_COMMANDS.items() if name == first), None), rest
    while isinstance(command, click.Group) and rest and rest[0] in command.commands:
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest


def fault(line: str) -> str:
    words = line.partition("manage.py ")[2].split("  ")[0].replace("…", "").rstrip(".,:)").strip()
    if words.split()[0] in ("COMMAND", "PLUGIN"):
        return ""
    try:
        parts = shlex.split(words)
    except ValueError:
        parts = words.split()
    command, rest = resolved(parts)
    if command is None:
        return "" if parts[0] in EXAMPLES else f"{line}: no such command"
    known = {option for parameter in command.params for option in parameter.opts} | {"--help", "--profile"}
    unknown = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in known]
    return f"{line}: {command.name} has no {', '.join(unknown)}" if unknown and command.name != "test" else ""


EXAMPLES = {"listings", "PLUGIN"}


@pytest.mark.parametrize("page", [*WRITTEN, *TOP, *PLUGIN_PAGES], ids=name_of)
def test_commands_and_their_options_exist(page):
    faults = [found for line in said(page) if (found := fault(line))]

    assert faults == []


def test_the_readme_and_the_quick_start_name_the_commands_ci_runs():
    ci = (ROOT / ".ci" / "run").read_text()
    readme = (ROOT / "README.md").read_text()

    for command in ("python3 manage.py test", "python3 manage.py check --static"):
        assert command in ci
        assert command in readme
    for page in (readme, (DOCS / "quickstart.md").read_text()):
        assert "python3 manage.py demo" in page


# -- code --------------------------------------------------------------------


def python_blocks():
    return [
        block for page in [*WRITTEN, *PLUGIN_PAGES] for block in blocks(page) if block.language == "python"
    ]


@pytest.mark.parametrize("page", [*WRITTEN, *PLUGIN_PAGES], ids=name_of)
def test_python_parses_and_imports_public_names_only(page):
    wrong = []
    for block in blocks(page):
        if block.language != "python":
            continue
        tree = ast.parse(block.text)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "kernel":
                public = {"kernel": kernel.__all__, "kernel.testing": testing.__all__}.get(node.module, ())
                wrong += [f"{node.module}.{one.name}" for one in node.names if one.name not in public]

    assert wrong == []


@pytest.mark.parametrize("page", [*WRITTEN, *PLUGIN_PAGES], ids=name_of)
def test_toml_parses(page):
    for block in blocks(page):
        if block.language == "toml":
            tomllib.loads(block.text)


def test_settings_named_anywhere_exist():
    found = documentation.everything()
    sections = {described.section: set() for described in found.settings.describe()}
    for described in found.settings.describe():
        sections[described.section].add(described.key)
    wrong = []
    for page in [*WRITTEN, *TOP]:
        for variable in re.findall(r"STOA__[A-Z0-9_]+[A-Z0-9]", page.read_text(encoding="utf-8")):
            section, _, key = variable.removeprefix("STOA__").lower().partition("__")
            key = key.removesuffix("__file")
            if section in sections and not any(
                key == one or key.startswith(f"{one}__") for one in sections[section]
            ):
                wrong.append(f"{name_of(page)}: {variable}")

    assert wrong == []


def test_every_plugin_has_a_readme_for_whoever_runs_it():
    plugins = documentation.everything().registry.plugins

    assert [one.name for one in plugins if not (one.manifest.directory / "README.md").is_file()] == []


def test_every_plugin_with_an_api_has_a_guide_for_its_clients():
    """Adapters are left out: what calls their routes is the outside system, and their README names it."""
    plugins = [one for one in documentation.everything().registry.plugins if is_feature(one)]

    assert [one.name for one in plugins if not (DOCS / "api" / f"{one.name}.md").is_file()] == []


def is_feature(plugin) -> bool:
    return plugin.manifest.directory.parent.name == "plugins" and not all(
        route.root for route in plugin.routes
    )


# -- figures -----------------------------------------------------------------


def test_the_page_about_speed_shows_the_stored_figures_and_nothing_else():
    """What stands between its marks is what `manage.py bench --write` last stored."""
    page = (DOCS / "performance.md").read_text(encoding="utf-8")

    shown = re.search(r"<!-- figures -->\n(.*?)<!-- end -->", page, re.DOTALL)[1]

    assert shown.strip() == sections(results(ROOT / "benchmarks" / "results.json")).strip()


def test_stored_figures_are_of_programs_that_are_there():
    stored = results(ROOT / "benchmarks" / "results.json")

    assert stored
    assert set(stored) <= {one.name for one in programs()}
