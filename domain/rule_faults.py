"""What is wrong with a drafted rule set: every rule that a published one keeps, each fault with its field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date

from domain.campaigns import OUTCOME_DAYS, WORTHWHILE_BP
from domain.decision import Reason
from domain.holdout import LARGEST_SHARE_BP
from domain.policies import REQUIRED_FIELDS_INDIVIDUAL, REQUIRED_FIELDS_INSTITUTION, RuleSet
from domain.shares import WHOLE_BP
from domain.tiers import FIRM_PEER

TIER_PEERS = (FIRM_PEER, "client_kind")
"""Among whom clients are ranked: all of the firm, or those of the same kind."""
LONGEST_MONTHS = 120
LARGEST_CEILING = 1_000
"""Open tasks of one person."""
LONGEST_DAYS = 366
LONGEST_UNDO_MINUTES = 1_440
SHORTEST_MONTH_DAYS = 30
"""Days of a month of a hand-out's life that other windows may count on."""
LARGEST_FEN = 10**14
LATEST = date(2099, 12, 31)
LONGEST_SOURCE = 200
MOST_POINTS = 5
"""No trade and fallen trading exclude each other, so six reasons give five points at most."""
KNOWN_FIELDS = {"required_individual": REQUIRED_FIELDS_INDIVIDUAL, "required_institution": REQUIRED_FIELDS_INSTITUTION}

RANGES: dict[str, tuple[int, int]] = {
    **dict.fromkeys(
        ("silent_months", "near_silent_from", "near_silent_to", "tier_window_months", "active_months",
         "loss_return_months", "task_life_months", "risk_valid_months", "stage_building_months", "stage_compare_months",
         "warning_complaint_months", "warning_contact_months"), (1, LONGEST_MONTHS)),
    "watch_months": (0, LONGEST_MONTHS),
    **dict.fromkeys(("silent_assets_fen", "activation_inflow_fen", "tier_a_floor_fen", "tier_b_floor_fen"),
                    (0, LARGEST_FEN)),
    **dict.fromkeys(("tier_a_bp", "tier_b_bp"), (1, WHOLE_BP - 1)),
    **dict.fromkeys(("stage_change_bp", "warning_fall_bp", "warning_trading_fall_bp", "warning_outflow_bp"),
                    (1, WHOLE_BP)),
    "warning_limit": (1, MOST_POINTS),
    "task_ceiling": (1, LARGEST_CEILING),
    **dict.fromkeys(("task_cool_off_days", "task_return_days_a", "task_return_days_b", "task_return_days_c"),
                    (0, LONGEST_DAYS)),
    **dict.fromkeys(("task_extend_most", "task_extend_months"), (0, 12)),
    "undo_minutes": (0, LONGEST_UNDO_MINUTES),
    "holdout_bp": (0, LARGEST_SHARE_BP),
    "worthwhile_bp": WORTHWHILE_BP,
    "outcome_days": OUTCOME_DAYS,
}  # fmt: skip
"""Least and greatest value of every number."""


def find_faults(rules: RuleSet, *, earliest: date) -> list[Reason]:
    """Return every fault, the number's own range before what it must be beside others; empty: it may be published.

    ``earliest`` is the first day from which rules may change: figures marked final stay as they were published.
    Every reason names its ``field``.
    """
    return [*_ranges(rules), *_pairs(rules), *_lists(rules), *_start(rules, earliest)]


def changed_fields(before: RuleSet, after: RuleSet) -> list[str]:
    """Return the fields whose values differ, in their order, without the version."""
    return [one.name for one in fields(RuleSet)
            if one.name != "version" and getattr(before, one.name) != getattr(after, one.name)]  # fmt: skip


def _fault(code: str, field: str, **params: str | int) -> Reason:
    return Reason(f"rules.{code}", {"field": field, **params})


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _ranges(rules: RuleSet) -> Iterator[Reason]:
    for name, (least, most) in RANGES.items():
        value = getattr(rules, name)
        if not _is_number(value) or not least <= value <= most:
            yield _fault("range", name, least=least, most=most)


def _pairs(rules: RuleSet) -> Iterator[Reason]:
    if rules.tier_a_bp > rules.tier_b_bp:
        yield _fault("tiers_order", "tier_a_bp")
    if rules.tier_a_floor_fen < rules.tier_b_floor_fen:
        yield _fault("floors_order", "tier_a_floor_fen")
    if rules.near_silent_from > rules.near_silent_to:
        yield _fault("near_order", "near_silent_from")
    if rules.near_silent_to >= rules.silent_months:
        yield _fault("near_silent", "near_silent_to", months=rules.silent_months)
    if rules.tier_peer not in TIER_PEERS:
        yield _fault("peer", "tier_peer")
    life = rules.task_life_months * SHORTEST_MONTH_DAYS
    for name in ("task_return_days_a", "task_return_days_b", "task_return_days_c"):
        if getattr(rules, name) > life:
            yield _fault("return_after_life", name, months=rules.task_life_months)
    if (rules.task_extend_most > 0) != (rules.task_extend_months > 0):
        yield _fault("extend_pair", "task_extend_months")
    if rules.outcome_days > life:
        yield _fault("outcome_after_life", "outcome_days", months=rules.task_life_months)


def _lists(rules: RuleSet) -> Iterator[Reason]:
    for name, known in KNOWN_FIELDS.items():
        asked = getattr(rules, name)
        unknown = [one for one in asked if one not in known]
        if unknown:
            yield _fault("field_unknown", name, value=str(unknown[0])[:40])
        elif not asked:
            yield _fault("fields_none", name)
        elif len(set(asked)) != len(asked):
            yield _fault("field_twice", name)
    if not rules.source.strip() or len(rules.source) > LONGEST_SOURCE:
        yield _fault("source", "source", most=LONGEST_SOURCE)


def _start(rules: RuleSet, earliest: date) -> Iterator[Reason]:
    if rules.valid_from < earliest:
        yield _fault("too_early", "valid_from", earliest=earliest.isoformat())
    if rules.valid_from > LATEST:
        yield _fault("too_late", "valid_from")
