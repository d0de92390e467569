"""Other people's accounts: look into, judge, make something of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Actions,
    Conflict,
    Forbidden,
    NotFound,
    Request,
    Response,
    Route,
    app,
    endpoint,
)
from plugins.accounts import queries
from plugins.accounts.schemas.requests import ReasonIn, RoleIn, RoleQuery, SuspendIn
from plugins.accounts.schemas.responses import RolesOut, StandingOut, UserOut
from plugins.accounts.services import people, roles, standing

MODERATE = "accounts:moderate"


class Account:
    """`/v1/users/{user_id}/account`."""

    @endpoint(summary="See an account", permission="accounts:read", response=UserOut, errors=(NotFound,))
    def on_get(self, req: Request, resp: Response, user_id: UUID) -> Any:
        """The card, unfiltered, with address, number, roles and standing."""
        return queries.account(user_id)


class Standing:
    """`/v1/users/{user_id}/standing`."""

    @endpoint(
        summary="See an account's standing", permission=MODERATE, response=StandingOut, errors=(NotFound,)
    )
    def on_get(self, req: Request, resp: Response, user_id: UUID) -> Any:
        """What it is, and who changed it when and why."""
        return _standing(user_id)


def _suspend(req: Request, user_id: UUID) -> None:
    """In force at once on every connection; lifts by itself at `until`."""
    standing.change(req.principal, user_id, "suspended", req.body["reason"], req.body["until"])


def _ban(req: Request, user_id: UUID) -> None:
    """Every session ends at once."""
    standing.change(req.principal, user_id, "banned", req.body["reason"])


def _reactivate(req: Request, user_id: UUID) -> None:
    """Lift a suspension or a ban."""
    standing.change(req.principal, user_id, "active", req.body["reason"])


class Roles:
    """`/v1/users/{user_id}/roles`."""

    @endpoint(
        summary="List somebody's roles",
        permission=AUTHENTICATED,
        response=RolesOut,
        errors=(NotFound, Forbidden),
    )
    def on_get(self, req: Request, resp: Response, user_id: UUID) -> Any:
        """One's own, or with `accounts:read` anybody's; who grants in a scope sees those of that scope."""
        held = roles.visible(req.principal, user_id)
        return {"items": held, "next": None}

    @endpoint(
        summary="Grant a role",
        permission=AUTHENTICATED,
        body=RoleIn,
        response=RolesOut,
        errors=(NotFound, Forbidden),
        idempotent=True,
    )
    def on_post(self, req: Request, resp: Response, user_id: UUID) -> Any:
        """Takes `accounts:grant_roles` in the scope, and every permission of the role there."""
        roles.grant(req.principal, user_id, req.body["role"], req.body["scope"])
        return {"items": roles.visible(req.principal, user_id), "next": None}


class RoleOfUser:
    """`/v1/users/{user_id}/roles/{role}`."""

    @endpoint(
        summary="Revoke a role",
        permission=AUTHENTICATED,
        query=RoleQuery,
        errors=(NotFound, Forbidden, Conflict),
    )
    def on_delete(self, req: Request, resp: Response, user_id: UUID, role: str) -> None:
        """In force at once; takes what granting it takes."""
        roles.revoke(req.principal, user_id, role, req.query["scope"])


def _standing(user_id: UUID) -> dict[str, Any]:
    people.by_id(user_id)
    status = app.auth.status(user_id)
    return {"status": status.status, "until": status.until, "history": standing.history(user_id)}


ACTIONS = Actions(
    "/users/{user_id:uuid}",
    answer=lambda req, user_id: _standing(user_id),  # noqa: ARG005 - the same for all who may judge
    permission=MODERATE,
    body=ReasonIn,
    response=StandingOut,
    errors=(NotFound, Forbidden),
    idempotent=True,
)
ADMINISTRATION = (
    Route("/users/{user_id:uuid}/account", Account()),
    Route("/users/{user_id:uuid}/standing", Standing()),
    ACTIONS.route("suspend", "Suspend an account", _suspend, body=SuspendIn),
    ACTIONS.route("ban", "Ban an account", _ban),
    ACTIONS.route("reactivate", "Reactivate an account", _reactivate, errors=(NotFound, Forbidden, Conflict)),
    Route("/users/{user_id:uuid}/roles", Roles()),
    Route("/users/{user_id:uuid}/roles/{role}", RoleOfUser()),
)
