"""Auth: principals, passwords, tokens, sessions, permissions, scoped grants."""

from kernel.auth.account_status import AccountStatus
from kernel.auth.api_keys import ApiKeyInfo
from kernel.auth.auth import Auth
from kernel.auth.changes import Change
from kernel.auth.models import MODELS
from kernel.auth.principals import ALL, SYSTEM, Grant, Principal, Scopes
from kernel.auth.problems import (
    AccountBanned,
    AccountSuspended,
    CredentialsRefused,
    RefreshTokenRaced,
    RefreshTokenReused,
    StepUpRequired,
)
from kernel.auth.roles import Roles
from kernel.auth.scoping import where_scope
from kernel.auth.sessions import SessionInfo, Tokens
from kernel.auth.settings import AuthSettings

__all__ = [
    "ALL",
    "MODELS",
    "SYSTEM",
    "AccountBanned",
    "AccountStatus",
    "AccountSuspended",
    "ApiKeyInfo",
    "Auth",
    "AuthSettings",
    "Change",
    "CredentialsRefused",
    "Grant",
    "Principal",
    "RefreshTokenRaced",
    "RefreshTokenReused",
    "Roles",
    "Scopes",
    "SessionInfo",
    "StepUpRequired",
    "Tokens",
    "where_scope",
]
