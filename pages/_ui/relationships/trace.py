"""The conditions that the matching asked of an event, in its order: what held, what was missing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from data_access.reads.matches import AskedLine, MatchRow
from domain.reasons import reason_text
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.links import link
from pages._ui.relationships.links import approval_link
from pages._ui.texts import _

HELD, MISSED = "✓", "✗"


def show_trace(frame: Frame, row: MatchRow) -> None:
    """Draw the trace of one verdict with ways to what came of it."""
    show_lines(row.trace, key=f"trace_{row.match_id}")
    link(frame, "client", _("Open the client"), client=row.client_no)
    if row.relationship_no:
        link(frame, "register", _("Its relationships"), client=row.client_no, when="all")
    if row.chain_no:
        approval_link(frame, row.chain_no)


def show_lines(lines: Sequence[AskedLine], *, key: str) -> None:
    """Draw conditions as a table: whether each held, in words, and the rule that asked."""
    grid(pd.DataFrame([
        {_("Held"): HELD if line.holds else MISSED, _("What was asked"): reason_text(line.reason, _),
         _("Rule"): line.reason.code.split(".")[0] if line.reason.code.startswith("R-") else None} for line in lines
    ]), key=key, height="content")  # fmt: skip
