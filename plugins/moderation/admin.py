"""Moderation in the web console: the queue, what is contested, what was decided."""

from __future__ import annotations

from typing import Any, Final

from kernel import AdminAction, AdminChart, AdminPage
from plugins.moderation.permissions import REVIEW

GROUP: Final = "Moderation"
CASE: Final = "/v1/moderation/cases/{id}"
OPEN: Final = {"status": ("PENDING", "REVIEWING")}


WAITS: Final = {"status": ("PENDING",)}


def _contests(name: str, *, upheld: str, granted: str, **more: Any) -> AdminPage:
    """Return the page of what contests decisions: appeals of them, complaints that there was none."""
    one = f"/v1/moderation/{name}/{{id}}"
    return AdminPage(
        name=f"moderation.{name}",
        title=name.capitalize(),
        group=GROUP,
        permission=REVIEW,
        scoped=True,
        reads=f"/v1/moderation/{name}",
        filters=("status",),
        waiting={"status": "PENDING"},
        details={name.capitalize().removesuffix("s"): one},
        actions=(
            AdminAction(label="Uphold", calls=f"POST {one}/uphold", confirm=upheld, when=WAITS),
            AdminAction(label="Grant", calls=f"POST {one}/grant", confirm=granted, danger=True, when=WAITS),
        ),
        **more,
    )


CASES: Final = AdminPage(
    name="moderation.cases",
    title="Cases",
    group=GROUP,
    about="What was reported or flagged. Open a case to see the thing, the reports and what was done.",
    permission=REVIEW,
    scoped=True,
    reads="/v1/moderation/cases",
    columns={
        "snapshot.title": "What", "kind": "Kind", "owner": "Of", "reports": "Reports", "reasons": "Reasons",
        "status": "Status", "queued_at": "Waits since",
    },
    filters=("status", "kind", "reason", "mine"),
    waiting={"status": "PENDING"},
    details={"Case": CASE, "Reports": f"{CASE}/reports", "Trail": f"{CASE}/trail"},
    actions=(
        AdminAction(
            label="Act",
            calls=f"POST {CASE}/resolve",
            danger=True,
            confirm="What you choose below is in force at once. {owner} is told what was decided, and why.",
            when=OPEN,
        ),
        AdminAction(
            label="Dismiss",
            calls=f"POST {CASE}/dismiss",
            confirm="Nothing is wrong with it. Those who reported it are told, and may complain.",
            when=OPEN,
        ),
        AdminAction(label="Take", calls=f"POST {CASE}/claim", when={"status": ("PENDING",)}),
        AdminAction(label="Give back", calls=f"POST {CASE}/release", when={"status": ("REVIEWING",)}),
        AdminAction(label="Note", calls=f"POST {CASE}/note", when=OPEN),
    ),
)  # fmt: skip
DECISIONS: Final = AdminPage(
    name="moderation.decisions",
    title="Decisions",
    group=GROUP,
    about="What was decided, why, and whether it is in force.",
    permission=REVIEW,
    scoped=True,
    reads="/v1/moderation/decisions",
    columns={
        "kind": "About", "owner_id": "Of", "sanction": "Sanction", "hidden": "Hidden", "status": "Status",
        "decided_by": "By", "created_at": "When",
    },
    people=("owner_id", "decided_by"),
    filters=("sanction", "status"),
    details={"Decision": "/v1/moderation/decisions/{id}"},
    actions=(
        AdminAction(
            label="Reverse",
            calls="POST /v1/moderation/decisions/{id}/reverse",
            danger=True,
            confirm="What was hidden is shown again, the sanction ends, and everybody concerned is told.",
            when={"status": ("IN_FORCE",)},
        ),
    ),
)  # fmt: skip
COUNTS: Final = AdminPage(
    name="moderation.counts",
    title="Moderation in figures",
    group=GROUP,
    permission=REVIEW,
    scoped=True,
    reads="/v1/moderation/counts",
    charts=(
        AdminChart(
            title="Waiting, by kind", rows="by_kind", x="key", y={"value": "Cases"}, kind="bars", plural=True
        ),
        AdminChart(title="Waiting, by reason", rows="by_reason", x="key", y={"value": "Cases"}, kind="bars"),
    ),
)
PAGES: Final = (
    CASES,
    _contests(
        "appeals",
        about="Who contests a decision. Whoever made it does not decide the appeal.",
        columns={"appellant_id": "Who", "text": "Says", "status": "Status", "created_at": "Since"},
        people=("appellant_id",),
        upheld="The decision stays as it is; the appellant is told why.",
        granted="The decision is taken back: what it took is given back at once.",
    ),
    _contests(
        "complaints",
        about="Who reported something that was dismissed, and asks for another look.",
        columns={"reason": "Reported as", "text": "Says", "status": "Status", "created_at": "Since"},
        upheld="The report stays dismissed; whoever complained is told why.",
        granted="The case is opened again and waits in the queue.",
    ),
    DECISIONS,
    COUNTS,
)
