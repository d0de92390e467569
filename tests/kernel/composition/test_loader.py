"""Loading plugins: what is collected, checked and refused, under both policies."""

from __future__ import annotations

import re

import pytest

from kernel.checks import warnings
from kernel.errors import ConfigurationError, PluginError

REGISTRATION_HOOKS = [
    "register_settings",
    "register_hookspecs",
    "register_services",
    "register_models",
    "register_permissions",
    "register_events",
    "register_subscribers",
    "register_routes",
    "register_tasks",
    "register_storage",
    "register_commands",
    "register_admin",
]
RAISING = "@hookimpl\ndef {hook}(): raise ValueError('it\\nbroke')\n"
RESOURCE = """
class Item:
    @endpoint(summary="Show", permission="{permission}")
    def on_get(self, req, resp): ...

@hookimpl
def register_routes(): return [Route("{path}", Item())]
"""
MODEL = """
import peewee
from kernel.storage import db_proxy

class Thing(peewee.Model):
    {field}
    class Meta:
        database, table_name = db_proxy, "{table}"

@hookimpl
def register_models(): return [Thing]
"""
UNDECLARED = """
class Item:
    def on_get(self, req, resp): ...

@hookimpl
def register_routes(): return [Route('/a', Item())]
"""
TWICE = """
@hookimpl
def register_subscribers(): return [Subscriber('b.x.y.v1', print, name='a.x', optional=True)] * 2
"""
EVENT = """
@event("{name}")
class Happened:
    n: int

@hookimpl
def register_events(): return [Happened]
"""


def names(loaded):
    return [plugin.name for plugin in loaded.registry.plugins]


@pytest.fixture
def refusal(loading):
    """Load plugins that must be refused; return the one line."""

    def run(*plugins):
        with pytest.raises(PluginError) as caught:
            loading(*plugins)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return run


def test_declarations_stand_in_the_registry_with_their_plugin_in_dependency_order(site, loading):
    declared = "[Permission('{0}:read', 'Read'), Role('{0}er', 'One')]"
    permission = f"@hookimpl\ndef register_permissions(): return {declared}\n"
    site.install("a", permission.format("a"), requires=["b"])
    site.install("b", permission.format("b"))

    registry = loading("a").registry

    assert [(owner, one.name) for owner, one in registry.permissions] == [("b", "b:read"), ("a", "a:read")]
    assert [(owner, one.name) for owner, one in registry.roles] == [("b", "ber"), ("a", "aer")]
    assert registry.pulled_in == {"b": ("a",)}


def test_hooks_get_the_typed_settings_and_only_the_arguments_they_name(site, loading):
    code = """
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Mine:
        action: str = setting("read", help="What to do.")

    @hookimpl
    def register_settings(): return Mine

    @hookimpl
    def register_permissions(settings): return [Permission("a:" + settings.of(Mine).action, "Do it")]
    """
    site.install("a", code)

    loaded = loading("a", a={"action": "write"})

    assert loaded.registry.permissions[0].value.name == "a:write"
    assert loaded.settings.section("a").action == "write"


@pytest.mark.parametrize("hook", REGISTRATION_HOOKS)
def test_an_exception_in_a_hook_stops_the_boot_and_names_plugin_hook_and_place(site, refusal, hook):
    site.install("good")
    folder = site.install("bad", RAISING.format(hook=hook))

    line = refusal("good", "bad")

    assert line.startswith(f"bad: {hook}: raised ValueError: it broke ({folder}/plugin.py:")
    assert line.endswith("mend it or disable it")


@pytest.mark.parametrize("hook", REGISTRATION_HOOKS)
def test_under_continue_an_exception_in_a_hook_drops_the_plugin_and_its_dependents(site, loading, hook):
    site.install("good")
    site.install("bad", RAISING.format(hook=hook), prefixes=["bads"])
    site.install("leaning", requires=["bad"], prefixes=["leaning"])

    registry = loading("good", "leaning", policy="continue").registry

    assert [plugin.name for plugin in registry.plugins] == ["good"]
    assert {one.name: one.error.phase for one in registry.dropped} == {"bad": hook, "leaning": "resolve"}
    assert registry.unavailable() == {"bads": "bad", "leaning": "leaning"}


def test_one_plugin_may_own_the_root_page(site, loading, refusal):
    page = RESOURCE.format(path="/", permission="public")
    site.install("front", page, prefixes=["/"])
    site.install("other", page, prefixes=["/"], after=["front"])
    site.install("stray", page, prefixes=["stray"])

    registry = loading("front").registry

    assert [route.path for _, route in registry.routes] == ["/"]
    assert "prefix `/`" in refusal("front", "other")
    assert "path / is below no prefix" in refusal("stray")


