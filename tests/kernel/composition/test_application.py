"""Booting, starting and stopping an application; services; the proxy."""

from __future__ import annotations

import builtins
from datetime import timedelta

import pytest

from kernel import app as proxy
from kernel.application import activate, active, boot, database_url
from kernel.errors import ConfigurationError, PluginError, StoaError
from kernel.secret_key import secret_key
from kernel.settings import KernelSettings
from kernel.tasks.worker import run_due
from kernel.testing.applications import test_settings as settings_for
from kernel.testing.client import Client

LIFE = """
calls = []

@hookimpl
def startup(app): calls.append("up"); {startup}

@hookimpl
def shutdown(app): calls.append("down"); {shutdown}

class Item:
    @endpoint(summary="Show", permission=PUBLIC, response=Schema.from_dict({{"n": fields.Integer()}}))
    def on_get(self, req, resp): return {{"n": len(calls)}}

@hookimpl
def register_routes(): return [Route("/{name}", Item())]
"""
FAULT = "raise ValueError('no')"


def life(name, startup="", shutdown=""):
    return LIFE.format(name=name, startup=startup or "...", shutdown=shutdown or "...")


@pytest.fixture
def calls(site, monkeypatch):
    """Install a plugin with a life; return the list its hooks write to, once booted."""

    def of(application, name):
        return application.registry.plugin(name).module.calls

    return of


def test_a_first_request_goes_through_a_plugin(site, make_app):
    site.install("a", life("a"), prefixes=["a"])

    answer = Client(make_app("a")).get("/v1/a")

    assert (answer.status, answer.json) == (200, {"n": 1})


def test_plugins_start_in_dependency_order_and_stop_in_reverse(site, make_app):
    log = "import builtins; builtins.__dict__.setdefault('_life', []).append"
    site.install("a", life("a", f"{log}('+a')", f"{log}('-a')"), prefixes=["a"], requires=["b"])
    site.install("b", life("b", f"{log}('+b')", f"{log}('-b')"), prefixes=["b"])

    application = make_app("a")
    application.stop()
    application.stop()

    assert builtins.__dict__.pop("_life") == ["+b", "+a", "-a", "-b"]


def test_a_plugin_that_cannot_start_stops_the_start_and_those_started_are_shut_down(
    site, make_app, monkeypatch
):
    started = []
    monkeypatch.setattr("builtins._down", started, raising=False)
    site.install("a", life("a", shutdown="_down.append('a')"), prefixes=["a"])
    site.install("b", life("b", FAULT, "_down.append('b')"), prefixes=["b"], after=["a"])

    with pytest.raises(PluginError, match=r"b: startup: raised ValueError: no"):
        make_app("a", "b")

    assert started == ["a"]


def test_under_continue_a_plugin_that_cannot_start_answers_503_by_name(site, make_app):
    site.install("a", life("a", FAULT), prefixes=["a"])
    site.install("b", life("b"), prefixes=["b"], requires=["a"])
    site.install("c", life("c"), prefixes=["c"])

    application = make_app("b", "c", kernel={"policy": "continue"})
    client = Client(application)

    assert client.get("/v1/c").status == 200
    assert [client.get(path).status for path in ("/v1/a", "/v1/a/x", "/v1/b")] == [503, 503, 503]
    assert client.get("/v1/a").json["plugin"] == "a"
    assert {dropped.name for dropped in application.registry.dropped} == {"a", "b"}


HAPPENING = """
@event("a.thing.happened")
class Happened:
    number: int

@hookimpl
def register_events(): return [Happened]
"""
REACTING = """
import builtins
def note(number: int) -> None: builtins._reacted.append(number)

later = task()(note)
refuse = Subscriber("a.thing.happened.v1", lambda delivery: 1 / 0, name="b.refuse", inline=True)

@hookimpl
def register_subscribers():
    return [Subscriber("a.thing.happened.v1", lambda one: note(one.event.number), name="b.note"), refuse]

@hookimpl
def register_tasks(): return [later, schedule(every=1)(lambda: note(0))]

@hookimpl
def startup(app): raise ValueError("no")
"""


def test_under_continue_what_a_plugin_that_cannot_start_was_promised_waits_for_it(
    site, make_app, monkeypatch
):
    monkeypatch.setattr("builtins._reacted", reacted := [], raising=False)
    site.install("a", HAPPENING)
    site.install("b", REACTING, requires=["a"])
    application = make_app("b", kernel={"policy": "continue"})
    happened = application.registry.plugin("a").module.Happened
    [later] = [one for one in application.tasks.tasks.values() if one.name.endswith(".note")]

    with application.db.atomic():
        application.bus.publish(happened(number=7))
        later.enqueue(8)
    application.clock.advance(timedelta(seconds=5))
    run_due(application)

    assert reacted == []
    assert application.bus.operations.depth() == {"b.note": 1}
    assert application.tasks.depth()["queued"] == 1


