"""What can go wrong in a building, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict, Forbidden, Gone


class AlreadyMember(Conflict):
    """The person belongs to this building already."""

    type, title = "already-member", "This person belongs to the building already"


class BannedFromBuilding(Forbidden):
    """The building does not take this person in; its admins can lift that."""

    type, title = "banned-from-building", "The building does not take this person in"


class JoinRequestExists(Conflict):
    """There is a request of yours that waits (`request_id`)."""

    type, title = "join-request-exists", "You have asked to join already"


class JoinRequestStatus(Conflict):
    """The request has ended; `request_status` says how, `allowed` what may still be done."""

    type, title = "join-request-status", "The request has ended"


class InvitationNotUsable(Gone):
    """The code is unknown, used up, revoked or past its time: ask for another."""

    type, title = "invitation-not-usable", "This invitation cannot be used"


class LastAdmin(Conflict):
    """A building keeps one admin at least: make somebody else one first."""

    type, title = "last-admin", "This is the building's last admin"


class UnitTaken(Conflict):
    """The building has a unit of this number."""

    type, title = "unit-taken", "There is a unit of this number"


class UnitOccupied(Conflict):
    """Somebody lives there: give its members another unit first."""

    type, title = "unit-occupied", "Somebody lives in this unit"


class MarketplaceClosed(Conflict):
    """The building's market is switched off: nothing is offered or ordered in it."""

    type, title = "marketplace-closed", "The building's market is closed"


class NotAMember(Forbidden):
    """This takes somebody who belongs to the building."""

    type, title = "not-a-member", "You do not belong to this building"


class VerificationRequired(Forbidden):
    """The building asks its members to be verified first: POST /v1/verifications, kind `buildings.unit`."""

    type, title = "verification-required", "Have it verified first that you live here"
