"""What an operator may tune about buildings: section `[buildings]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class BuildingsSettings:
    """What a new building begins with; its admins change it."""

    marketplace: bool = setting(True, help="Whether the market of a new building is open.")
    chat: bool = setting(True, help="Whether the chat of a new building is open.")
    verification_required: bool = setting(
        False, help="Whether members of a new building offer and order only once they are verified."
    )
    auto_approve: bool = setting(False, help="Whether a new building takes in whoever asks.")
    invitation_days: int = setting(
        14, help="Days an invitation is good for, unless it says otherwise.", minimum=1, maximum=365
    )
    import_limit: int = setting(2000, help="Most units one import may bring.", minimum=1, maximum=10_000)
    cache_ttl: int = setting(
        300, help="Seconds the settings of a building may be kept; a change drops them at once.", minimum=1
    )
