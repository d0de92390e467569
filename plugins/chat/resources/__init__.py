"""The HTTP surface of chat: parse, call, respond."""

from __future__ import annotations

from plugins.chat.resources.away import AWAY
from plugins.chat.resources.backups import BACKUPS
from plugins.chat.resources.bulk import BULK
from plugins.chat.resources.conversations import CONVERSATIONS
from plugins.chat.resources.messages import MESSAGES
from plugins.chat.resources.people import PEOPLE
from plugins.chat.resources.polls import POLLS
from plugins.chat.resources.saved import SAVED
from plugins.chat.resources.scheduled import SCHEDULED
from plugins.chat.resources.searching import SEARCHING

ROUTES = (*AWAY, *BACKUPS, *BULK, *CONVERSATIONS, *MESSAGES, *PEOPLE, *POLLS, *SAVED, *SCHEDULED, *SEARCHING)
