"""A whole small plugin that the contract suite is tried on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from peewee import TextField, UUIDField

from kernel import (
    AUTHENTICATED,
    Model,
    NotFound,
    Permission,
    Route,
    Schema,
    endpoint,
    event,
    fields,
    hookimpl,
    setting,
)


@dataclass(frozen=True, slots=True)
class DiarySettings:
    longest: int = setting(100, help="Longest entry, in characters.")


class Entry(Model):
    owner_id = UUIDField()
    text = TextField()

    class Meta:
        table_name = "diary_entry"


@event("diary.entry.changed", key="entry_id")
class EntryChanged:
    entry_id: UUID


class EntryIn(Schema):
    text = fields.String(required=True)


class EntryOut(Schema):
    id = fields.UUID()
    text = fields.String()


def find(req, entry_id):
    found = Entry.get_or_none(Entry.id == entry_id)
    if found is None or found.owner_id != req.principal.id:
        raise NotFound
    return found


class EntryItem:
    @endpoint(summary="Show an entry", permission=AUTHENTICATED, response=EntryOut, statements=5)
    def on_get(self, req, resp, entry_id):
        return find(req, entry_id)

    @endpoint(summary="Change an entry", permission=AUTHENTICATED, body=EntryIn, response=EntryOut)
    def on_put(self, req, resp, entry_id):
        found = find(req, entry_id)
        found.text = req.body["text"]
        found.save()
        return found


@hookimpl
def register_settings():
    return DiarySettings


@hookimpl
def register_models():
    return [Entry]


@hookimpl
def register_events():
    return [EntryChanged]


@hookimpl
def register_permissions():
    return [Permission("diary:read", "Read")]


@hookimpl
def register_routes():
    return [Route("/diary/{entry_id:uuid}", EntryItem())]
