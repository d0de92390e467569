"""Objects of reviews for the generated tests."""

from __future__ import annotations

from uuid import UUID

from kernel import uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.reviews.models import Review
from plugins.reviews.services import reputation

ONE = "/reviews/{review_id}"
UNSCOPED = {
    f"GET {ONE}": "reviews of no scope are everybody's to read",
    "GET /reputation/{user_id}": "reputations are everybody's",
    "GET /reputation/{user_id}/history": "reputations are everybody's",
}


def somebody() -> UUID:
    """Return a new account's id."""
    return accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)


def reviewed(app: Application) -> Review:
    """Return a new review within a scope, counted."""
    with app.db.atomic():
        made = Review.create(
            ref=f"deal:{uuid7()}", title="Oak chair", scope="shop:sample", about=[], reviewer_id=somebody(),
            subject_id=somebody(), role="seller", rating=4, text="Fine.", gallery=[],
            response="", withheld=[],
        )  # fmt: skip
        reputation.count(made, None, 4)
    return made


@sample("review_id")
def written(app: Application) -> Sample:
    made = reviewed(app)
    return Sample({"review_id": made.id}, owner=made.reviewer_id, bodies={f"PATCH {ONE}": {"rating": 3}})


@sample("review_id", paths=[f"POST {ONE}/response"])
def received(app: Application) -> Sample:
    made = reviewed(app)
    return Sample({"review_id": made.id}, owner=made.subject_id, bodies={"POST": {"text": "Thank you."}})


@sample("review_id", paths=[f"POST {ONE}/{name}" for name in ("withhold", "release")])
def moderated(app: Application) -> Sample:
    made = reviewed(app)
    moderator = somebody()
    app.auth.grant(moderator, "reviews_moderator", "shop:sample", by=None)
    return Sample({"review_id": made.id}, owner=moderator, scope="shop:sample", bodies={"POST": {}})
