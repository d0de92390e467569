"""What every plugin must hold to, as a test class to subclass.

    from kernel.testing import PluginContract

    class TestLoyalty(PluginContract):
        plugin = "loyalty"

The tests run against a real PostgreSQL. Samples for those that call routes are
taken from `samples.py` beside the test file (see `kernel.testing.samples`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar

import pytest

from kernel.application import Application
from kernel.discovery import discover
from kernel.errors import PluginError
from kernel.http.endpoint import Endpoint, endpoints_of
from kernel.http.routing import path_of
from kernel.manifest import Manifest
from kernel.realtime.declarations import Namespace
from kernel.registry import Plugin
from kernel.resolution import resolve, without
from kernel.setting_field import info_of
from kernel.storage import count_statements
from kernel.storage.autogenerate import drift
from kernel.testing.applications import Applications
from kernel.testing.borders import trespasses
from kernel.testing.client import Client
from kernel.testing.matrix import Case, ask, cases, leaks
from kernel.testing.rooms import room_cases, room_leaks
from kernel.testing.samples import Samples, samples_beside

MakeApp = Callable[..., Application]


class PluginContract:
    """Subclass it with `plugin = "<name>"`; pytest runs the tests below for it."""

    plugin: ClassVar[str]

    @pytest.fixture
    def booted(self, applications: Applications) -> Iterator[Application]:
        """Give the application of the plugin alone, shared by the tests that leave it as it was."""
        application = applications.shared((self.plugin,), self._wanted())
        yield application
        applications.clean(application)

    def test_it_boots_alone_with_what_it_requires(self, booted: Application) -> None:
        """Boot it as the only wanted plugin."""
        assert self.plugin in booted.registry

    def test_it_boots_with_every_other_plugin(self, make_app: MakeApp) -> None:
        """Boot it beside all plugins installed that do not conflict with it.

        Adapters that nobody configured may refuse to start; this one may not.
        """
        application = make_app(*self._company(), **self._lenient())

        assert self.plugin in application.registry

    def test_its_migrations_go_up_down_and_up_again(self, make_app: MakeApp) -> None:
        """Undo and redo its scripts; the tables are gone in between and back after."""
        application = make_app(self.plugin, **self._wanted())
        migrations, tables = application.migrations(), self._tables(application)

        migrations.down(self.plugin)
        between = _present(application, tables)
        migrations.up()

        expect_none(between, "a down migration must drop what its up made; these tables were left")
        assert _present(application, tables) == sorted(tables)

    def test_its_models_are_what_its_migrations_make(self, booted: Application) -> None:
        """Compare tables, columns, indexes and constraints."""
        found = drift(booted.db, self._loaded(booted).models)

        expect_none(found, f"run `manage.py makemigrations {self.plugin}`, or mend the models")

    def test_its_routes_are_declared_in_full(self, booted: Application) -> None:
        """Every endpoint has a summary, a permission, schemas and a bound on its statements."""
        faults = [fault for where, one in self._endpoints(booted) for fault in _undeclared(where, one)]

        expect_none(faults, "declare in each @endpoint what is missing")

    def test_no_route_tells_a_foreign_id_from_an_unknown_one(self, booted: Application) -> None:
        """Run the isolation matrix over its routes (`kernel.testing.matrix`)."""
        found = [line for case in self._cases(booted) for line in leaks(booted, case)]

        expect_none(found, "filter by owner or scope and raise NotFound for both; mend samples.py if asked")

    def test_its_socket_events_are_declared_in_full(self, booted: Application) -> None:
        """Every namespace, room and event has a summary; what a client sends, a schema if it has data."""
        faults = [fault for one in self._loaded(booted).realtime for fault in _unsaid(one)]

        expect_none(faults, "say in each declaration what it is")

    def test_no_room_lets_in_who_does_not_belong(self, booted: Application) -> None:
        """Run the isolation matrix over its rooms (`kernel.testing.rooms`)."""
        found = room_cases(self._loaded(booted), self._samples())
        leaking = [line for case in found for line in room_leaks(booted, case)]

        expect_none(leaking, "filter by owner or scope in the authoriser; mend samples.py if asked")

    def test_a_read_runs_no_more_statements_than_it_declares(self, booted: Application) -> None:
        """Count what each GET of a sample costs in SQL."""
        over = [
            line for case in self._cases(booted) if case.method == "GET" for line in _costly(booted, case)
        ]

        expect_none(over, "fetch related rows together, or declare `statements=` in the @endpoint")

    def test_disabling_it_leaves_the_others_working_and_its_data_in_place(self, make_app: MakeApp) -> None:
        """Boot the others on the database it left: its routes are 404, its tables stay."""
        everyone = make_app(*self._company(), **self._lenient())
        tables, url = self._tables(everyone), everyone.settings.database.url
        prefixes = self._loaded(everyone).manifest.prefixes

        others = make_app(
            *self._company(without_it=True), database={"url": url}, kernel={"policy": "continue"}
        )

        client = Client(others)
        assert [client.get(f"/v1/{prefix}").status for prefix in prefixes] == [404] * len(prefixes)
        assert client.get("/openapi.json").status == HTTPStatus.OK
        assert {one.name for one in others.registry.dropped} <= {
            one.name for one in everyone.registry.dropped
        }
        assert _present(others, tables) == sorted(tables)

    def test_its_readme_names_what_it_offers(self, booted: Application) -> None:
        """README.md names every hook, event, setting, permission, role and command."""
        loaded = self._loaded(booted)
        readme = loaded.manifest.directory / "README.md"
        text = readme.read_text(encoding="utf-8") if readme.is_file() else ""

        unnamed = [name for name in _offers(loaded) if name not in text]

        expect_none(unnamed, f"say in {readme} what these are for")

    def test_it_imports_only_the_api_of_what_it_requires(self) -> None:
        """Read its imports: what another plugin does not offer may change any day."""
        found = trespasses(discover().found[self.plugin])

        expect_none(found, "import of another plugin only its api, and require it")

    def test_its_settings_explain_themselves(self, booted: Application) -> None:
        """Every setting has a help text."""
        kind = self._loaded(booted).settings

        silent = [name for name, field in _fields(kind).items() if not info_of(field).help.strip()]

        expect_none(silent, "give each setting a help text: setting(…, help=…)")

    def _loaded(self, application: Application) -> Plugin:
        return application.registry.plugin(self.plugin)

    def _tables(self, application: Application) -> list[str]:
        return [model._meta.table_name for model in self._loaded(application).models]

    def _samples(self) -> Samples:
        return samples_beside(Path(inspect.getfile(type(self))))

    def _cases(self, application: Application) -> list[Case]:
        return cases(application.registry, self.plugin, self._samples())

    def _wanted(self) -> dict[str, dict[str, Any]]:
        return {section: dict(keys) for section, keys in self._samples().settings.items()}

    def _lenient(self) -> dict[str, dict[str, Any]]:
        return {**self._wanted(), "kernel": {"policy": "continue", **self._wanted().get("kernel", {})}}

    def _endpoints(self, application: Application) -> Iterator[tuple[str, Endpoint]]:
        for route in self._loaded(application).routes:
            for method, declared in endpoints_of(route.resource).items():
                assert declared is not None, "the loader refuses responders without a declaration"
                yield f"{method.upper()} {path_of(route)}", declared

    def _company(self, *, without_it: bool = False) -> list[str]:
        """Return every installed plugin that can run beside this one (or without it)."""
        found = discover()
        shunned = _shunned(found.found[self.plugin], found.found.values())
        wanted = [name for name in found.found if name not in shunned]
        order = list(resolve(wanted, found).order)
        if without_it:
            order, _ = without(order, [PluginError(self.plugin, "test", "left out")])
        return [manifest.name for manifest in order]


def expect_none(faults: Sequence[str], remedy: str) -> None:
    """Fail with the remedy and each fault on a line of its own: the reader did not write this test."""
    if faults:
        pytest.fail("\n".join([f"{remedy}:", *(f"  {fault}" for fault in faults)]), pytrace=False)


def _shunned(subject: Manifest, others: Any) -> set[str]:
    """Return the plugins that conflict with the subject, by either's word."""
    named = {conflict.name for conflict in subject.conflicts}
    return named | {other.name for other in others if subject.name in {one.name for one in other.conflicts}}


