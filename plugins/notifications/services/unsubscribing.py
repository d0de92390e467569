"""Links that switch a type of e-mail off without signing in (RFC 8058).

The token is encrypted and authenticated (Fernet): it names an account or an
address, which must not be read from logs, and cannot be made by others. It
never expires: mail is kept for years. Nothing changes before the POST, because
scanners and previews follow links.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

import orjson
from cryptography.fernet import Fernet, InvalidToken

from kernel import app
from plugins.notifications.catalogue import Catalogue
from plugins.notifications.problems import InvalidLink
from plugins.notifications.services import bounces, wishes


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who stops receiving what: an account by its id, or an address."""

    type: str
    user_id: UUID | None
    address: str

    @property
    def title(self) -> str:
        """What people know the type by."""
        catalogue = app.service(Catalogue)
        return catalogue.of(self.type).type.title if self.type in catalogue else self.type


def link(subscription: Subscription) -> str:
    """Return the URL of a link; without `[kernel] public_url` only its path."""
    packed = orjson.dumps([subscription.type, subscription.user_id, subscription.address])
    origin = app.settings.kernel.public_url.rstrip("/")
    return f"{origin}/v1/notifications/unsubscribe?token={quote(_fernet().encrypt(packed).decode(), safe='')}"


def read(token: str) -> Subscription:
    """Return what a link is about; raise InvalidLink."""
    try:
        kind, user_id, address = orjson.loads(_fernet().decrypt(token.encode("ascii", "replace")))
    except (InvalidToken, ValueError) as ex:
        raise InvalidLink from ex
    return Subscription(kind, UUID(user_id) if user_id else None, address)


def unsubscribe(token: str) -> Subscription:
    """Send nothing more of the type by e-mail; harmless twice. Raises InvalidLink."""
    found = read(token)
    if found.user_id:
        wishes.switch_off(found.user_id, found.type, "email")
    else:
        bounces.suppress(found.address, type=found.type, reason="unsubscribed")
    return found


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(app.secret("notifications:unsubscribe"))))
