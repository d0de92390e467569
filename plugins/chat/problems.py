"""What can go wrong in chat, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict, Forbidden, Gone


class ConversationIsClosed(Conflict):
    """The conversation is closed: it can be read, nobody writes in it any more."""

    type, title = "conversation-closed", "This conversation is closed"


class GroupFull(Conflict):
    """The group has as many members as a group may have."""

    type, title = "group-full", "The group is full"


class MessageIdTaken(Conflict):
    """A message with this id exists and says something else.

    A resend repeats the message exactly; a new message takes a new id.
    """

    type, title = "message-id-taken", "Another message has this id"


class MessageIsDeleted(Conflict):
    """The message was deleted for everybody; it cannot be changed or answered."""

    type, title = "message-deleted", "The message was deleted"


class TooLate(Conflict):
    """The time in which a message may be changed or deleted for everybody has passed."""

    type, title = "too-late", "It is too late for that"


class NotAllowedHere(Forbidden):
    """One's role in the conversation does not allow it; the detail names the role that does."""

    type, title = "role-too-low", "Your role here does not allow it"


class NotReachable(Forbidden):
    """One of the two has blocked the other, or the account is closed."""

    type, title = "not-reachable", "This person cannot be reached"


class Banned(Forbidden):
    """One was banned from the group or channel."""

    type, title = "banned", "You were banned from this conversation"


class InviteUsedUp(Gone):
    """The link has expired, was revoked, or was used as often as it may be."""

    type, title = "invite-used-up", "The invitation is no longer good"


class OwnerStays(Conflict):
    """An owner passes the ownership on before leaving, unless nobody else is there."""

    type, title = "owner-stays", "Pass the ownership on first"


class PollIsClosed(Conflict):
    """The poll was closed, or its time is over: its votes stand."""

    type, title = "poll-closed", "The poll is closed"


class VotesAreSecret(Forbidden):
    """The poll is anonymous: how many chose what is told, who did is not."""

    type, title = "votes-secret", "The poll is anonymous"


class NotForwardable(Conflict):
    """Messages that vanish, and what happened in a conversation, are not passed on."""

    type, title = "not-forwardable", "This message cannot be forwarded"


class TooManyScheduled(Conflict):
    """As many messages wait in the conversation as may; cancel one first."""

    type, title = "too-many-scheduled", "Too many scheduled messages"


class AlreadySent(Conflict):
    """The scheduled message was sent in the meantime."""

    type, title = "already-sent", "The message was sent already"


class NothingDone(Conflict):
    """Something of the list could not be done, so nothing was: `errors` names what."""

    type, title = "nothing-done", "Nothing was done"


class BackupRunning(Conflict):
    """One's last backup is not finished yet."""

    type, title = "backup-running", "A backup is being made"


class TooManyPins(Conflict):
    """As many messages are pinned as may be; unpin one first."""

    type, title = "too-many-pins", "Too many pinned messages"
