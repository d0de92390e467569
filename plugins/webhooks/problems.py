"""What can go wrong with webhooks, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict


class TooManyEndpoints(Conflict):
    """The account has all the endpoints it may have (`[webhooks] max_endpoints`): delete one first."""

    type, title = "too-many-endpoints", "You have too many endpoints"


class EndpointDisabled(Conflict):
    """Nothing is sent to an endpoint that is disabled: enable it first."""

    type, title = "endpoint-disabled", "This endpoint is disabled"
