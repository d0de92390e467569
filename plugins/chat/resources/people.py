"""Who is in a conversation: members, bans, links."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
    page_of,
)
from plugins.chat.permissions import USE
from plugins.chat.queries import people, snapshots
from plugins.chat.schemas import requests as ask
from plugins.chat.schemas import responses as show
from plugins.chat.services import invites, members

HELD = (NotFound, Forbidden, Conflict)


class Members:
    """`/v1/conversations/{conversation_id}/members`."""

    @endpoint(
        summary="List members",
        permission=USE,
        response=page_of(show.MemberOut),
        errors=(NotFound, Forbidden),
        statements=8,
    )
    def on_get(self, req: Request, resp: Response, conversation_id: UUID) -> Any:
        """With their names; a channel's for its moderators only."""
        return people.members(req.principal, conversation_id, req.query)

    @endpoint(
        summary="Add people",
        permission=USE,
        body=ask.PeopleIn,
        response=show.AddedOut,
        errors=(*HELD, Invalid),
        statements=60,
    )
    def on_post(self, req: Request, resp: Response, conversation_id: UUID) -> Any:
        """Who is in already stays as they are."""
        return {"added": sorted(members.add(req.principal, conversation_id, req.body["user_ids"]))}


class Member:
    """`/v1/conversations/{conversation_id}/members/{user_id}`."""

    @endpoint(summary="Change a role", permission=USE, body=ask.RoleIn, errors=HELD, statements=30)
    def on_patch(self, req: Request, resp: Response, conversation_id: UUID, user_id: UUID) -> None:
        """Of somebody below oneself, to a role below one's own."""
        members.change_role(req.principal, conversation_id, user_id, req.body["role"])

    @endpoint(summary="Remove somebody, or leave", permission=USE, errors=HELD, statements=30)
    def on_delete(self, req: Request, resp: Response, conversation_id: UUID, user_id: UUID) -> None:
        """Oneself: leaves; an owner transfers the ownership first."""
        if user_id == req.principal.id:
            members.leave(req.principal, conversation_id)
        else:
            members.remove(req.principal, conversation_id, user_id)


class Joining:
    """`/v1/conversations/{conversation_id}/join`."""

    @endpoint(
        summary="Join a public channel or group",
        permission=USE,
        response=show.SnapshotOut,
        errors=HELD,
        statements=45,
    )
    def on_post(self, req: Request, resp: Response, conversation_id: UUID) -> Any:
        """A member stays one."""
        members.join(req.principal, conversation_id)
        return snapshots.snapshot(req.principal, conversation_id)


class Owner:
    """`/v1/conversations/{conversation_id}/owner`."""

    @endpoint(
        summary="Transfer the ownership",
        permission=USE,
        body=ask.PersonIn,
        errors=(*HELD, Invalid),
        statements=40,
    )
    def on_put(self, req: Request, resp: Response, conversation_id: UUID) -> None:
        """To another member; the owner so far becomes an admin."""
        members.transfer(req.principal, conversation_id, req.body["user_id"])


class Bans:
    """`/v1/conversations/{conversation_id}/bans`."""

    @endpoint(
        summary="List who is banned",
        permission=USE,
        response=page_of(show.BanOut),
        errors=(NotFound, Forbidden),
        statements=8,
    )
    def on_get(self, req: Request, resp: Response, conversation_id: UUID) -> Any:
        """For moderators of the conversation."""
        return people.bans(req.principal, conversation_id, req.query)

    @endpoint(summary="Ban somebody", permission=USE, body=ask.BanIn, errors=(*HELD, Invalid), statements=30)
    def on_post(self, req: Request, resp: Response, conversation_id: UUID) -> None:
        """They leave, and cannot come back until the ban is lifted."""
        members.ban(req.principal, conversation_id, req.body["user_id"], req.body["reason"])


class Ban:
    """`/v1/conversations/{conversation_id}/bans/{user_id}`."""

    @endpoint(summary="Lift a ban", permission=USE, errors=HELD, statements=12)
    def on_delete(self, req: Request, resp: Response, conversation_id: UUID, user_id: UUID) -> None:
        """Without one, nothing changes."""
        members.unban(req.principal, conversation_id, user_id)


class Invites:
    """`/v1/conversations/{conversation_id}/invites`."""

    @endpoint(
        summary="List links into a conversation",
        permission=USE,
        response=page_of(show.InviteOut),
        errors=HELD,
        statements=8,
    )
    def on_get(self, req: Request, resp: Response, conversation_id: UUID) -> Any:
        """The newest first, for who may add people."""
        return invites.page(req.principal, conversation_id, req.query["cursor"], req.query["limit"])

    @endpoint(
        summary="Make a link into a conversation",
        permission=USE,
        body=ask.InviteIn,
        response=show.InviteOut,
        status=201,
        idempotent=True,
        rate=Rate(60, per=3600, by="principal"),
        errors=(*HELD, Invalid),
        statements=12,
    )
    def on_post(self, req: Request, resp: Response, conversation_id: UUID) -> Any:
        """Good until it expires, is revoked, or was used `max_uses` times."""
        return invites.create(req.principal, conversation_id, req.body)


class Invite:
    """`/v1/conversations/{conversation_id}/invites/{invite_id}`."""

    @endpoint(summary="Revoke a link", permission=USE, errors=HELD, statements=10)
    def on_delete(self, req: Request, resp: Response, conversation_id: UUID, invite_id: UUID) -> None:
        """From now on; who came by it stays."""
        invites.revoke(req.principal, conversation_id, invite_id)


class Link:
    """`/v1/chat/invites/{token}`."""

    @endpoint(
        summary="See where a link leads",
        permission=USE,
        response=show.PreviewOut,
        rate=Rate(60, by="principal"),
        errors=(NotFound, Gone),
        statements=8,
    )
    def on_get(self, req: Request, resp: Response, token: str) -> Any:
        """Before following it."""
        return invites.show(token)

    @endpoint(
        summary="Follow a link",
        permission=USE,
        response=show.SnapshotOut,
        rate=Rate(60, by="principal"),
        errors=(*HELD, Gone),
        statements=45,
    )
    def on_post(self, req: Request, resp: Response, token: str) -> Any:
        """Joins the group; a member spends no use of it."""
        return snapshots.snapshot(req.principal, invites.accept(req.principal, token))


ONE = "/conversations/{conversation_id:uuid}"
PEOPLE = (
    Route(f"{ONE}/members", Members()),
    Route(f"{ONE}/members/{{user_id:uuid}}", Member()),
    Route(f"{ONE}/join", Joining()),
    Route(f"{ONE}/owner", Owner()),
    Route(f"{ONE}/bans", Bans()),
    Route(f"{ONE}/bans/{{user_id:uuid}}", Ban()),
    Route(f"{ONE}/invites", Invites()),
    Route(f"{ONE}/invites/{{invite_id:uuid}}", Invite()),
    Route("/chat/invites/{token}", Link()),
)
