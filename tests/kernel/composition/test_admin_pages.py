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
    @endpoint(summary="List", permission="notes:read", query=NotesQuery, response=page_of(NoteOut))
    def on_get(self, req, resp): ...

class Hide:
    @endpoint(summary="Hide", permission="notes:hide", body=NoteIn)
    def on_post(self, req, resp, note_id): ...

class Figures:
    @endpoint(summary="Count", permission="notes:read", response=NoteOut)
    def on_get(self, req, resp): ...

class Paper:
    @endpoint(summary="Print", permission="notes:read", response=Binary("application/pdf"))
    def on_get(self, req, resp, note_id): ...

@hookimpl
def register_permissions(): return [Permission("notes:read", "Read"), Permission("notes:hide", "Hide")]

@hookimpl
def register_routes():
    listed = [Route("/notes", Notes()), Route("/notes/figures", Figures())]
    return [*listed, Route("/notes/{note_id}/hide", Hide()), Route("/notes/{note_id}/paper", Paper())]

PAGE = dict(
    name="notes.all", title="Notes", group="Content", permission="notes:read", reads="/v1/notes",
    columns={"title": "Title"}, filters=("q",), details={"Figures": "/v1/notes/figures"},
    downloads={"On paper": "/v1/notes/{id}/paper"},
    actions=(AdminAction(label="Hide", calls="POST /v1/notes/{id}/hide", permission="notes:hide"),),
)

@hookimpl
def register_admin(): return [AdminPage(**PAGE | dict(__CHANGE__))]
"""


def notes(change: str = "") -> str:
    return NOTES.replace("__CHANGE__", change)


def action(text: str) -> str:
    return f"actions=(AdminAction({text}),)"


def test_pages_stand_in_the_registry_with_their_plugin(site, loading):
    site.install("notes", notes(), prefixes=["notes"])

    [(plugin, page)] = loading("notes").registry.admin

    assert (plugin, page.name) == ("notes", "notes.all")


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ("name='others.all'", "page `others.all` must begin with `notes.`"),
        ("permission='notes:reed'", "there is no permission `notes:reed`; did you mean notes:read?"),
        ("reads='/v1/nots'", "there is no GET /v1/nots; did you mean /v1/notes?"),
        ("reads='/v1/notes/{id}/hide'", "there is no GET /v1/notes/{id}/hide: it takes POST"),
        ("reads='/v1/notes/figures'", "GET /v1/notes/figures answers no list: give the page charts"),
        ("columns={}", "has neither columns nor charts"),
        ("columns={'titel': 'Title'}", "there is no column `titel`; did you mean title?"),
        ("filters=('p',)", "there is no filter `p`"),
        ("reads='/v1/notes?p=1'", "there is no filter `p`"),
        ("waiting={'status': 'NEW'}", "there is no filter `status`"),
        ("details={'More': '/v1/notes/{id}/more'}", "there is no GET /v1/notes/{id}/more"),
        ("downloads={'As PDF': '/v1/notes/{id}/papr'}", "there is no GET /v1/notes/{id}/papr"),
        ("downloads={'As PDF': '/v1/notes/figures'}", "GET /v1/notes/figures answers no file"),
        ("downloads={'As PDF': '/v1/notes/{id}/paper?p=1'}", "there is no filter `p`"),
        (action("label='Hide', calls='GET /v1/notes'"), "action `Hide`: `GET /v1/notes` is no call"),
        (action("label='Hide', calls='POST /v1/notes'"), "there is no POST /v1/notes: it takes GET"),
        (
            action("label='Hide', calls='POST /v1/notes/{id}/hide', sends={'raeson': ''}"),
            "there is no member of the body `raeson`; did you mean reason?",
        ),
        (
            action("label='Hide', calls='POST /v1/notes/{id}/hide', danger=True"),
            "is dangerous and confirms nothing",
        ),
        (
            action("label='Hide', calls='POST /v1/notes/{id}/hide', confirm='Hide {title'"),
            "`confirm` cannot be filled in",
        ),
        (
            action("label='Hide', calls='POST /v1/notes/{id}/hide', permission='notes:heal'"),
            "there is no permission `notes:heal`",
        ),
    ],
)
def test_a_page_that_fits_nothing_is_refused_by_name(site, loading, change, remedy):
    site.install("notes", notes(change), prefixes=["notes"])

    with pytest.raises(PluginError) as caught:
        loading("notes")

    assert str(caught.value).startswith("notes: register_admin: ")
    assert remedy in str(caught.value)


def test_two_pages_of_one_name_are_refused(site, loading):
    site.install("notes", notes().replace("| dict())]", "| dict())] * 2"), prefixes=["notes"])

    with pytest.raises(PluginError, match=r"page `notes\.all` is claimed by it twice"):
        loading("notes")
