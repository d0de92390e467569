"""Pages of the web console: collected with the rest, and checked against the API they stand on."""

from __future__ import annotations

import pytest

from kernel.errors import PluginError

NOTES = """
class NoteOut(Schema):
    id = fields.UUID()
    title = fields.String()

class NotesQuery(Schema):
    q = fields.String()

class NoteIn(Schema):
    reason = fields.String()

class Notes:
    @endpoint(summary="List", permission="memos:read", query=NotesQuery, response=page_of(NoteOut))
    def on_get(self, req, resp): ...

class Hide:
    @endpoint(summary="Hide", permission="memos:hide", body=NoteIn)
    def on_post(self, req, resp, note_id): ...

class Figures:
    @endpoint(summary="Count", permission="memos:read", response=NoteOut)
    def on_get(self, req, resp): ...

class Paper:
    @endpoint(summary="Print", permission="memos:read", response=Binary("application/pdf"))
    def on_get(self, req, resp, note_id): ...

@hookimpl
def register_permissions(): return [Permission("memos:read", "Read"), Permission("memos:hide", "Hide")]

@hookimpl
def register_routes():
    listed = [Route("/memos", Notes()), Route("/memos/figures", Figures())]
    return [*listed, Route("/memos/{note_id}/hide", Hide()), Route("/memos/{note_id}/paper", Paper())]

PAGE = dict(
    name="memos.all", title="Notes", group="Content", permission="memos:read", reads="/v1/memos",
    columns={"title": "Title"}, filters=("q",), details={"Figures": "/v1/memos/figures"},
    downloads={"On paper": "/v1/memos/{id}/paper"},
    actions=(AdminAction(label="Hide", calls="POST /v1/memos/{id}/hide", permission="memos:hide"),),
)

@hookimpl
def register_admin(): return [AdminPage(**PAGE | dict(__CHANGE__))]
"""


def memos(change: str = "") -> str:
    return NOTES.replace("__CHANGE__", change)


def action(text: str) -> str:
    return f"actions=(AdminAction({text}),)"


def test_pages_stand_in_the_registry_with_their_plugin(site, loading):
    site.install("memos", memos(), prefixes=["memos"])

    [(plugin, page)] = loading("memos").registry.admin

    assert (plugin, page.name) == ("memos", "memos.all")


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ("name='others.all'", "page `others.all` must begin with `memos.`"),
        ("permission='memos:reed'", "there is no permission `memos:reed`; did you mean memos:read?"),
        ("reads='/v1/mems'", "there is no GET /v1/mems; did you mean /v1/memos?"),
        ("reads='/v1/memos/{id}/hide'", "there is no GET /v1/memos/{id}/hide: it takes POST"),
        ("reads='/v1/memos/figures'", "GET /v1/memos/figures answers no list: give the page charts"),
        ("columns={}", "has neither columns nor charts"),
        ("columns={'titel': 'Title'}", "there is no column `titel`; did you mean title?"),
        ("filters=('p',)", "there is no filter `p`"),
        ("reads='/v1/memos?p=1'", "there is no filter `p`"),
        ("waiting={'status': 'NEW'}", "there is no filter `status`"),
        ("details={'More': '/v1/memos/{id}/more'}", "there is no GET /v1/memos/{id}/more"),
        ("downloads={'As PDF': '/v1/memos/{id}/papr'}", "there is no GET /v1/memos/{id}/papr"),
        ("downloads={'As PDF': '/v1/memos/figures'}", "GET /v1/memos/figures answers no file"),
        ("downloads={'As PDF': '/v1/memos/{id}/paper?p=1'}", "there is no filter `p`"),
        (action("label='Hide', calls='GET /v1/memos'"), "action `Hide`: `GET /v1/memos` is no call"),
        (action("label='Hide', calls='POST /v1/memos'"), "there is no POST /v1/memos: it takes GET"),
        (
            action("label='Hide', calls='POST /v1/memos/{id}/hide', sends={'raeson': ''}"),
            "there is no member of the body `raeson`; did you mean reason?",
        ),
        (
            action("label='Hide', calls='POST /v1/memos/{id}/hide', danger=True"),
            "is dangerous and confirms nothing",
        ),
        (
            action("label='Hide', calls='POST /v1/memos/{id}/hide', confirm='Hide {title'"),
            "`confirm` cannot be filled in",
        ),
        (
            action("label='Hide', calls='POST /v1/memos/{id}/hide', permission='memos:heal'"),
            "there is no permission `memos:heal`",
        ),
    ],
)
def test_a_page_that_fits_nothing_is_refused_by_name(site, loading, change, remedy):
    site.install("memos", memos(change), prefixes=["memos"])

    with pytest.raises(PluginError) as caught:
        loading("memos")

    assert str(caught.value).startswith("memos: register_admin: ")
    assert remedy in str(caught.value)


def test_two_pages_of_one_name_are_refused(site, loading):
    site.install("memos", memos().replace("| dict())]", "| dict())] * 2"), prefixes=["memos"])

    with pytest.raises(PluginError, match=r"page `memos\.all` is claimed by it twice"):
        loading("memos")
