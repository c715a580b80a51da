"""The four lists of the Pool page: their words, columns, orders and filters."""

from __future__ import annotations

from typing import Any

from data_access.reads.client_filter import ClientFilter, near_silent_filter, pool_filter
from domain.policies import RuleSet
from domain.words import Status
from pages._ui.frame import Frame
from pages._ui.tiers import reads as tiers_reads

LISTS = {"silent": "Silent", "lost": "Lost", "archived": "Archived (dormant)", "near": "Near silent"}
EXPLAINED = {
    "silent": "Twelve month-ends below ¥1,000 without a trade, open for a year or more (R-24).",
    "lost": "All accounts closed, or the Shanghai A designation withdrawn and not made again (R-20).",
    "archived": "Stored off by the core system; only an activation or a new opening brings them back (R-23).",
    "near": "Normal clients whose last months were quiet: they become silent soon (K-55). Not yet handed out.",
}
GOOD_NEWS = {
    "silent": "No silent client inside this scope.", "lost": "No lost client inside this scope.",
    "archived": "No archived client inside this scope.", "near": "No client is about to fall silent.",
}  # fmt: skip
ORDERS = {"value": "Value, highest first", "assets": "Assets, highest first", "quiet": "Longest quiet first",
          "client_no": "Client number"}  # fmt: skip
_COMMON = ["client", "name", "tier_before", "assets", "value", "history", "last_trade", "holders", "task", "office"]
COLUMNS = {
    "silent": ["client", "name", "months_quiet", *_COMMON[2:]],
    "lost": ["client", "name", "since", *_COMMON[2:]],
    "archived": ["client", "name", "since", *_COMMON[2:]],
    "near": ["client", "name", "months_quiet", *_COMMON[2:]],
}


def list_filter(
    frame: Frame,
    code: str,
    *,
    office_codes: tuple[str, ...] = (),
    tiers_before: tuple[str, ...] = (),
    kinds: tuple[str, ...] = (),
    task: str | None = None,
    quiet: tuple[int | None, int | None] = (None, None),
    newly: str | None = None,
) -> ClientFilter:
    """Return the filter of one list with the reader's narrowing; ``newly`` keeps those silent since this month."""
    more: dict[str, Any] = {
        "office_codes": office_codes, "tiers_before": tiers_before, "kinds": kinds,
        "has_task": None if task is None else task == "with",
    }  # fmt: skip
    if code == "near":
        return near_silent_filter(_rules(frame), quiet, **more)
    if newly and code == Status.SILENT:
        more["newly"] = _rules(frame).silent_months
    return pool_filter(code, quiet_from=quiet[0], quiet_to=quiet[1], **more)


def _rules(frame: Frame) -> RuleSet:
    return tiers_reads.rules_of(frame.generation.generation_id, frame.month, frame.scope.key)
