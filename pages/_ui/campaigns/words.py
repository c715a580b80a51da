"""Words of the hand-out page: the rule of a list, reasons with names, people's loads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.campaigns import Source
from domain.decision import Reason
from domain.reasons import reason_text
from domain.words import ClientKind, Status
from metrics.catalogue import METRICS
from metrics.explore.cells import read_cell
from metrics.explore.spread import SPREAD_OF
from metrics.warning.reasons import WARNING_REASONS
from pages._ui import cached
from pages._ui.campaigns.carried import Carried
from pages._ui.frame import Frame
from pages._ui.pool_lists import LISTS
from pages._ui.texts import _

_PERIODS = {"month": "Month", "quarter": "Quarter so far", "year": "Year so far", "12m": "12 months"}
_MOVED = {"new": "New clients", "lost": "Lost clients", "returned": "Returned clients"}
_TASK = {"with": "With a task", "without": "Without a task"}
GROUPS = {
    "R-26.open_task": "Somebody has an open task for the client", "R-26.no_status": "No status yet",
    "R-26.returned": "Back meanwhile", "R-26.not_in_pool": "Not in the pool",
    "R-26.not_wanted": "Not a client any more, or in the pool", "R-26.moved": "Traded or brought in assets meanwhile",
    "R-26.opt_out": "Refuses marketing contact", "hand_out.complaint": "An open complaint",
    "hand_out.held_out": "In the hold-out group of a campaign", "campaign.held": "Another campaign holds the client",
}  # fmt: skip
"""Why clients cannot be handed out, in words for many of them at once."""
_BACK = {"no": "Not back", "yes": "Came back"}
_ACTIVE = {"month": "Traded in the month", "quarter": "Traded in three months"}


def list_words(frame: Frame, carried: Carried) -> str:
    """Write where a list comes from and its rule as one line."""
    parts = [_(carried.source.label)]
    places = cached.place_names(frame.scope.key)
    for name, values in carried.rule:
        parts += _rule_words(carried.source, name, values, places)
    return " · ".join(parts)


def _rule_words(source: Source, name: str, values: Sequence[str], places: Mapping[str, str]) -> list[str]:
    first, together = values[0], "、".join(values)
    if name == "cell":
        return _cell_words(first)
    if name == "status" and source is Source.POOL:
        return [_(LISTS.get(first, first))]
    single = {"client": _("{count} clients", count=f"{len(values):,}"), "newly": _("Newly silent"),
              "tier_before": _("tier before {tiers}", tiers=together), "tier": _("tier {tiers}", tiers=together),
              "quiet": _("quiet for {range} months", range=first),
              "office": "、".join(places.get(code, code) for code in values)}  # fmt: skip
    if name in single:
        return [single[name]]
    known = {"period": _PERIODS, "moved": _MOVED, "task": _TASK, "back": _BACK, "active": _ACTIVE,
             "why": WARNING_REASONS, "status": {word.value: word.label for word in Status},
             "kind": {word.value: word.label for word in ClientKind}}.get(name, {})  # fmt: skip
    return ["、".join(_(known[value]) for value in values if value in known)]


def _cell_words(text: str) -> list[str]:
    cell = read_cell(text)
    if cell is None:
        return []
    return [_(SPREAD_OF[cell.spread].label) if cell.spread else _(METRICS[cell.measure].label)]


def named_reason(reason: Reason, names: Mapping[str, str]) -> str:
    """Write a reason; a staff number in it is told with the person's name."""
    params = {name: f"{names[value]} {value}" if name == "staff_no" and isinstance(value, str) and value in names
              else value for name, value in reason.params.items()}  # fmt: skip
    return reason_text(Reason(reason.code, params), _)
