"""Objects of notifications for the generated tests."""

from __future__ import annotations

from kernel import uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.notifications.models import Delivery, Device, MailboxMessage, Suppression
from plugins.notifications.services import inbox

UNSCOPED = {
    "/notifications/mutes/{topic}": "a mute is the caller's own, whatever the topic",
}


@sample("notification_id")
def notification(app: Application) -> Sample:
    owner = uuid7()
    with app.db.atomic():
        values = {
            "user_id": owner, "type": "notifications.digest", "title": "Hello", "body": "There is news."
        }  # fmt: skip
        [made] = inbox.add([("", values)])
    return Sample({"notification_id": made}, owner=owner)


@sample("delivery_id")
def failed(app: Application) -> Sample:
    owner = uuid7()
    made = Delivery.create(
        message_id=uuid7(), type="notifications.digest", channel="email", user_id=owner,
        address="ann@example.com", subject="Hello", content={"text": "There is news.", "html": "", "url": ""},
        state="failed", due_at=app.clock.now(),
    )  # fmt: skip
    return Sample({"delivery_id": made.id}, owner=owner)


@sample("suppression_id")
def suppression(app: Application) -> Sample:
    made = Suppression.create(address=f"{uuid7().hex}@example.com", reason="bounced")
    return Sample({"suppression_id": made.id}, owner=uuid7())


@sample("device_id")
def device(app: Application) -> Sample:
    owner = uuid7()
    made = Device.create(user_id=owner, provider="mailbox", token=uuid7().hex, registered_at=app.clock.now())
    return Sample({"device_id": made.id}, owner=owner)


@sample("message_id")
def kept(app: Application) -> Sample:
    made = MailboxMessage.create(
        channel="email", recipient="a@example.com", address="a@example.com", html="<p>Hi"
    )
    return Sample({"message_id": made.id}, owner=uuid7(), public=True)


@sample(rooms=["user"])
def listed(app: Application) -> Sample:
    owner = uuid7()
    return Sample({"user": owner}, owner=owner)
