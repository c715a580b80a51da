"""Churn warning by rule points (R-74, K-56): one point a reason, on the list from ``warning_limit`` points.

Points are counted reasons, never a probability. Lost, archived and silent clients are past a warning and are not
rated; nor is an account of ``stage_building_months`` or less.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

from domain.months import month_add
from domain.policies import RuleSet
from domain.shares import WHOLE_BP
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
    ``complaint_month`` and ``contact_month``: the newest of each, None where there is none or it is not known.
    """

    tier: Tier | None
    has_complaint: bool
    has_contact: bool | None
    complaint_month: int | None = None
    contact_month: int | None = None


def service_facts(
    tier: Tier | None, month: int, rules: RuleSet, *, complaint_month: int | None, contact_month: int | None,
    has_any_contact: bool,
) -> ServiceFacts:  # fmt: skip
    """Return what service says at the month's end from the newest complaint and contact until then.

    ``has_any_contact``: the firm has some contact, of whomever, on record.
    """
    complained = complaint_month is not None and complaint_month > month_add(month, -rules.warning_complaint_months)
    met = contact_month is not None and contact_month > month_add(month, -rules.warning_contact_months)
    return ServiceFacts(tier, complained, met if has_any_contact else None, complaint_month, contact_month)


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
    return part_fen * WHOLE_BP >= whole_fen * share_bp


def points(reasons: WarningReason) -> int:
    """Return the number of reasons."""
    return reasons.value.bit_count()


@dataclass(frozen=True)
class WarningTrace:
    """Reasons and points against the limit, and the conditions read; those not met say what is missing for the list.

    ``domain.exits`` says what would take a client off the list.
    """

    reasons: WarningReason | None
    points: int | None
    rule: str
    is_warned: bool
    tests: tuple[Test, ...]


ON_LIST = "on_list"
"""The label that the conditions of a warning speak for."""


def explain_warning(facts: StageFacts, service: ServiceFacts, month: int, rules: RuleSet) -> WarningTrace:
    """Return the warning with its reasons; see ``decide_warning``."""
    reasons = decide_warning(facts, service, month, rules)
    if reasons is None:
        missing = (
            Test("R-74.not_in_pool", met=facts.status not in POOL, candidate=ON_LIST),
            Test("R-74.old_enough", met=facts.opened_on < building_from(month, rules), on=facts.opened_on,
                 candidate=ON_LIST),
        )  # fmt: skip
        return WarningTrace(None, None, "R-74", is_warned=False, tests=missing)
    before = facts.assets_before_fen
    outflow = None if before is None or before <= 0 else share_line(before, rules.warning_outflow_bp)
    # actual, threshold, month
    details: dict[WarningReason, tuple[int | None, int | None, int | None]] = {
        WarningReason.ASSETS_FELL: (
            facts.end_assets_fen, fall_line(facts.assets_then_fen, rules.warning_fall_bp), month),
        WarningReason.NO_TRADE: (None, rules.stage_compare_months, facts.last_trade_month),
        WarningReason.TRADING_FELL: (
            facts.turnover_recent_fen, fall_line(facts.turnover_then_fen, rules.warning_trading_fall_bp), month),
        WarningReason.OUTFLOW: (facts.outflow_fen, outflow, month),
        WarningReason.COMPLAINT: (None, rules.warning_complaint_months, service.complaint_month),
        WarningReason.NO_CONTACT: (None, rules.warning_contact_months, service.contact_month),
    }  # fmt: skip
    count = points(reasons)
    tests = [Test("R-74.points", met=count >= rules.warning_limit, actual=count, threshold=rules.warning_limit,
                  candidate=ON_LIST)]  # fmt: skip
    for reason, (actual, threshold, read_in) in details.items():
        tests.append(Test(f"R-74.{(reason.name or '').lower()}", met=reason in reasons, actual=actual,
                          threshold=threshold, month=read_in, candidate=ON_LIST))  # fmt: skip
    return WarningTrace(reasons, count, "R-74", is_warned=count >= rules.warning_limit, tests=tuple(tests))


def share_line(whole_fen: int, share_bp: int) -> int:
    """Return the lowest whole-fen part that is the share of a positive whole, or more."""
    return -(-whole_fen * share_bp // WHOLE_BP)