def _present(application: Application, tables: list[str]) -> list[str]:
    """Return which of the tables exist, sorted."""
    rows = application.db.rows(
        "SELECT tablename FROM pg_tables WHERE tablename = ANY(%s) ORDER BY 1", (tables,)
    )
    return [name for (name,) in rows]


def _undeclared(where: str, endpoint: Endpoint) -> Iterator[str]:
    if not endpoint.summary.strip() or endpoint.summary.endswith("."):
        yield f"{where}: the summary is one line without a full stop"
    if not 0 < endpoint.statements <= 100:  # noqa: PLR2004
        yield f"{where}: statements={endpoint.statements} bounds nothing"


def _unsaid(namespace: Namespace) -> Iterator[str]:
    declared: tuple[Any, ...] = (namespace, *namespace.rooms, *namespace.inbound, *namespace.outbound)
    for one in declared:
        if not one.summary.strip() or one.summary.endswith("."):
            yield f"{namespace.path} {getattr(one, 'name', '')}: the summary is one line without a full stop"
    for event in namespace.outbound:
        if not event.data().dump_fields:
            yield f"{namespace.path} {event.name}: its schema {event.data.__name__} has no field"


def _costly(application: Application, case: Case) -> Iterator[str]:
    sample = case.make(application)
    application.db.release()
    owner = Client(application).as_user(sample.owner, mfa=True)
    with count_statements() as counted:
        ask(case, sample, sample.ids, owner)
    if counted.count > case.endpoint.statements:
        yield f"{case}: {counted.count} statements, declared are {case.endpoint.statements}"


def _offers(plugin: Plugin) -> Iterator[str]:
    """Yield the names others use: hooks, events, settings, permissions, roles, commands, namespaces."""
    module = plugin.hookspecs
    yield from (
        (name for name in vars(module) if hasattr(getattr(module, name), "stoa_spec")) if module else ()
    )
    yield from (event.__event__.wire for event in plugin.events)
    yield from _fields(plugin.settings)
    yield from (one.name for one in plugin.permissions)
    yield from (str(command.name) for command in plugin.commands)
    yield from (one.path for one in plugin.realtime)


def _fields(kind: type[Any] | None) -> dict[str, Any]:
    return dict(getattr(kind, "__dataclass_fields__", {}))
