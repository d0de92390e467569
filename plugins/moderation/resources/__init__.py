"""The HTTP surface of moderation: parse, call, respond."""

from __future__ import annotations

from plugins.moderation.resources.appeals import APPEALS
from plugins.moderation.resources.cases import CASES
from plugins.moderation.resources.complaints import COMPLAINTS
from plugins.moderation.resources.decisions import DECISIONS
from plugins.moderation.resources.reports import REPORTS

ROUTES = (*REPORTS, *CASES, *DECISIONS, *APPEALS, *COMPLAINTS)
