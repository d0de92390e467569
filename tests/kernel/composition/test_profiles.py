"""Reading profiles: files along `extends`, environment, overrides."""

from __future__ import annotations

import pytest

from kernel.errors import ConfigurationError
from kernel.profile import read_profile


@pytest.fixture
def profile(tmp_path, monkeypatch):
    """Write profiles and read the last: `profile(base="…", shop="…")`."""
    monkeypatch.chdir(tmp_path)

    def read(environ=None, overrides=None, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_text(text)
        return read_profile(f"./{list(files)[-1]}.toml", environ or {}, overrides)

    return read


def raws(profile, section):
    return {key: value.raw for key, value in profile.sections[section].items()}


def test_a_profile_lays_its_keys_over_those_it_extends(profile):
    base = '[http]\nport = 1\nhost = "a"\n'

    read = profile(base=base, shop='extends = "base"\n[http]\nport = 2\n')

    assert raws(read, "http") == {"port": 2, "host": "a"}
    assert [file.stem for file in read.files] == ["base", "shop"]


def test_a_table_of_a_setting_is_merged_key_by_key(profile):
    base = '[auth.roles]\nseller = ["a:b"]\nadmin = []\n'

    read = profile(base=base, shop='extends = "base"\n[auth.roles]\nseller = ["c:d"]\n')

    assert raws(read, "auth")["roles"] == {"seller": ["c:d"], "admin": []}


def test_the_list_of_plugins_is_replaced_as_a_whole(profile):
    read = profile(base='plugins = ["a", "b"]', shop='extends = "base"\nplugins = ["c"]')

    assert read.plugins == ("c",)


def test_an_extended_profile_lends_its_plugins(profile):
    read = profile(base='plugins = ["a", "b"]', shop='extends = "base"')

    assert read.plugins == ("a", "b")


def test_the_environment_wins_over_the_file(profile):
    read = profile({"STOA__HTTP__PORT": "9"}, shop="[http]\nport = 1\n")

    assert raws(read, "http") == {"port": "9"}
    assert read.sections["http"]["port"].source == "the environment"


def test_a_deeper_environment_name_reaches_into_a_table(profile):
    environ = {"STOA__OIDC__PROVIDERS__GOOGLE__CLIENT_ID": "x"}

    read = profile(environ, shop='[oidc.providers.google]\nscope = "email"\n')

    assert raws(read, "oidc")["providers"] == {"google": {"scope": "email", "client_id": "x"}}


def test_the_environment_may_name_the_plugins(profile):
    read = profile({"STOA__PLUGINS": "a, b"}, shop='plugins = ["c"]')

    assert read.plugins == ("a", "b")


def test_an_override_wins_over_the_environment(profile):
    read = profile({"STOA__HTTP__PORT": "9"}, {"http": {"port": 7}}, shop="")

    assert raws(read, "http") == {"port": 7}


def test_a_profile_is_found_by_name_under_config():
    read = read_profile("demo", {})

    assert read.name == "demo"


@pytest.mark.parametrize(
    ("files", "environ", "message"),
    [
        ({"shop": 'extends = "shop"'}, {}, "`extends` runs in a circle: shop → shop"),
        ({"a": 'extends = "b"', "b": 'extends = "a"'}, {}, "runs in a circle"),
        ({"shop": 'extends = "bse"'}, {}, "profile bse: not found under config/; did you mean base?"),
        ({"shop": "port ="}, {}, "shop.toml"),
        (
            {"shop": 'plugin = ["a"]'},
            {},
            "plugin in .*shop.toml is neither a section nor a known key; did you mean plugins",
        ),
        ({"shop": "plugins = [1]"}, {}, "is not a list of names"),
        ({"shop": ""}, {"STOA__PORT": "1"}, "STOA__PORT: write STOA__SECTION__KEY"),
        (
            {"shop": ""},
            {"STOA__A__B": "1", "STOA__A__B__C": "1"},
            "STOA__A__B__C and a shorter name of it are both set",
        ),
    ],
)
def test_a_fault_in_a_profile_is_one_clear_line(profile, files, environ, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        profile(environ, **files)

    assert "\n" not in str(caught.value).strip()
