"""The devices a person gets push on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import AUTHENTICATED, Forbidden, NotFound, Rate, Request, Response, Route, endpoint, page_of
from plugins.notifications import queries
from plugins.notifications.resources.callers import account
from plugins.notifications.schemas.devices import DeviceIn, DeviceOut
from plugins.notifications.services import devices


class Devices:
    """`/v1/notifications/devices`."""

    @endpoint(
        summary="List the devices I get push on",
        permission=AUTHENTICATED,
        response=page_of(DeviceOut),
        errors=(Forbidden,),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest registered first; those whose session was ended are left out in time."""
        return queries.devices(account(req), req.query)

    @endpoint(
        summary="Register this device for push",
        permission=AUTHENTICATED,
        body=DeviceIn,
        response=DeviceOut,
        rate=Rate(30, per=60, by="principal"),
        errors=(Forbidden,),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """At each start of the application: again is harmless, and keeps the device from being forgotten.

        The token is the caller's from now on, whoever had registered it before,
        and gets nothing more once this session is ended.
        """
        account(req)
        if req.principal.kind == "api_key":
            raise Forbidden("A device is registered by the person signed in on it, not with an API key.")
        body, subscription = req.body, req.body["subscription"]
        return devices.register(
            req.principal,
            body["provider"],
            subscription["endpoint"] if subscription else body["token"],
            subscription["keys"] if subscription else {},
            platform=body["platform"] or ("web" if subscription else None),
            app_version=body["app_version"],
            locale=body["locale"],
            expires_at=devices.moment(subscription["expiration_time"] if subscription else None),
        )


class Device:
    """`/v1/notifications/devices/{device_id}`."""

    @endpoint(summary="Stop push to a device", permission=AUTHENTICATED, errors=(Forbidden, NotFound))
    def on_delete(self, req: Request, resp: Response, device_id: UUID) -> None:
        """It may be registered again."""
        devices.remove(account(req), device_id)


DEVICES = (
    Route("/notifications/devices", Devices()),
    Route("/notifications/devices/{device_id:uuid}", Device()),
)