def test_under_continue_a_plugin_that_cannot_register_answers_503_by_name(site, make_app):
    site.install("a", "@hookimpl\ndef register_models(): raise ValueError", prefixes=["a"])

    client = Client(make_app("a", kernel={"policy": "continue"}))

    assert client.get("/v1/a/1").problem == "plugin-unavailable"


def test_a_failing_shutdown_does_not_keep_the_others_from_closing(site, make_app, monkeypatch):
    down = []
    monkeypatch.setattr("builtins._down", down, raising=False)
    site.install("a", life("a", shutdown="_down.append('a')"), prefixes=["a"])
    site.install("b", life("b", shutdown=FAULT), prefixes=["b"], after=["a"])

    make_app("a", "b").stop()

    assert down == ["a"]


def test_a_service_is_made_once_when_it_is_first_asked_for(site, make_app):
    made = "lambda app: {'port': app.settings.http.port}"
    code = f"@hookimpl\ndef register_services(): return [Service(dict, {made})]"
    site.install("a", code)

    application = make_app("a", http={"port": 7})

    assert application.service(dict) == {"port": 7}
    assert application.service(dict) is application.service(dict)


def test_services_that_make_each_other_are_named(site, make_app):
    code = """
    @hookimpl
    def register_services():
        return [Service(dict, lambda app: app.service(list)), Service(list, lambda app: app.service(dict))]
    """
    site.install("a", code)

    with pytest.raises(ConfigurationError, match=r"dict \(default\) → list \(default\) → dict \(default\)"):
        make_app("a").service(dict)


def test_a_blob_store_is_chosen_by_its_name(site, make_app):
    site.install(
        "a", "@hookimpl\ndef register_storage(): return [StorageBackend('attic', lambda app: 'the attic')]"
    )

    assert make_app("a", storage={"backend": "attic"}).blobs == "the attic"
    with pytest.raises(ConfigurationError, match=r"storage.backend is atic: .* did you mean attic"):
        make_app("a", storage={"backend": "atic"})


def test_the_proxy_stands_for_the_active_application_and_says_when_there_is_none(app):
    assert proxy.settings is app.settings

    previous = activate(None)
    with pytest.raises(StoaError, match=r"no application is active: call kernel.application.boot"):
        active()
    activate(previous)

    assert proxy.settings is app.settings


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        (
            {"kernel": {"environment": "production", "test_clock": True}},
            "kernel.test_clock is on in production",
        ),
        (
            {"kernel": {"environment": "production", "test_clock": False}, "http": {"rate_limits": False}},
            "http.rate_limits is off in production",
        ),
        (
            {
                "kernel": {"environment": "production", "test_clock": False, "secret_key": ""},
                "http": {"rate_limits": True},
            },
            "kernel.secret_key is empty: set STOA__KERNEL__SECRET_KEY__FILE",
        ),
        ({"kernel": {"secret_key": "short"}}, "kernel.secret_key is shorter than 32 characters"),
        ({"database": {"url": ""}}, "database.url is empty"),
    ],
)
def test_what_is_unsafe_or_missing_is_refused_at_boot(tmp_path, sections, message):
    settings = settings_for([], sections, tmp_path, "postgresql://nowhere/none")

    with pytest.raises(ConfigurationError, match=message):
        boot("base", overrides=settings, environ={})


def test_a_secret_key_is_made_once_and_kept_to_its_owner(tmp_path):
    sections = {"kernel": {"secret_key": ""}}
    settings = settings_for([], sections, tmp_path / "var", "postgresql://nowhere/none")

    first, second = (boot("base", overrides=settings, environ={}) for _ in range(2))

    file = tmp_path / "var" / "secret_key"
    assert first.secret("a") == second.secret("a") != first.secret("b")
    assert (file.stat().st_mode & 0o777, len(file.read_text())) == (0o600, 64)
    assert list(file.parent.glob("secret_key.*")) == []


def test_a_kept_secret_key_that_was_cut_short_is_refused(tmp_path):
    (tmp_path / "secret_key").write_text("0123")

    with pytest.raises(ConfigurationError, match="holds no whole secret key: remove it"):
        secret_key(KernelSettings(var_dir=str(tmp_path)))


def test_the_database_url_is_the_profiles(app):
    assert database_url(app.settings) == app.settings.database.url
