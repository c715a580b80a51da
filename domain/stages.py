"""Lifecycle stage of a client at a month's end (R-73): lost, potential, building, declining, growing, mature.

The stages are tested in that order, so every client is in exactly one. Prospects without an account are potential;
they have no monthly facts and stand in the register of prospects. The refresh decides the same for all clients in
SQL; these functions decide and explain one client.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from domain.months import add_months, month_add, month_end
from domain.policies import RuleSet
from domain.shares import WHOLE_BP
from domain.status import Test
from domain.words import Stage, Status


@dataclass(frozen=True)
class StageFacts:
    """What the stage and the warning of one client rest on, as of one month.

    Amounts are fen, None is unknown. ``turnover_*`` are sums over ``stage_compare_months`` months, the recent ones
    up to this month and those before; ``*_then`` is ``stage_compare_months`` ago. ``assets_before_fen`` is the month
    before. ``months_known``: month-ends in a row with known assets and trades.
    """

    status: Status
    opened_on: date
    end_assets_fen: int | None
    assets_then_fen: int | None
    turnover_recent_fen: int
    turnover_then_fen: int
    months_known: int
    last_trade_month: int | None
    outflow_fen: int | None = None
    assets_before_fen: int | None = None


def building_from(month: int, rules: RuleSet) -> date:
    """Return the earliest opening day of an account no older than ``stage_building_months`` at the month's end."""
    return _building_from(month, rules.stage_building_months)


@lru_cache(maxsize=1_000)
def _building_from(month: int, months: int) -> date:
    end = month_end(month)
    day = month_end(month_add(month, -months)) + timedelta(days=1)
    while add_months(day - timedelta(days=1), months) >= end:
        day -= timedelta(days=1)
    return day


def fell_by(now_fen: int | None, then_fen: int | None, share_bp: int) -> bool:
    """Tell whether a known amount has fallen from a positive one by the share or more."""
    if now_fen is None or then_fen is None or then_fen <= 0:
        return False
    return (then_fen - now_fen) * WHOLE_BP >= then_fen * share_bp


def rose_by(now_fen: int | None, then_fen: int | None, share_bp: int) -> bool:
    """Tell whether a known amount has risen from a positive one by the share or more."""
    if now_fen is None or then_fen is None or then_fen <= 0:
        return False
    return (now_fen - then_fen) * WHOLE_BP >= then_fen * share_bp


def has_stopped_trading(facts: StageFacts, month: int, rules: RuleSet) -> bool:
    """Tell whether ``stage_compare_months`` month-ends in a row are known to be without a trade."""
    if facts.months_known < rules.stage_compare_months:
        return False
    since = month_add(month, 1 - rules.stage_compare_months)
    return facts.last_trade_month is None or facts.last_trade_month < since


def decide_stage(facts: StageFacts, month: int, rules: RuleSet) -> Stage:
    """Return the stage of a client at the month's end.

    Building: the account is ``stage_building_months`` old or less. Declining: archived, assets fallen by
    ``stage_change_bp`` or more, or no trade for the months compared. Growing: assets or turnover risen by as much.
    Mature: everything else.
    """
    if facts.status == Status.LOST:
        return Stage.LOST
    if facts.opened_on >= building_from(month, rules):
        return Stage.BUILDING
    if facts.status == Status.ARCHIVED or has_stopped_trading(facts, month, rules):
        return Stage.DECLINING
    if fell_by(facts.end_assets_fen, facts.assets_then_fen, rules.stage_change_bp):
        return Stage.DECLINING
    if rose_by(facts.end_assets_fen, facts.assets_then_fen, rules.stage_change_bp) or rose_by(
        facts.turnover_recent_fen, facts.turnover_then_fen, rules.stage_change_bp
    ):
        return Stage.GROWING
    return Stage.MATURE


@dataclass(frozen=True)
class StageTrace:
    """A stage with every condition read, in the order of the stages; each names the stage it speaks for.

    Conditions of other stages that are not met say why the client is not there. ``domain.exits`` says what would
    take the client off.
    """

    stage: Stage
    rule: str
    tests: tuple[Test, ...]


ORDER = (Stage.LOST, Stage.BUILDING, Stage.DECLINING, Stage.GROWING, Stage.MATURE)
"""The order in which the stages of a client are tested."""


def explain_stage(facts: StageFacts, month: int, rules: RuleSet) -> StageTrace:
    """Return the stage with its reasons; see ``decide_stage``."""
    stage = decide_stage(facts, month, rules)
    share = rules.stage_change_bp
    assets, assets_then = facts.end_assets_fen, facts.assets_then_fen
    trading, trading_then = facts.turnover_recent_fen, facts.turnover_then_fen
    declining, growing = Stage.DECLINING.value, Stage.GROWING.value
    tests = (
        Test("R-73.lost", met=facts.status == Status.LOST, candidate=Stage.LOST.value),
        Test("R-73.account_from", met=facts.opened_on >= building_from(month, rules), on=facts.opened_on,
             candidate=Stage.BUILDING.value),
        Test("R-73.archived", met=facts.status == Status.ARCHIVED, candidate=declining),
        Test("R-73.no_trade", met=has_stopped_trading(facts, month, rules), month=facts.last_trade_month,
             threshold=rules.stage_compare_months, candidate=declining),
        Test("R-73.assets_fell", met=fell_by(assets, assets_then, share), actual=assets,
             threshold=fall_line(assets_then, share), month=month, candidate=declining),
        Test("R-73.assets_rose", met=rose_by(assets, assets_then, share), actual=assets,
             threshold=rise_line(assets_then, share), month=month, candidate=growing),
        Test("R-73.trading_rose", met=rose_by(trading, trading_then, share), actual=trading,
             threshold=rise_line(trading_then, share), month=month, candidate=growing),
    )  # fmt: skip
    # a stage after the one held: its own conditions do not matter, one before it holds already
    later = ORDER[ORDER.index(stage) + 1 :]
    order = [Test("R-73.order", met=False, candidate=one.value) for one in later]
    if stage == Stage.MATURE:
        order = [Test("R-73.order", met=True, candidate=stage.value)]
    return StageTrace(stage, "R-73", (*tests, *order))


def fall_line(then_fen: int | None, share_bp: int) -> int | None:
    """Return the highest whole-fen amount that counts as fallen by the share; None without a positive start."""
    if then_fen is None or then_fen <= 0:
        return None
    return then_fen - -(-then_fen * share_bp // WHOLE_BP)


def rise_line(then_fen: int | None, share_bp: int) -> int | None:
    """Return the lowest whole-fen amount that counts as risen by the share; None without a positive start."""
    if then_fen is None or then_fen <= 0:
        return None
    return then_fen + -(-then_fen * share_bp // WHOLE_BP)