def test_a_module_that_cannot_be_imported_is_named(site, refusal):
    site.install("bad", "import nowhere_at_all")

    assert refusal("bad").startswith(
        "bad: import: raised ModuleNotFoundError: No module named 'nowhere_at_all'"
    )


def test_a_fault_of_syntax_is_placed_in_the_plugins_file(site, refusal):
    site.install("bad", "x = 1\ndef y(:\n")

    assert re.search(r"SyntaxError: .*bad.*plugin\.py:\d+\): mend it or disable it", refusal("bad"))


def test_under_continue_a_hook_is_called_once_though_others_are_dropped(site, loading):
    counting = "calls = []\n@hookimpl\ndef register_permissions(): calls.append(1); return []\n"
    site.install("good", counting)
    site.install("bad", "@hookimpl\ndef register_routes(): raise ValueError\n")
    site.install("worse", RESOURCE.format(path="/elsewhere", permission="public"), prefixes=["worse"])

    loaded = loading("good", "bad", "worse", policy="continue")

    assert names(loaded) == ["good"]
    assert loaded.registry.plugin("good").module.calls == [1]


LOOSE_SETTINGS = """
from dataclasses import dataclass

@dataclass
class Settings:
    size: int = 1

@hookimpl
def register_settings():
    return Settings
"""


@pytest.mark.parametrize(
    ("code", "phase", "remedy"),
    [
        (
            "@hookimpl\ndef register_route(): ...",
            "register_route",
            "no such hook; did you mean register_routes?",
        ),
        ("@hookimpl\ndef startup(application): ...", "plugin.py", "Argument(s) {'application'} are declared"),
        ("@hookimpl(wrapper=True)\ndef startup(app): yield", "startup", "hook wrappers are not supported"),
        ("@hookimpl\ndef register_routes(): return 3", "register_routes", "returned int: return a list"),
        ("@hookimpl\ndef register_tasks(): ...", "register_tasks", "returned nothing: return a list"),
        ("@hookimpl\ndef register_routes(): return [3]", "register_routes", "return a list of Route"),
        (
            "@hookimpl\ndef register_events(): return [int]",
            "register_events",
            "return a list of @event classes",
        ),
        ("@hookimpl\ndef register_settings(): return 3", "register_settings", "return a frozen dataclass"),
        (LOOSE_SETTINGS, "register_settings", "return a frozen dataclass"),
        ("@hookimpl\ndef register_hookspecs(): return 3", "register_hookspecs", "return a module"),
    ],
)
def test_an_implementation_that_does_not_fit_its_hook_is_refused(site, refusal, code, phase, remedy):
    site.install("bad", code)

    line = refusal("bad")

    assert line.startswith(f"bad: {phase}: ")
    assert remedy in line


@pytest.mark.parametrize(
    ("code", "keys", "remedy"),
    [
        (
            RESOURCE.format(path="/b/x", permission="public"),
            {"prefixes": ["a"]},
            "path /b/x is below no prefix of its",
        ),
        (
            RESOURCE.format(path="a/x", permission="public"),
            {"prefixes": ["a"]},
            "path a/x is below no prefix",
        ),
        (RESOURCE.format(path="/a", permission="public"), {}, "is below no prefix of its manifest (none)"),
        (
            RESOURCE.format(path="/a", permission="a:reed"),
            {"prefixes": ["a"]},
            "permission `a:reed`, which nobody",
        ),
        (
            "@hookimpl\ndef register_routes(): return [Route('/a', object())]",
            {"prefixes": ["a"]},
            "has no responder",
        ),
        (
            UNDECLARED,
            {"prefixes": ["a"]},
            "/a: Item.on_get has no declaration: decorate it with @endpoint",
        ),
        (
            RESOURCE.format(path="/v1/a", permission="public"),
            {"prefixes": ["a"]},
            "leave /v1 out, it is put before",
        ),
        (
            RESOURCE.format(path="/a/{{item_id:uuid}}", permission="public"),
            {"prefixes": ["a"]},
            "does not take item_id of its path",
        ),
        (
            RESOURCE.format(path="/a", permission="public").replace("req, resp", "req, resp, item_id"),
            {"prefixes": ["a"]},
            "takes item_id, which its path has not",
        ),
        (
            RESOURCE.format(path="/a", permission="public").replace("Item())", "Item)"),
            {"prefixes": ["a"]},
            "/a: Item is a class: mount an object of it, Item()",
        ),
        ("", {"prefixes": ["health"]}, "prefix `health` is the kernel's"),
        (MODEL.format(table="thing", field="pass"), {}, "table `thing` must begin with `a_`"),
        (EVENT.format(name="b.thing.happened"), {}, "event `b.thing.happened.v1` must begin with `a.`"),
        ("@hookimpl\ndef register_permissions(): return [Permission('b:x', '')]", {}, "must begin with `a:`"),
        (
            "@hookimpl\ndef register_subscribers(): return [Subscriber('b.x.done.v1', print, name='a.x')]",
            {},
            "a.x awaits event `b.x.done.v1`, which nobody registers",
        ),
        (
            TWICE,
            {},
            "subscriber `a.x` is claimed by it twice",
        ),
    ],
)
def test_a_declaration_that_breaks_a_rule_is_refused(site, refusal, code, keys, remedy):
    site.install("a", code, **keys)

    line = refusal("a")

    assert line.startswith("a: ")
    assert remedy in line


