"""The HTTP surface of accounts: parse, call, respond."""

from __future__ import annotations

from kernel import Route
from plugins.accounts.resources.administration import ADMINISTRATION
from plugins.accounts.resources.credentials import CREDENTIALS
from plugins.accounts.resources.external import EXTERNAL
from plugins.accounts.resources.external_tokens import EXTERNAL_TOKENS
from plugins.accounts.resources.factors import FACTORS
from plugins.accounts.resources.keys import KEYS
from plugins.accounts.resources.pages import PAGES
from plugins.accounts.resources.people import PEOPLE
from plugins.accounts.resources.sessions import SESSIONS

ROUTES: tuple[Route, ...] = (
    *SESSIONS, *CREDENTIALS, *FACTORS, *EXTERNAL, *EXTERNAL_TOKENS, *KEYS, *PAGES, *PEOPLE, *ADMINISTRATION,
)  # fmt: skip
