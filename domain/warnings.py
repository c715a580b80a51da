"""Churn warning by rule points (R-74, K-56): one point a reason, on the list from ``warning_limit`` points.

Points are counted reasons, never a probability. Lost, archived and silent clients are past a warning and are not
rated; nor is an account of ``stage_building_months`` or less.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

from domain.policies import RuleSet
from domain.stages import StageFacts, building_from, fall_line, fell_by, has_stopped_trading
from domain.status import Test
from domain.words import POOL, Tier


class WarningReason(IntFlag):
    """One point each; the sum of the numbers is stored."""

    ASSETS_FELL = 1
    NO_TRADE = 2
    TRADING_FELL = 4
    OUTFLOW = 8
    COMPLAINT = 16
    NO_CONTACT = 32


@dataclass(frozen=True)
class ServiceFacts:
    """What service says about a client as of the month's end.

    ``has_complaint``: one in the last ``warning_complaint_months`` months. ``has_contact``: one in the last
    ``warning_contact_months``; None where the firm has no contact on record at all, so that nothing can be said.
    """

    tier: Tier | None
    has_complaint: bool
    has_contact: bool | None


def is_rated(facts: StageFacts, month: int, rules: RuleSet) -> bool:
    """Tell whether a client is rated at all."""
    return facts.status not in POOL and facts.opened_on < building_from(month, rules)


def decide_warning(facts: StageFacts, service: ServiceFacts, month: int, rules: RuleSet) -> WarningReason | None:
    """Return the reasons that hold at the month's end; None where the client is not rated.

    Assets fallen by ``warning_fall_bp`` over the months compared; no trade in them, or turnover fallen by
    ``warning_trading_fall_bp``; money paid out in the month of ``warning_outflow_bp`` or more of the assets before;
    a complaint; a tier A client without contact.
    """
    if not is_rated(facts, month, rules):
        return None
    stopped = has_stopped_trading(facts, month, rules)
    held = {
        WarningReason.ASSETS_FELL: fell_by(facts.end_assets_fen, facts.assets_then_fen, rules.warning_fall_bp),
        WarningReason.NO_TRADE: stopped,
        WarningReason.TRADING_FELL: not stopped
        and fell_by(facts.turnover_recent_fen, facts.turnover_then_fen, rules.warning_trading_fall_bp),
        WarningReason.OUTFLOW: reaches_share(facts.outflow_fen, facts.assets_before_fen, rules.warning_outflow_bp),
        WarningReason.COMPLAINT: service.has_complaint,
        WarningReason.NO_CONTACT: service.tier == Tier.A and service.has_contact is False,
    }
    return WarningReason(sum(reason for reason, holds in held.items() if holds))


def reaches_share(part_fen: int | None, whole_fen: int | None, share_bp: int) -> bool:
    """Tell whether a known part is the share, or more, of a positive whole."""
    if part_fen is None or whole_fen is None or whole_fen <= 0:
        return False
    return part_fen * 10_000 >= whole_fen * share_bp


def points(reasons: WarningReason) -> int:
    """Return the number of reasons."""
    return reasons.value.bit_count()


@dataclass(frozen=True)
class WarningTrace:
    """Reasons and points against the limit, the conditions read, and what would take the client off the list.

    ``takes_off`` holds codes of the ways that each take one point off: ``assets_back``, ``trade``, ``trading_back``,
    ``no_outflow``, ``complaint_ages``, ``contact``; empty for a client that is not on the list.
    """

    reasons: WarningReason | None
    points: int | None
    rule: str
    is_warned: bool
    tests: tuple[Test, ...]
    takes_off: tuple[str, ...]


WAYS_OFF = {
    WarningReason.ASSETS_FELL: "assets_back",
    WarningReason.NO_TRADE: "trade",
    WarningReason.TRADING_FELL: "trading_back",
    WarningReason.OUTFLOW: "no_outflow",
    WarningReason.COMPLAINT: "complaint_ages",
    WarningReason.NO_CONTACT: "contact",
}
"""What takes each point off."""


def explain_warning(facts: StageFacts, service: ServiceFacts, month: int, rules: RuleSet) -> WarningTrace:
    """Return the warning with its reasons; see ``decide_warning``."""
    reasons = decide_warning(facts, service, month, rules)
    if reasons is None:
        return WarningTrace(None, None, "R-74", is_warned=False, tests=(Test("R-74.rated", met=False),), takes_off=())
    outflow_line = (
        None if facts.assets_before_fen is None else -(-facts.assets_before_fen * rules.warning_outflow_bp // 10_000)
    )
    details = {
        WarningReason.ASSETS_FELL: (facts.end_assets_fen, fall_line(facts.assets_then_fen, rules.warning_fall_bp)),
        WarningReason.NO_TRADE: (facts.last_trade_month, rules.stage_compare_months),
        WarningReason.TRADING_FELL: (
            facts.turnover_recent_fen, fall_line(facts.turnover_then_fen, rules.warning_trading_fall_bp)),
        WarningReason.OUTFLOW: (facts.outflow_fen, outflow_line),
        WarningReason.COMPLAINT: (int(service.has_complaint), rules.warning_complaint_months),
        WarningReason.NO_CONTACT: (None if service.has_contact is None else int(service.has_contact),
                                   rules.warning_contact_months),
    }  # fmt: skip
    tests = tuple(
        Test(f"R-74.{(reason.name or '').lower()}", met=reason in reasons, actual=actual, threshold=threshold)
        for reason, (actual, threshold) in details.items()
    )
    count = points(reasons)
    is_warned = count >= rules.warning_limit
    ways = tuple(way for reason, way in WAYS_OFF.items() if reason in reasons) if is_warned else ()
    return WarningTrace(reasons, count, "R-74", is_warned=is_warned, tests=tests, takes_off=ways)
