"""A few conversations among the demo's people, the same on every machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from plugins.accounts import api as accounts
from plugins.chat.models import Conversation
from plugins.chat.schemas.requests import MessageIn
from plugins.chat.services import members, opening, pinning, reacting, sending

if TYPE_CHECKING:
    from kernel import Application, Principal

GROUP, CHANNEL = (UUID(int=0x0190_0000_0000_7000_8000_0000_0000_C000 + n) for n in (1, 2))
Line = tuple[int, Mapping[str, Any]]
DIRECT: Final[Sequence[Line]] = (
    (1, {"text": "Is the armchair still there?"}),
    (2, {"text": "It is. Come by on Saturday?"}),
    (1, {"text": "Saturday at ten. I bring a **van**.", "type": "markdown"}),
    (2, {"type": "location", "payload": {"latitude": 52.5219, "longitude": 13.4132, "name": "The yard"}}),
)
TALK: Final[Sequence[Line]] = (
    (3, {"text": "Welcome to the garden committee! #garden"}),
    (4, {"text": "When do we plant the beds?"}),
    (5, {"type": "poll", "payload": {"question": "Planting day", "options": ["Saturday", "Sunday"]}}),
    (1, {"text": "I have tomato seedlings for everybody. #tomatoes"}),
    (2, {"text": "watering = rain or can", "type": "code", "payload": {"language": "python"}}),
)
NEWS: Final[Sequence[Line]] = (
    (3, {"text": "The yard sale is on the first Sunday of the month. #yardsale"}),
    (3, {"text": "Lost: one grey cat, answers to Ledger."}),
)


def load(app: Application, progress: Callable[[int, int], None]) -> None:
    """Open a direct conversation, a group and a channel, and talk in them; once."""
    people = [app.auth.principal_of(accounts.demo_user(number)) for number in range(1, 9)]
    if not Conversation.select().where(Conversation.id == GROUP).exists():
        _converse(people)
    progress(3, 3)


def _converse(people: Sequence[Principal]) -> None:
    first, second, third = people[:3]
    _say(people, opening.direct(first, _id(second))[0], DIRECT)
    given = {"id": GROUP, "title": "Garden committee", "members": [_id(each) for each in people]}
    group = opening.group(third, given)
    said = _say(people, group, TALK)
    for each in people[:4]:
        reacting.react(each, said[0], "🌱", added=True)
    pinning.pin(third, said[0])
    channel = opening.channel(third, {"id": CHANNEL, "title": "Neighbourhood news", "public": True})
    for each in people:
        members.join(each, channel)
    _say(people, channel, NEWS)


def _say(people: Sequence[Principal], conversation: UUID, lines: Sequence[Line]) -> list[UUID]:
    """Send these lines; return the messages' ids."""
    sent = [
        sending.send(people[number - 1], conversation, MessageIn().load(dict(given)))[0]
        for number, given in lines
    ]
    return [UUID(str(message.id)) for message in sent]


def _id(person: Principal) -> UUID:
    assert person.id is not None, "demo people have accounts"
    return person.id
