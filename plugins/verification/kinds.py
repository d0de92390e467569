"""What can be verified: kinds of requests, the steps each consists of, and who decides.

A plugin offers kinds by `verification_kinds`; those of this plugin are made from
its settings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from kernel import ConfigurationError, NotFound, StoaError
from plugins.verification.permissions import REVIEW
from plugins.verification.settings import VerificationSettings

if TYPE_CHECKING:
    from kernel import Application

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a request: texts to fill in, documents to hand over, an agreement to accept.

    Every field and one document of every type are required. `accepts` is the
    version of an agreement; the request's field `accepted` must name exactly it.
    """

    name: str
    title: str
    fields: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    accepts: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """A decision, as a kind's callbacks get it; `expires_at` None: for good."""

    request_id: UUID
    kind: str
    subject: str
    requester_id: UUID
    scope: str | None
    expires_at: datetime | None


def _nobody(_: str | None) -> Collection[UUID]:
    return ()


def _nothing(_: Verified) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that can be verified.

    * `name`: `<plugin>.<thing>`, never renamed: requests are stored under it;
    * `subject`: what the request's subject begins with, `unit` for `unit:0190…`; `user` is the requester;
      an id that is a UUID is in lower case with dashes, however it was written;
    * `admits(user_id, subject)`: return the scope of the subject (None: the platform's) when this person may
      ask to have it verified, else raise NotFound; called in a transaction, without outside I/O;
    * `permission`: who holds it in that scope reviews;
    * `reviewers(scope)`: the accounts told of a new request;
    * `on_approved`, `on_ended`: called in the transaction of the approval, and of its end (revoked,
      expired, withdrawn); database work only. A problem they raise refuses the decision.
    """

    name: str
    title: str
    subject: str
    steps: tuple[Step, ...]
    admits: Callable[[UUID, str], str | None]
    permission: str = REVIEW
    reviewers: Callable[[str | None], Collection[UUID]] = _nobody
    on_approved: Callable[[Verified], None] = _nothing
    on_ended: Callable[[Verified], None] = _nothing

    def step(self, name: str) -> Step:
        """Return one of the steps; raise NotFound."""
        for one in self.steps:
            if one.name == name:
                return one
        raise NotFound(f"{self.name} has no step {name}.")


class Kinds:
    """Every kind there is, by name; made once from settings and hooks."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._kinds: dict[str, Kind] = {}
        for kind in kinds:
            if kind.name in self._kinds:
                raise StoaError(f"two plugins offer the verification kind {kind.name}: rename one")
            self._kinds[kind.name] = kind

    @classmethod
    def of(cls, application: Application) -> Kinds:
        """Collect the kinds of this plugin's settings and of the other plugins."""
        own = onboarding(application.settings.of(VerificationSettings))
        offered = application.hooks.call("verification_kinds")
        return cls([*own, *(kind for some in offered for kind in some)])

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    def get(self, name: str) -> Kind | None:
        """Return a kind; None for one that is not offered (any more)."""
        return self._kinds.get(name)


_KNOWN: Final[Mapping[str, Mapping[str, Any]]] = {
    "identity": {
        "title": "Who you are",
        "fields": ["legal_name", "date_of_birth"],
        "documents": ["identity_document"],
    },
    "business": {
        "title": "Your business",
        "fields": ["business_name", "registration_number"],
        "documents": ["registration_certificate"],
    },
    "agreement": {"title": "The agreement", "agreement": True},
    "payout": {"title": "Where earnings go", "fields": ["account_holder", "account_number"]},
}


def onboarding(settings: VerificationSettings) -> list[Kind]:
    """Return the kinds made of settings; raise ConfigurationError for steps nobody defined."""
    wanted = (("seller", "Seller", settings.seller_steps), ("provider", "Provider", settings.provider_steps))
    return [
        Kind(f"verification.{name}", title, "user", tuple(_step(each, settings) for each in steps), _oneself)
        for name, title, steps in wanted
        if steps
    ]


def _oneself(user_id: UUID, subject: str) -> None:
    if subject != f"user:{user_id}":
        raise NotFound("Ask for yourself.")


def _step(name: str, settings: VerificationSettings) -> Step:
    given = {**_KNOWN, **settings.steps}.get(name)
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"verification: the step {name} is defined nowhere: add it to steps")
    fields, documents = (_names(name, given, part) for part in ("fields", "documents"))
    version = settings.agreement_version if given.get("agreement") else ""
    return Step(name, str(given.get("title", name)), fields, documents, version)


def _names(step: str, given: Mapping[str, Any], part: str) -> tuple[str, ...]:
    names = given.get(part, [])
    if not isinstance(names, list) or not all(isinstance(each, str) and NAME.match(each) for each in names):
        raise ConfigurationError(f"verification.steps.{step}.{part} is a list of names such as legal_name")
    return tuple(names)
