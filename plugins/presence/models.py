"""Tables of presence."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import Model, TimestampField


class Person(Model):
    """What a person (the account's id is the row's) says of themselves, and whether they are connected.

    `status` is what was chosen, until `until` (null: for good): `online` leaves
    it to the devices. `present` while any device is connected, as last
    reconciled; `left_at` when the last one went. `last_seen_at` stands still
    while the person is invisible.
    """

    status = peewee.TextField()
    text = peewee.TextField()
    until = TimestampField(null=True)
    present = peewee.BooleanField()
    left_at = TimestampField(null=True)
    last_seen_at = TimestampField(null=True)

    class Meta:
        table_name = "presence_person"


class Device(Model):
    """A socket of `/presence`: when somebody last did something there, and whether it said it is idle."""

    sid = peewee.TextField(unique=True)
    user_id = peewee.UUIDField()
    active_at = TimestampField()
    idle = peewee.BooleanField()

    class Meta:
        table_name = "presence_device"


Person.add_index(Person.id, name="presence_person_present", where=Person.present)
Device.add_index(Device.user_id, name="presence_device_user")

MODELS: Final = (Person, Device)
