"""The page and its files, as a browser gets them."""

from __future__ import annotations

import re

import pytest

from plugins.welcome.assets import assets, version

pytestmark = pytest.mark.plugins("welcome")


def test_the_page_is_served_at_the_root_under_a_strict_policy(client):
    page = client.get("/")

    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_nothing_on_it_is_inline_or_from_elsewhere(client):
    text = client.get("/").text

    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", text)
    assert not re.search(r"https?://", text)


def test_the_page_is_not_sent_twice(client):
    tag = client.get("/").headers["etag"]

    again = client.with_headers(if_none_match=tag).get("/")

    assert (again.status, again.body) == (304, b"")


def test_every_file_it_names_is_there_and_kept_for_good(client):
    named = re.findall(r'(?:src|href)="(/welcome/[^"]+)"', client.get("/").text)

    files = {path: client.get(path) for path in named}

    assert {path.rpartition("/")[2] for path in named} == {"main.js", "style.css", "stoa.svg"}
    for path, file in files.items():
        assert file.status == 200
        assert "immutable" in file.headers["cache-control"]
        assert client.with_headers(if_none_match=file.headers["etag"]).get(path).status == 304


def test_every_module_imports_what_is_there(client):
    scripts = {name: asset.data.decode() for name, asset in assets().items() if name.endswith(".js")}

    imported = {one for text in scripts.values() for one in re.findall(r'from "\./([\w.]+)"', text)}

    assert imported < set(scripts)
    assert set(scripts) - imported == {"main.js"}
    for name in scripts:
        assert (
            client.get(f"/welcome/{version()}/{name}").headers["content-type"].startswith("text/javascript")
        )


@pytest.mark.parametrize("path", ["{v}/page.html", "{v}/none.js", "0000/main.js", "{v}/..%2F..%2Fplugin.py"])
def test_other_files_are_not_served(client, path):
    assert client.get(f"/welcome/{path.format(v=version())}").status == 404


def test_the_mark_is_there_for_the_other_pages(client):
    icon = client.get("/favicon.ico")

    assert icon.headers["content-type"].startswith("image/svg+xml")
    assert icon.body.startswith(b"<svg")


def test_links_lead_where_something_is(client):
    page = client.get("/").text

    for path in ("/reference", "/_mailbox", "/metrics", "/health"):
        assert f'href="{path}"' in page
        assert client.unchecked().get(path).status == 200


@pytest.mark.settings(http={"docs": False})
def test_what_a_deployment_does_not_serve_is_not_linked(client):
    text = client.get("/").text

    assert text.count('href="/reference"') == 0
