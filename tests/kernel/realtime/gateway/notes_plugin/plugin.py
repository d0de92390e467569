"""A whole small plugin with sockets: notes, who may read them, a public board."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from peewee import TextField, UUIDField

from kernel import (
    PUBLIC,
    Conflict,
    Emit,
    Inbound,
    Model,
    Namespace,
    NotFound,
    Outbound,
    Permission,
    Rate,
    Role,
    RoomFamily,
    Schema,
    app,
    event,
    fields,
    hookimpl,
    uuid7,
)


class Note(Model):
    owner_id = UUIDField()
    text = TextField()

    class Meta:
        table_name = "notes_note"


class Reader(Model):
    note_id = UUIDField()
    user_id = UUIDField()

    class Meta:
        table_name = "notes_reader"
        indexes = ((("note_id", "user_id"), True),)


@event("notes.note.written", key="note_id")
class NoteWritten:
    """Somebody wrote a note, or wrote it anew."""

    note_id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    id: UUID
    text: str


class NoteBody(Schema):
    """A note to write."""

    id = fields.UUID()
    text = fields.String(required=True)


class NoteOut(Schema):
    """A note."""

    id = fields.UUID(required=True)
    text = fields.String(required=True)


class Share(Schema):
    """Who may read a note from now on, or no longer."""

    note_id = fields.UUID(required=True)
    user_id = fields.UUID(required=True)


class Anything(Schema):
    """Whatever it is."""

    value = fields.Raw(required=True)


def write(note_id: UUID | None, owner_id: UUID, text: str) -> Written:
    """Write a note; whoever reads it is told."""
    key = note_id or uuid7()
    with app.db.atomic():
        if not Note.update(text=text).where(Note.id == key, Note.owner_id == owner_id).execute():
            Note.insert(id=key, owner_id=owner_id, text=text).execute()
        app.bus.publish(NoteWritten(note_id=key, text=text))
    return Written(key, text)


def share(note_id: UUID, user_id: UUID) -> None:
    """Let somebody read a note, at once."""
    with app.db.atomic():
        Reader.insert(note_id=note_id, user_id=user_id).on_conflict_ignore().execute()
        app.realtime.refresh(user_id, "shared")


def unshare(note_id: UUID, user_id: UUID) -> None:
    """Let somebody read a note no longer, at once."""
    with app.db.atomic():
        Reader.delete().where(Reader.note_id == note_id, Reader.user_id == user_id).execute()
        app.realtime.refresh(user_id, "not shared any more")


def readable(principal, keys):
    """Return the notes of these that somebody wrote or was shown."""
    return app.db.rows(
        "SELECT id FROM notes_note n WHERE id = ANY(%s::uuid[]) AND (owner_id = %s OR EXISTS "
        "(SELECT 1 FROM notes_reader r WHERE r.note_id = n.id AND r.user_id = %s))",
        (list(keys), principal.id, principal.id),
    )


def shared(principal):
    """Return the notes somebody was shown."""
    return [str(one.note_id) for one in Reader.select().where(Reader.user_id == principal.id)]


def on_write(caller, body):
    return write(body.get("id"), caller.principal.id, body["text"])


def on_boom(caller, body):
    raise RuntimeError("a bug")


def on_conflict(caller, body):
    raise Conflict("It was taken.", holder="somebody")


def on_count(caller, body):
    caller.state["count"] = caller.state.get("count", 0) + 1
    return {"value": caller.state["count"]}


def on_ask(caller, body):
    try:
        return {"value": caller.call("question", body["value"], timeout=5)}
    except TimeoutError:
        return {"value": "nothing"}


def on_typing(caller, body):
    room = f"watch:{body['value']}"
    if room not in caller.rooms:
        raise NotFound
    app.realtime.emit("/notes", room, "typing", {"value": str(caller.principal.id)}, but=caller.sid)


def on_enter(caller, body):
    return {"value": caller.join(body["value"])}


def greet(caller):
    caller.emit("hello", {"value": caller.user_agent})


def on_testament(caller, body):
    caller.state["testament"] = body["value"]


def farewell(caller, reason):
    if "testament" in caller.state:
        write(None, caller.principal.id, f"{caller.state['testament']}: {reason}")


def inbound(name, handler, **options):
    return Inbound(name=name, handler=handler, summary=f"Do {name}", **options)


NOTES = Namespace(
    path="/notes",
    summary="Notes as they are written",
    rooms=(
        RoomFamily(
            name="note",
            summary="One note",
            authorise=lambda principal, keys: [str(key) for (key,) in readable(principal, keys)],
            key=UUID,
            automatic=shared,
        ),
        RoomFamily(
            name="watch",
            summary="Who writes a note now",
            authorise=lambda principal, keys: [str(key) for (key,) in readable(principal, keys)],
            key=UUID,
            durable=False,
        ),
    ),
    inbound=(
        inbound("note:write", on_write, body=NoteBody, ack=NoteOut),
        inbound("note:boom", on_boom),
        inbound("note:conflict", on_conflict, errors=(Conflict,)),
        inbound("echo", lambda caller, body: body, body=Anything, ack=Anything),
        inbound("count", on_count, ack=Anything),
        inbound("rare", on_count, ack=Anything, rate=Rate(2, by="principal")),
        inbound("ask", on_ask, body=Anything, ack=Anything),
        inbound("testament", on_testament, body=Anything),
        inbound("typing", on_typing, body=Anything),
        inbound("enter", on_enter, body=Anything, ack=Anything),
        inbound("secret", on_count, ack=Anything, permission="notes:secrets"),
    ),
    outbound=(
        Outbound(
            name="note:written",
            summary="A note was written",
            data=NoteOut,
            room="note",
            on=NoteWritten,
            emits=lambda event: Emit(
                key=str(event.note_id), data=Written(event.note_id, event.text), ref=str(event.note_id)
            ),
        ),
        Outbound(name="typing", summary="Somebody writes", data=Anything, room="watch", volatile=True),
    ),
    connected=greet,
    disconnected=farewell,
)
BOARD = Namespace(
    path="/board",
    summary="What anybody may read",
    permission=PUBLIC,
    rooms=(
        RoomFamily(name="wall", summary="A wall", authorise=lambda principal, keys: keys),
        RoomFamily(
            name="cellar",
            summary="Below it",
            authorise=lambda principal, keys: keys if principal.can("notes:secrets") else (),
        ),
    ),
    inbound=(
        inbound("count", on_count, ack=Anything, permission=PUBLIC),
        inbound("private", on_count, ack=Anything),
    ),
    outbound=(
        Outbound(name="posted", summary="Something was put up", data=Anything, room="wall"),
        Outbound(name="stored", summary="Something was put down", data=Anything, room="cellar"),
    ),
)
VAULT = Namespace(
    path="/vault",
    summary="What keepers keep",
    permission="notes:secrets",
    rooms=(
        RoomFamily(
            name="safe",
            summary="A safe",
            authorise=lambda principal, keys: keys if principal.can("notes:secrets") else (),
        ),
    ),
    inbound=(inbound("note:write", on_write, body=NoteBody, ack=NoteOut),),
    outbound=(Outbound(name="kept", summary="Something was kept", data=Anything, room="safe"),),
)


@hookimpl
def register_models():
    return [Note, Reader]


@hookimpl
def register_events():
    return [NoteWritten]


@hookimpl
def register_permissions():
    return [Permission("notes:secrets", "See secrets", roles=("keeper",)), Role("keeper", "Keeps secrets")]


@hookimpl
def register_realtime():
    return [NOTES, BOARD, VAULT]
