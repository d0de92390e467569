"""The last step before a provider: layout, headers, the unsubscribe link."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from markupsafe import Markup

from kernel import app
from plugins.notifications.catalogue import Catalogue
from plugins.notifications.models import Delivery, Device
from plugins.notifications.ports import EmailMessage, PushMessage, SmsMessage
from plugins.notifications.services.unsubscribing import Subscription, link
from plugins.notifications.settings import NotificationsSettings


def composed(delivery: Delivery, device: Device | None = None) -> EmailMessage | SmsMessage | PushMessage:
    """Return what a provider is given for a delivery; `device` when its push goes to a registered one."""
    if delivery.channel == "email":
        return _email(delivery)
    if delivery.channel == "sms":
        return SmsMessage(delivery.id, delivery.address, delivery.content["text"].strip())
    return _push(delivery, device)


def _push(delivery: Delivery, device: Device | None) -> PushMessage:
    known = {"url": delivery.content["url"], "notification_id": delivery.notification_id}
    return PushMessage(
        id=delivery.id,
        token=delivery.address.partition(":")[2],
        title=delivery.subject,
        body=delivery.content["text"].strip(),
        data={"type": delivery.type, **{name: str(value) for name, value in known.items() if value}},
        keys=device.keys if device else {},
        tag=delivery.topic or str(delivery.message_id),
        urgent=delivery.mandatory,
    )


def _email(delivery: Delivery) -> EmailMessage:
    settings = app.settings.of(NotificationsSettings)
    unsubscribe = "" if delivery.mandatory else link(_subscription(delivery))
    domain = parseaddr(settings.sender)[1].rpartition("@")[2]
    return EmailMessage(
        id=delivery.id,
        sender=settings.sender,
        to=delivery.address,
        subject=delivery.subject,
        text=_laid_out(delivery, "email", unsubscribe),
        html=_laid_out(delivery, "html", unsubscribe) if delivery.content["html"] else "",
        message_id=f"<{delivery.id}@{domain}>",
        headers=_headers(settings, unsubscribe),
    )


def _subscription(delivery: Delivery) -> Subscription:
    address = "" if delivery.user_id else delivery.address
    return Subscription(delivery.type, delivery.user_id, address)


def _laid_out(delivery: Delivery, form: str, unsubscribe: str) -> str:
    catalogue = app.service(Catalogue)
    context: dict[str, Any] = {
        "subject": delivery.subject,
        "product": app.settings.of(NotificationsSettings).product,
        "language": delivery.language,
        "timezone": delivery.timezone,
        "unsubscribe_url": unsubscribe,
        "type_title": catalogue.of(delivery.type).type.title if delivery.type in catalogue else "",
    }
    if form == "html":
        # APPSEC: made by a template with autoescaping; here it becomes part of another
        content = Markup(delivery.content["html"])  # noqa: S704
        return catalogue.layouts.html("layout", delivery.language, {**context, "content": content})
    context["content"] = delivery.content["text"].strip()
    return catalogue.layouts.text("layout", form, delivery.language, context).body


def _headers(settings: NotificationsSettings, unsubscribe: str) -> dict[str, str]:
    """Return the headers that tell mail programs what this is (RFC 3834, 2369, 8058)."""
    headers = {"Auto-Submitted": "auto-generated"}
    if settings.reply_to:
        headers["Reply-To"] = settings.reply_to
    if unsubscribe.startswith("https://"):  # RFC 8058 3.1
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
