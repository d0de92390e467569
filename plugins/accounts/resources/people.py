"""One's own profile, and other people's cards."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    PUBLIC,
    Conflict,
    Forbidden,
    NotFound,
    PreconditionFailed,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
    invalid,
    page_of,
)
from plugins.accounts import queries
from plugins.accounts.resources.callers import OWN, person, session
from plugins.accounts.schemas.requests import ProfileIn, UsersQuery
from plugins.accounts.schemas.responses import ExportOut, ProfileOut, UserCardOut, UserOut
from plugins.accounts.services import erasure, people, profiles

EXPORTS: Final = Rate(10, per=3600, by="principal")


class Profile:
    """`/v1/auth/profile`, `/v1/users/me`."""

    @endpoint(summary="See my account", permission=AUTHENTICATED, response=ProfileOut, etag=True, errors=OWN)
    def on_get(self, req: Request, resp: Response) -> Any:
        """The profile, preferences, privacy settings and roles."""
        return queries.own_profile(people.by_id(person(req)))

    @endpoint(
        summary="Change my profile",
        permission=AUTHENTICATED,
        body=ProfileIn,
        response=ProfileOut,
        etag=True,
        errors=(*OWN, PreconditionFailed),
    )
    def on_patch(self, req: Request, resp: Response) -> Any:
        """What is left out stays; `preferences` and `privacy` are merged key by key."""
        if req.body.get("avatar_url") and not profiles.is_picture(req.body["avatar_url"]):
            raise invalid("/avatar_url", "Use an https URL or a path of this API.")
        return queries.own_profile(profiles.update(person(req), req.if_match, req.body))


class Me(Profile):
    """`/v1/users/me`."""

    @endpoint(
        summary="Delete my account",
        permission=AUTHENTICATED,
        step_up=True,
        errors=(*OWN, Conflict),
        statements=100,
    )
    def on_delete(self, req: Request, resp: Response) -> None:
        """For good, with what every plugin stores about me; takes a recent `POST /v1/auth/step-up`."""
        session(req)
        erasure.delete(person(req))


class Deactivate:
    """`/v1/users/me/deactivate`."""

    @endpoint(summary="Hide my account until I sign in again", permission=AUTHENTICATED, errors=OWN)
    def on_post(self, req: Request, resp: Response) -> None:
        """Every session ends; nobody finds the account; signing in brings it back."""
        session(req)
        profiles.deactivate(person(req))


class Export:
    """`/v1/users/me/export`."""

    @endpoint(
        summary="Get all that is stored about me",
        permission=AUTHENTICATED,
        errors=OWN,
        response=ExportOut,
        rate=EXPORTS,
        statements=100,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """From every plugin, by the plugin's name."""
        session(req)
        resp.set_header("Content-Disposition", 'attachment; filename="my-data.json"')
        return erasure.export(person(req))


class Users:
    """`/v1/users`."""

    @endpoint(
        summary="Find people",
        permission="accounts:search",
        query=UsersQuery,
        response=page_of(UserOut),
        errors=(Forbidden,),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """By the beginnings of words of the name, in the order of the names.

        The other filters, and addresses, roles and standing in the answer, take
        `accounts:read`.
        """
        reserved = [name for name in ("email", "role", "scope", "status") if name in req.query]
        if reserved and not req.principal.can("accounts:read"):
            raise Forbidden(f"The filter {reserved[0]} takes the permission accounts:read.")
        return queries.search(req.principal, req.query)


class User:
    """`/v1/users/{user_id}`."""

    @endpoint(
        summary="See a person's card", permission=PUBLIC, response=UserCardOut, etag=True, errors=(NotFound,)
    )
    def on_get(self, req: Request, resp: Response, user_id: UUID) -> Any:
        """What the person's privacy settings show to who asks."""
        return queries.found_card(user_id, req.principal)

    @endpoint(
        summary="Delete an account",
        permission="accounts:delete",
        step_up=True,
        errors=(NotFound, Conflict, Forbidden),
        statements=100,
    )
    def on_delete(self, req: Request, resp: Response, user_id: UUID) -> None:
        """For good, with what every plugin stores about the person."""
        people.check_authority(req.principal, user_id)
        erasure.delete(user_id)


PEOPLE = (
    Route("/auth/profile", Profile()),
    Route("/users", Users()),
    Route("/users/me", Me()),
    Route("/users/me/deactivate", Deactivate()),
    Route("/users/me/export", Export()),
    Route("/users/{user_id:uuid}", User()),
)
