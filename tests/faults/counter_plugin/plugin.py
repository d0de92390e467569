"""A plugin whose every effect is a row, so that none can be lost or doubled unseen."""

from __future__ import annotations

from pathlib import Path
from time import sleep
from uuid import UUID

from peewee import IntegerField, TextField, UUIDField

from kernel import (
    PUBLIC,
    Model,
    Route,
    Schema,
    Subscriber,
    Versioned,
    app,
    endpoint,
    event,
    fields,
    hookimpl,
    task,
    uuid7,
)


class Entry(Model):
    note = TextField()

    class Meta:
        table_name = "counter_entry"


class Reaction(Model):
    """One reaction to one event; the event's id is no key, so that a second one would show."""

    event_id = UUIDField()
    note = TextField()

    class Meta:
        table_name = "counter_reaction"


class Page(Versioned, Model):
    text = TextField()
    edits = IntegerField(default=0)

    class Meta:
        table_name = "counter_page"


@event("counter.entry.made", key="entry_id")
class EntryMade:
    entry_id: UUID
    note: str


class EntryIn(Schema):
    note = fields.String(required=True)


class EntryOut(Schema):
    id = fields.UUID(required=True)
    note = fields.String(required=True)


class PageIn(Schema):
    text = fields.String(required=True)


class PageOut(Schema):
    id = fields.UUID(required=True)
    text = fields.String(required=True)
    version = fields.Integer(required=True)


class Entries:
    @endpoint(
        summary="Count one more",
        permission=PUBLIC,
        body=EntryIn,
        response=EntryOut,
        status=201,
        idempotent=True,
    )
    def on_post(self, req, resp):
        made = Entry.create(note=req.body["note"])
        app.bus.publish(EntryMade(entry_id=made.id, note=made.note))
        remember.enqueue(made.note)
        return made


class Pages:
    @endpoint(summary="Begin a page", permission=PUBLIC, body=PageIn, response=PageOut, status=201)
    def on_post(self, req, resp):
        return Page.create(text=req.body["text"])


class OnePage:
    @endpoint(summary="Edit a page", permission=PUBLIC, body=PageIn, response=PageOut, etag=True)
    def on_put(self, req, resp, page_id):
        Page.compare_and_set(page_id, req.if_match, text=req.body["text"], edits=Page.edits + 1)
        return Page.get_by_id(page_id)

    @endpoint(summary="Show a page", permission=PUBLIC, response=PageOut, etag=True)
    def on_get(self, req, resp, page_id):
        return Page.get_by_id(page_id)


class Slow:
    @endpoint(summary="Take a while", permission=PUBLIC, body=EntryIn, response=EntryOut, status=201)
    def on_post(self, req, resp):
        with app.db.atomic():
            made = Entry.create(note=req.body["note"])
            app.db.execute_sql("SELECT pg_sleep(0.3)")
        return made


@task(retries=5, backoff=0.1)
def remember(note: str) -> None:
    """Leave a row of its own for the note."""
    Reaction.create(event_id=uuid7(), note=f"task {note}")


def react(delivery) -> None:
    """Leave a row for the event; hang for as long as a file says so."""
    Reaction.create(event_id=delivery.id, note=delivery.event.note)
    hold = Path(app.settings.kernel.var_dir) / "hold"
    if hold.exists():
        (hold.parent / "holding").touch()
        while hold.exists():
            sleep(0.02)


@hookimpl
def register_models():
    return [Entry, Reaction, Page]


@hookimpl
def register_events():
    return [EntryMade]


@hookimpl
def register_subscribers():
    return [Subscriber(EntryMade, react, name="counter.react")]


@hookimpl
def register_tasks():
    return [remember]


@hookimpl
def register_routes():
    return [
        Route("/counter/entries", Entries()),
        Route("/counter/slow", Slow()),
        Route("/counter/pages", Pages()),
        Route("/counter/pages/{page_id:uuid}", OnePage()),
    ]
