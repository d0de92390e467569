"""Typing settings, refusing what does not fit, keeping secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest

from kernel.errors import ConfigurationError
from kernel.profile import read_profile
from kernel.setting_field import setting
from kernel.settings import Settings
from kernel.storage.settings import DatabaseSettings


@dataclass(frozen=True, slots=True)
class ShopSettings:
    page_size: int = setting(20, help="Things on a page.", minimum=1, maximum=100)
    ratio: float = setting(0.5, help="A ratio.")
    open: bool = setting(True, help="Whether it is open.")
    name: str = setting("shop", help="What it is called.")
    origins: list[str] = setting([], help="Who may call.")
    levels: dict[str, int] = setting({}, help="Levels by name.")
    mode: Literal["slow", "fast"] = setting("slow", help="How fast.")
    limit: int | None = setting(None, help="A limit, or none.", minimum=1)
    colour: str = setting("red", help="A colour.", choices=("red", "blue"))
    key: str = setting("", help="A secret.", secret=True)


@dataclass(frozen=True, slots=True)
class StrictSettings:
    token: str = setting(help="Needed.", secret=True)


@pytest.fixture
def shop(tmp_path):
    def read(text="", environ=None, kinds=None, ignored=()):
        file = tmp_path / "profile.toml"
        file.write_text(text)
        return Settings(read_profile(str(file), environ or {}), kinds or {"shop": ShopSettings}, ignored)

    return read


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("PAGE_SIZE", "50", 50),
        ("RATIO", "1", 1.0),
        ("OPEN", "off", False),
        ("NAME", "12", "12"),
        ("ORIGINS", "https://a.example, https://b.example", ["https://a.example", "https://b.example"]),
        ("ORIGINS", '["a", "b"]', ["a", "b"]),
        ("ORIGINS", "", []),
        ("LEVELS", '{"low": 1}', {"low": 1}),
        ("MODE", "fast", "fast"),
        ("LIMIT", "3", 3),
        ("LIMIT", "", None),
    ],
)
def test_text_of_the_environment_becomes_the_declared_type(shop, key, text, value):
    settings = shop(environ={f"STOA__SHOP__{key}": text})

    assert getattr(settings.section("shop"), key.lower()) == value


def test_a_deeper_name_of_the_environment_is_typed_like_the_table(shop):
    settings = shop(environ={"STOA__SHOP__LEVELS__LOW": "4"})

    assert settings.of(ShopSettings).levels == {"low": 4}


def test_defaults_are_copies_of_their_own(shop):
    first, second = shop(), shop()

    first.shop.origins.append("x")

    assert second.shop.origins == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[shop]\npage_size = 'many'", "shop.page_size in .*profile.toml is 'many': expected int"),
        ("[shop]\npage_size = true", "shop.page_size .* is True: expected int"),
        ("[shop]\npage_size = 2.5", "is 2.5: expected int"),
        ("[shop]\npage_size = 0", "is 0: expected at least 1"),
        ("[shop]\npage_size = 101", "is 101: expected at most 100"),
        ("[shop]\nopen = 1", "shop.open .* is 1: expected bool"),
        ("[shop]\norigins = 'a'\nlevels = 3", "shop.levels .* is 3: expected dict"),
        ("[shop]\norigins = [1]", r"shop.origins .* is \[1\]: expected list\[str\]"),
        ("[shop]\nmode = 'idle'", "is 'idle': expected slow or fast"),
        ("[shop]\ncolour = 'green'", "is 'green': expected one of red, blue"),
        ("[shop]\nname = 3", "shop.name .* is 3: expected str"),
        ("[shop]\npage_sise = 3", "shop.page_sise in .* is no setting; did you mean page_size?"),
        ("[shp]\nname = 'a'", r"\[shp\] in .* is no section; did you mean shop?"),
        ("[shop]\nkey = { file = 'absent' }", "shop.key in .*: cannot read absent"),
    ],
)
def test_a_wrong_value_is_refused_with_key_place_and_expectation(shop, text, message):
    with pytest.raises(ConfigurationError, match=message):
        shop(text)


def test_a_required_setting_names_its_variable(shop):
    with pytest.raises(ConfigurationError, match=r"strict.token is required: .* STOA__STRICT__TOKEN"):
        shop(kinds={"strict": StrictSettings})


def test_a_secret_comes_from_a_file_beside_the_profile(shop, tmp_path):
    (tmp_path / "key").write_text("s3cret\n")

    settings = shop("[shop]\nkey = { file = 'key' }")

    assert settings.shop.key == "s3cret"


def test_a_secret_comes_from_a_file_the_environment_names(shop, tmp_path):
    (tmp_path / "key").write_text("s3cret")

    settings = shop(environ={"STOA__SHOP__KEY__FILE": str(tmp_path / "key")})

    assert settings.shop.key == "s3cret"


def test_a_secret_is_in_no_repr_no_description_and_no_error(shop):
    settings = shop("[shop]\nkey = 's3cret'")
    with pytest.raises(ConfigurationError) as refused:
        shop("[shop]\nkey = ['s3cret']")

    shown = [repr(settings), repr(settings.shop), str(list(settings.describe())), str(refused.value)]

    assert not [text for text in shown if "s3cret" in text]


def test_a_description_tells_where_a_value_was_set(shop):
    settings = shop("[shop]\nname = 'b'", {"STOA__SHOP__OPEN": "no"})

    described = {one.key: one for one in settings.describe()}

    assert (described["name"].value, described["name"].source.endswith("profile.toml")) == ("'b'", True)
    assert (described["open"].value, described["open"].source) == ("False", "the environment")
    assert (described["ratio"].source, described["ratio"].variable) == ("default", "STOA__SHOP__RATIO")


def test_the_section_of_an_idle_plugin_may_stand(shop):
    settings = shop("[idle]\nx = 1", ignored={"idle"})

    assert settings.shop.name == "shop"


def test_asking_for_an_unknown_section_names_the_nearest(shop):
    with pytest.raises(ConfigurationError, match=r"did you mean shop"):
        shop().section("shopp")


def test_a_replica_may_not_be_an_hour_behind(shop):
    kinds = {"database": DatabaseSettings}

    with pytest.raises(ConfigurationError, match=r"replica_lag .* is 61.*: expected at most 60"):
        shop("[database]\nreplica_lag = 61", kinds=kinds)
    assert shop("[database]\nreplica_lag = 60", kinds=kinds).database.replica_lag == 60
