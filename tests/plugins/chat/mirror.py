"""A client of chat as small as it can be: a snapshot, and the rule for each event.

It is the contract written down: what a client does with each event to have, at
any time, what a fresh snapshot would give it. The order of events within a room
counts; between rooms (the conversation's, the receipts', one's own) it does not.
"""

from __future__ import annotations

import copy
from typing import Any


def _vanished(thing: dict[str, Any], now: str) -> bool:
    """Say whether a message, or the pin of one, is past its moment: no event tells, the clock does."""
    return thing["expires_at"] is not None and thing["expires_at"] <= now


class Mirror:
    """What one person's client knows of one conversation."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        """Begin with a snapshot."""
        self.state = copy.deepcopy(snapshot)
        self.me = self.state["me"]
        self.user_id = self.me["user_id"]
        self.messages = {each["seq"]: each for each in self.state["messages"]}
        self.members = {each["user_id"]: each for each in self.state["members"]}
        self.pins = {each["message_id"]: each for each in self.state["pins"]}
        self.uncounted = {each["seq"]: each["since"] for each in self.me["uncounted"]}
        self.marks: dict[str, tuple[int, int]] = {}
        self.hidden: set[int] = set()
        self.votes = {each["id"]: each["my_votes"] for each in self.state["messages"]}
        self.removed = False

    def apply(self, name: str, data: dict[str, Any]) -> None:
        """Take in one event; one without a rule here is a fault."""
        if data["conversation_id"] == self.state["id"]:
            getattr(self, "_" + name.replace(":", "_"))(data)

    def view(self, now: str) -> dict[str, Any]:
        """Return what a snapshot would say; `now` is the moment, RFC 3339."""
        uncounted = {seq: since for seq, since in self.uncounted.items() if seq > self.me["read_seq"]}
        gone = [seq for seq, since in uncounted.items() if since is None or since <= now]
        unread = self.state["last_ordinal"] - self.me["read_ordinal"] - len(gone)
        listed = [{"seq": seq, "since": uncounted[seq]} for seq in sorted(uncounted)]
        return {
            **self.state,
            "me": {**self.me, "unread": unread, "uncounted": listed},
            "members": [self._marked(self.members[each]) for each in sorted(self.members)],
            "pins": sorted(
                (pin for pin in self.pins.values() if not _vanished(pin, now)),
                key=lambda pin: (pin["pinned_at"], pin["message_id"]),
            ),
            "messages": [
                self._shown(self.messages[seq])
                for seq in sorted({*self.messages} - self.hidden)
                if not _vanished(self.messages[seq], now)
            ],
        }

    def _shown(self, message: dict[str, Any]) -> dict[str, Any]:
        votes = [] if message["deleted_at"] else self.votes.get(message["id"], [])
        return {**message, "my_votes": votes}

    # -- messages

    def _message_new(self, data: dict[str, Any]) -> None:
        message = data["message"]
        self._put(data)
        self.state["last_seq"] = max(self.state["last_seq"], message["seq"])
        self.state["last_ordinal"] = max(self.state["last_ordinal"], message["ordinal"])
        self.state["last_activity_at"] = max(self.state["last_activity_at"], message["created_at"])
        if message["sender_id"] is not None and not message["unattended"]:
            self._mark(message["sender_id"], message["seq"], message["seq"])
            if message["sender_id"] == self.user_id:
                self._read(message["seq"], message["ordinal"])
        mine = message["unattended"] and message["sender_id"] == self.user_id
        if message["counted"] and (mine or message["deleted_at"]):
            self.uncounted[message["seq"]] = None
        elif message["counted"] and message["expires_at"]:
            self.uncounted.setdefault(message["seq"], message["expires_at"])

    def _message_edited(self, data: dict[str, Any]) -> None:
        self._put(data)

    def _message_deleted(self, data: dict[str, Any]) -> None:
        message = data["message"]
        self._put(data)
        self.pins.pop(message["id"], None)
        if message["counted"]:
            self.uncounted[message["seq"]] = None

    def _message_reaction(self, data: dict[str, Any]) -> None:
        message = self._by_id(data["message_id"])
        if message is None:
            return
        message["reactions"] = data["reactions"]
        if data["user_id"] == self.user_id:
            mine = {*message["my_reactions"]} - {data["emoji"]}
            message["my_reactions"] = sorted(mine | ({data["emoji"]} if data["added"] else set()))

    def _message_hidden(self, data: dict[str, Any]) -> None:
        self.hidden.add(data["seq"])  # perhaps before the message itself: streams keep no order between them

    def _poll_updated(self, data: dict[str, Any]) -> None:
        message = self._by_id(data["message_id"])
        if message is not None:
            message["payload"].update({name: data[name] for name in ("votes", "voters", "closed_at")})

    def _message_saved(self, data: dict[str, Any]) -> None:
        """What one keeps is a list of its own."""

    def _message_scheduled(self, data: dict[str, Any]) -> None:
        """What is to be sent later, too."""

    def _poll_voted(self, data: dict[str, Any]) -> None:
        self.votes[data["message_id"]] = data["options"]

    def _put(self, data: dict[str, Any]) -> None:
        """Put a message in its place, keeping what only its reader knows; count its thread."""
        message = data["message"]
        known = self.messages.get(message["seq"])
        new = known is None and message["seq"] > self.state["last_seq"]
        if (known is not None or new) and message["seq"] > self.me["cleared_seq"]:
            mine = [] if known is None or message["deleted_at"] else known["my_reactions"]
            self.messages[message["seq"]] = {**message, "my_reactions": mine}
        root = self._by_id(data["thread"]["id"]) if "thread" in data else None
        if root is not None:
            root["reply_count"] = data["thread"]["reply_count"]

    def _by_id(self, message_id: str) -> dict[str, Any] | None:
        return next((each for each in self.messages.values() if each["id"] == message_id), None)

    # -- marks

    def _receipt(self, data: dict[str, Any]) -> None:
        self._mark(data["user_id"], data["delivered_seq"], data["read_seq"])

    def _conversation_read(self, data: dict[str, Any]) -> None:
        self._read(data["read_seq"], data["read_ordinal"])

    def _read(self, seq: int, ordinal: int) -> None:
        self.me["read_seq"] = max(self.me["read_seq"], seq)
        self.me["read_ordinal"] = max(self.me["read_ordinal"], ordinal)

    def _mark(self, user_id: str, delivered: int, read: int | None) -> None:
        """Raise somebody's marks: also before it is known that they came in."""
        known_delivered, known_read = self.marks.get(user_id, (0, 0))
        self.marks[user_id] = max(known_delivered, delivered), max(known_read, read or 0)

    def _marked(self, member: dict[str, Any]) -> dict[str, Any]:
        if member["read_seq"] is None:
            return member
        delivered, read = self.marks.get(member["user_id"], (0, 0))
        raised = {
            "delivered_seq": max(member["delivered_seq"], delivered),
            "read_seq": max(member["read_seq"], read),
        }
        return member | raised

    # -- the conversation

    def _conversation_updated(self, data: dict[str, Any]) -> None:
        self.state.update(data["changes"], version=data["version"])

    def _conversation_closed(self, data: dict[str, Any]) -> None:
        self.state.update(closed_at=data["closed_at"], version=data["version"])

    def _conversation_member_joined(self, data: dict[str, Any]) -> None:
        for member in data["members"]:
            hidden = {} if self.me["shares_receipts"] else {"delivered_seq": None, "read_seq": None}
            self.members[member["user_id"]] = {**member, **hidden}
        self.state["member_count"] = data["member_count"]

    def _conversation_member_left(self, data: dict[str, Any]) -> None:
        self.members.pop(data["user_id"], None)
        self.state["member_count"] = data["member_count"]

    def _conversation_role(self, data: dict[str, Any]) -> None:
        self.members[data["user_id"]]["role"] = data["role"]
        if data["user_id"] == self.user_id:
            self.me["role"] = data["role"]

    def _conversation_my_role(self, data: dict[str, Any]) -> None:
        self.me["role"] = data["role"]

    def _conversation_pinned(self, data: dict[str, Any]) -> None:
        self.pins[data["pin"]["message_id"]] = data["pin"]

    def _conversation_unpinned(self, data: dict[str, Any]) -> None:
        self.pins.pop(data["message_id"], None)

    # -- one's own

    def _conversation_created(self, data: dict[str, Any]) -> None:
        """One is in it (again): a client fetches the snapshot."""

    def _conversation_removed(self, data: dict[str, Any]) -> None:
        self.removed = True

    def _conversation_preferences(self, data: dict[str, Any]) -> None:
        self.me.update({name: data[name] for name in ("muted_until", "pinned_at", "archived")})

    def _conversation_cleared(self, data: dict[str, Any]) -> None:
        self.me["cleared_seq"] = data["cleared_seq"]
        self.messages = {seq: each for seq, each in self.messages.items() if seq > data["cleared_seq"]}
