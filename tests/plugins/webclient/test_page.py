"""The page and its files, as a browser gets them."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from plugins.webclient.document import FOLDER

pytestmark = pytest.mark.plugins("webclient")


@pytest.mark.parametrize("path", ["/app", "/app/orders/0190c2a6-0000-7000-8000-000000000000", "/app/nothing"])
def test_the_page_is_served_at_every_address_below_app_under_a_strict_policy(client, path):
    page = client.get(path)

    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_nothing_on_it_is_inline_or_from_elsewhere(client):
    text = client.get("/app").text

    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", text)
    assert not re.search(r"https?://", text)


@pytest.mark.parametrize("path", ["/app", "/app/manifest.json", "/app/sw.js"])
def test_what_may_change_is_asked_for_each_time_and_not_sent_twice(client, path):
    first = client.get(path)

    again = client.with_headers(if_none_match=first.headers["etag"]).get(path)

    assert first.headers["cache-control"] == "public, no-cache"
    assert (again.status, again.body) == (304, b"")


def test_every_file_is_kept_for_good_and_so_is_its_type(client):
    kinds = {"js": "text/javascript", "css": "text/css", "png": "image/png", "svg": "image/svg+xml"}

    for name in FOLDER.files():
        file = client.get(f"/app/files/{FOLDER.version()}/{name}")
        assert (file.status, "immutable" in file.headers["cache-control"]) == (200, True), name
        assert file.headers["content-type"].startswith(kinds[name.rpartition(".")[2]])


@pytest.mark.parametrize("path", ["{v}/page.html", "{v}/none.js", "0000/main.js"])
def test_other_files_are_not_served(client, path):
    assert client.get(f"/app/files/{path.format(v=FOLDER.version())}").status == 404


def test_a_path_out_of_the_folder_leads_to_the_page(client):
    page = client.get(f"/app/files/{FOLDER.version()}/..%2F..%2Fplugin.py")

    assert page.body == client.get("/app").body


def test_every_module_imports_what_is_there_and_is_imported(client):
    scripts = {name: asset.data.decode() for name, asset in FOLDER.files().items() if name.endswith(".js")}

    imported = {
        one for text in scripts.values() for one in re.findall(r'(?:from |import\()"\./([\w.-]+)"', text)
    }

    assert imported <= set(scripts)
    assert set(scripts) - imported == {"main.js", "sw.js"}


def test_the_manifest_names_icons_of_the_sizes_they_have(client):
    manifest = client.get("/app/manifest.json").json

    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/app", "/app", "standalone")
    assert {one["purpose"] for one in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        picture = Image.open(io.BytesIO(client.get(icon["src"]).body))
        assert "x".join(map(str, picture.size)) == icon["sizes"]


def test_the_worker_keeps_every_file_and_may_serve_the_page(client):
    worker = client.get("/app/sw.js")

    kept = re.findall(rf"/app/files/{FOLDER.version()}/([\w.-]+)", worker.text)

    assert worker.headers["service-worker-allowed"] == "/app"
    assert set(kept) == set(FOLDER.files()) - {"sw.js"}


@pytest.mark.settings(
    webclient={"name": "Attalos", "currencies": ["KWD"], "media_origins": ["https://files.example"]}
)
def test_an_operator_names_it_and_the_bucket_its_photographs_come_from(client):
    page = client.get("/app")

    assert "<title>Attalos</title>" in page.text
    assert 'data-currencies="KWD"' in page.text
    assert "img-src 'self' data: blob: https://files.example;" in page.headers["content-security-policy"]
    assert client.get("/app/manifest.json").json["name"] == "Attalos"


def test_only_the_parts_of_enabled_plugins_are_named(client):
    assert re.search(r'data-plugins="([^"]*)"', client.get("/app").text)[1] == "notifications search"


@pytest.mark.settings(http={"home": "/app"})
def test_a_profile_sends_its_front_page_there(client):
    answer = client.unchecked().get("/")

    assert (answer.status, answer.headers["location"]) == (307, "/app")


def test_without_that_setting_there_is_nothing_at_the_root(client):
    assert client.unchecked().get("/").status == 404


@pytest.mark.plugins("webclient", "welcome")
@pytest.mark.settings(http={"home": "/app"})
def test_a_plugin_that_serves_the_front_page_goes_first(client):
    assert "The welcome page" in client.get("/openapi.json").text
    assert client.get("/").status == 200