def test_a_plugin_named_like_a_section_of_the_kernel_is_refused(site, refusal):
    site.install("http")

    assert "[http] is a settings section of the kernel" in refusal("http")


def test_an_optional_subscriber_may_await_an_event_of_an_idle_plugin(site, loading):
    subscriber = "Subscriber('b.x.done.v1', print, name='a.x', optional=True)"
    site.install("a", f"@hookimpl\ndef register_subscribers(): return [{subscriber}]")

    assert names(loading("a")) == ["a"]


PORT = "class Providers: ...\n@hookimpl\ndef register_services(): return [Service(Providers, lambda app: 1)]"
SERVICE = "@hookimpl\ndef register_services(): return [Service(dict, lambda app: {{}}, name='{name}')]"
STORAGE = "@hookimpl\ndef register_storage(): return [StorageBackend('s4', dict)]"


@pytest.mark.parametrize(
    ("first", "second", "keys", "remedy"),
    [
        ("", "", {"prefixes": ["shop"]}, "b: manifest: prefix `shop` is claimed by a too"),
        (
            "@hookimpl\ndef register_permissions(): return [Role('boss', '')]",
            "@hookimpl\ndef register_permissions(): return [Role('boss', '')]",
            {},
            "b: register_permissions: role `boss` is claimed by a too",
        ),
        (
            SERVICE.format(name="x"),
            SERVICE.format(name="x"),
            {},
            "b: register_services: service `builtins.dict x` is claimed by a",
        ),
        (STORAGE, STORAGE, {}, "b: register_storage: blob store `s4` is claimed by a too"),
    ],
)
def test_two_plugins_that_claim_one_thing_are_refused_naming_both(site, refusal, first, second, keys, remedy):
    site.install("a", first, **keys)
    site.install("b", second, **keys)

    assert remedy in refusal("a", "b")


def test_a_role_nobody_declares_is_warned_of_with_the_nearest(site, loading):
    roles = "'seler', 'user', 'ours', 'buyer'"
    site.install(
        "a",
        f"""
        @hookimpl
        def register_permissions():
            return [Role('seller', ''), Role('buyer', ''), Permission('a:sell', '', roles=({roles},))]
        """,
    )

    found = warnings(loading("a").registry.plugins, ["ours"])

    assert found == [
        "a: permission `a:sell` is granted to role `seler`, which nobody declares; did you mean seller?"
    ]


def test_two_plugins_may_each_have_a_port_of_the_same_name(site, loading):
    site.install("a", PORT)
    site.install("b", PORT)

    registry = loading("a", "b").registry

    assert [owner for owner, _ in registry.services] == ["a", "b"]


def test_two_plugins_that_claim_one_table_or_one_event_are_refused(site, refusal):
    site.install("a", MODEL.format(table="a_b_thing", field="pass") + EVENT.format(name="a.x.done"))
    site.install("a_b", MODEL.format(table="a_b_thing", field="pass"))
    site.install("c", EVENT.format(name="a.x.done"))

    assert "a_b: register_models: table `a_b_thing` is claimed by a too" in refusal("a", "a_b")
    assert "c: register_events: event `a.x.done.v1`" in refusal("a", "c")


def test_under_continue_the_later_claimant_is_dropped(site, loading):
    site.install("a", prefixes=["shop"])
    site.install("b", prefixes=["shop"])

    assert names(loading("a", "b", policy="continue")) == ["a"]


