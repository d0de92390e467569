"""The HTTP surface of chat: parse, call, respond."""

from __future__ import annotations

from plugins.chat.resources.conversations import CONVERSATIONS
from plugins.chat.resources.messages import MESSAGES
from plugins.chat.resources.people import PEOPLE
from plugins.chat.resources.polls import POLLS

ROUTES = (*CONVERSATIONS, *MESSAGES, *PEOPLE, *POLLS)
