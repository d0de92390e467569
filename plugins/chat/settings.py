"""What an operator may tune about chat: section `[chat]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """How large conversations and messages may be, and how long they can be changed."""

    group_members: int = setting(256, help="Most members of a group.", minimum=2, maximum=1000)
    max_text: int = setting(8000, help="Longest text of a message, in characters.", minimum=1, maximum=16_000)
    edit_hours: int = setting(48, help="Hours a message can be edited; 0: for good.", minimum=0)
    delete_hours: int = setting(
        48, help="Hours its sender can delete a message for everybody; 0: for good.", minimum=0
    )
    max_pins: int = setting(50, help="Messages pinned in one conversation.", minimum=0, maximum=500)
    max_reactions: int = setting(30, help="Different emoji on one message.", minimum=1, maximum=100)
    max_media: int = setting(10, help="Pictures and films in one album.", minimum=2, maximum=50)
    typing_seconds: int = setting(6, help="Seconds a person counts as typing after a sign of it.", minimum=1)
    live_rooms: int = setting(
        200, help="Conversations a socket joins by itself, the latest first; others on request.", minimum=1
    )
    snapshot_messages: int = setting(
        30, help="Messages in the snapshot of a conversation.", minimum=1, maximum=100
    )
    auto_reply_hours: int = setting(
        12, help="Hours between two automatic answers of one person in one conversation.", minimum=1
    )
    max_forward: int = setting(
        10, help="Conversations a message may be forwarded to at once.", minimum=1, maximum=100
    )
    max_restored: int = setting(200_000, help="Messages of backups that are kept for one person.", minimum=0)
    max_restored_bytes: int = setting(
        512 * 1024 * 1024, help="Bytes of their texts and payloads, as the database stores them.", minimum=0
    )
    max_scheduled: int = setting(
        100, help="Messages one person may have waiting in one conversation.", minimum=1, maximum=10_000
    )
    previews: bool = setting(
        True, help="Show the beginning of a message in notifications; never of one that vanishes."
    )
    page_url: str = setting(
        "",
        help="Page of your client for a conversation, with `{id}`, for links in messages; a path is one of "
        "this server. Empty: without a link.",
    )