def test_one_path_twice_is_refused_whatever_its_fields_are_called(site, refusal):
    code = (
        RESOURCE.format(path="/a/{x}", permission="public")
        .replace("Item())]", 'Item()), Route("/a/{y:uuid}", Item())]')
        .replace("req, resp", "req, resp, **fields")
    )
    site.install("a", code, prefixes=["a"])

    assert "path `/v1/a/{}` is claimed by it twice" in refusal("a")


FOREIGN = (
    """
import peewee
from kernel.storage import db_proxy
class Other(peewee.Model):
    class Meta:
        database, table_name = db_proxy, "{table}"
"""
    + MODEL
)


@pytest.mark.parametrize(
    ("field", "requires", "remedy"),
    [
        (
            "x = peewee.ForeignKeyField(Other)",
            ["b"],
            "a_thing.x_id references b_thing of b and could block it",
        ),
        ("x = peewee.ForeignKeyField(Other, on_delete='RESTRICT')", ["b"], "and could block it"),
        ("x = peewee.ForeignKeyField(Other, on_delete='CASCADE')", [], "require b in plugin.toml"),
        ("x = peewee.ForeignKeyField(Other, on_delete='CASCADE')", ["b"], ""),
        ("x = peewee.ForeignKeyField(Other, null=True, on_delete='SET NULL')", ["b"], ""),
    ],
)
def test_a_foreign_key_into_another_plugin_must_be_required_and_harmless(
    site, loading, field, requires, remedy
):
    site.install("b", MODEL.format(table="b_thing", field="pass"))
    code = FOREIGN.replace("{table}", "b_thing", 1).format(table="a_thing", field=field)
    site.install("a", code, requires=requires)

    if remedy:
        with pytest.raises(PluginError, match=remedy):
            loading("a", "b")
    else:
        assert names(loading("a", "b")) == ["b", "a"]


SPECS = (
    "import types\nspecs = types.ModuleType('specs')\n@hookspec\ndef {name}(n): ...\nspecs.{name} = {name}\n"
)
OFFERING = SPECS + "@hookimpl\ndef register_hookspecs(): return specs\n"


def test_a_plugin_offers_hooks_that_others_implement(site, loading):
    site.install("shop", OFFERING.format(name="shop_discount"))
    site.install("early", "@hookimpl(optionalhook=True)\ndef shop_discount(n): return n + 1", after=["shop"])
    site.install("late", "@hookimpl(optionalhook=True)\ndef shop_discount(): return None", after=["early"])

    hooks = loading("late", "shop", "early").hooks

    assert [plugin for plugin, _ in hooks.implementations("shop_discount")] == ["early", "late"]
    assert hooks.call("shop_discount", n=1) == [2]
    assert hooks.first("shop_discount", n=1) == 2


def test_an_optional_implementation_sleeps_while_the_owner_of_the_hook_is_idle(site, loading):
    site.install("early", "@hookimpl(optionalhook=True)\ndef shop_discount(n): return n")

    assert names(loading("early")) == ["early"]


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (OFFERING.format(name="discount"), "hook `discount` must begin with `shop_`"),
        (
            OFFERING.format(name="shop_x").replace("specs.shop_x = shop_x", ""),
            "return a module of @hookspec functions",
        ),
    ],
)
def test_hook_specifications_that_break_a_rule_are_refused(site, refusal, code, remedy):
    site.install("shop", code)

    assert remedy in refusal("shop")


def test_an_implementation_with_a_wrong_argument_of_an_offered_hook_names_its_plugin(site, refusal):
    site.install("shop", OFFERING.format(name="shop_x"))
    site.install("bad", "@hookimpl\ndef shop_x(m): ...", requires=["shop"])

    assert refusal("bad").startswith("bad: plugin.py: ")


def test_an_unknown_setting_of_a_plugin_is_the_operators_fault_under_either_policy(site, loading):
    site.install("a")

    with pytest.raises(ConfigurationError, match=r"\[aa\] .* is no section"):
        loading("a", policy="continue", aa={"x": 1})


def test_the_registry_names_the_nearest_plugin_that_is_loaded(site, loading):
    site.install("loyalty")

    registry = loading("loyalty").registry

    assert "loyalty" in registry
    with pytest.raises(PluginError, match=r"did you mean loyalty"):
        registry.plugin("loyality")


def test_a_service_nobody_offers_is_a_clear_error(site, loading):
    site.install("a", SERVICE.format(name="smtp"))

    registry = loading("a").registry

    assert list(registry.services_of(dict)) == ["smtp"]
    with pytest.raises(
        ConfigurationError, match=r"dict `smpt` is offered by no enabled plugin.*did you mean smtp"
    ):
        registry.service(dict, "smpt")
