"""What an operator may tune about reviews: section `[reviews]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class ReviewsSettings:
    """Until when reviews are written and changed, and how they add up to a score."""

    write_days: int = setting(
        90, help="Days after a transaction completed in which it may be reviewed; 0: always.", minimum=0
    )
    edit_hours: int = setting(
        48, help="Hours in which an author may change a review; an answer ends them.", minimum=0
    )
    max_media: int = setting(8, help="Pictures and films of one review.", minimum=0, maximum=50)
    prior_mean: float = setting(
        3.5, help="Score of who has no reviews yet, in stars: where every score starts.", minimum=1, maximum=5
    )
    prior_weight: int = setting(
        10, help="How many fresh reviews weigh as much as that start.", minimum=1, maximum=1000
    )
    half_life_months: int = setting(
        12, help="Months after which a review weighs half as much.", minimum=1, maximum=600
    )
