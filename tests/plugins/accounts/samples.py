"""Objects of accounts for the generated tests."""

from __future__ import annotations

from uuid import UUID

from kernel import uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.accounts import api
from plugins.accounts.models import Identity

REASON = {"reason": "A sample"}
UNSCOPED = {
    "/auth/external/{provider}": "identity providers are everybody's",
    "/auth/external/{provider}/link": "identity providers are everybody's",
    "/auth/oidc/{provider}/authorize": "identity providers are everybody's",
    "/auth/oidc/{provider}/callback": "identity providers are everybody's",
    "/auth/oidc/{provider}/link": "identity providers are everybody's",
}


def person() -> UUID:
    """Return a new account with a password and a verified address of its own."""
    email = f"sample-{uuid7().hex}@example.com"
    return api.create_user(name="Sample", email=email, password="violet-harbour-71", verified=True)


@sample("user_id")
def account(app: Application) -> Sample:
    user_id = person()
    app.auth.set_status(user_id, "active")
    bodies = {
        "POST /users/{user_id}/suspend": REASON,
        "POST /users/{user_id}/ban": REASON,
        "POST /users/{user_id}/roles": {"role": "admin"},
    }
    return Sample({"user_id": user_id}, owner=user_id, bodies=bodies)


@sample("user_id", paths=["GET /users/{user_id}"])
def card(app: Application) -> Sample:
    user_id = person()
    return Sample({"user_id": user_id}, owner=user_id, public=True)


@sample("user_id", paths=["POST /users/{user_id}/reactivate"])
def suspended(app: Application) -> Sample:
    user_id = person()
    app.auth.set_status(user_id, "suspended")
    return Sample({"user_id": user_id}, owner=person(), bodies={"POST": REASON})


@sample("user_id", "role")
def held_role(app: Application) -> Sample:
    user_id = person()
    app.auth.grant(user_id, "admin")
    app.auth.grant(person(), "admin")  # the last administrator could not be revoked
    return Sample({"user_id": user_id, "role": "admin"}, owner=user_id)


@sample("session_id")
def session(app: Application) -> Sample:
    user_id = person()
    tokens = app.auth.open_session(user_id, "sample", "127.0.0.1")
    return Sample({"session_id": tokens.session_id}, owner=user_id)


@sample("identity_id")
def identity(app: Application) -> Sample:
    user_id = person()
    made = Identity.create(user=user_id, provider="acme", issuer="https://idp.example", subject=uuid7().hex)
    return Sample({"identity_id": made.id}, owner=user_id)


@sample("key_id")
def api_key(app: Application) -> Sample:
    user_id = person()
    info, _ = app.auth.api_keys.create(user_id, "sample")
    return Sample({"key_id": info.id}, owner=user_id)
