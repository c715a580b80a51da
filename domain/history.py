"""What tier, stage and warning of one client rest on, from the client's raw months."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from operator import attrgetter

from domain.months import month_add, month_end, month_of, month_range
from domain.policies import RuleSet
from domain.stages import StageFacts
from domain.status import NO_ROW, ClientFacts, MonthFacts, decide_status


def trailing_value(facts: ClientFacts, month: int, months: int) -> int:
    """Return the net income in fen of the ``months`` up to ``month``, from the opening on; unknown counts 0 (R-53)."""
    return _sum_over(facts, month, months, attrgetter("net_income_fen"))


def read_stage_facts(facts: ClientFacts, month: int, rules: RuleSet) -> StageFacts:
    """Return what the stage (R-73) and the warning (R-74) of a client rest on at the month's end."""
    compared = rules.stage_compare_months
    then, before = month_add(month, -compared), month_add(month, -1)
    traded = [one for one in _own_months(facts, facts.months)
              if one <= month and (facts.months[one].trades_count or 0) > 0]  # fmt: skip
    return StageFacts(
        status=decide_status(facts, month, rules),
        opened_on=facts.opened_on,
        end_assets_fen=facts.months.get(month, NO_ROW).end_assets_fen,
        assets_then_fen=_assets(facts, then),
        turnover_recent_fen=_sum_over(facts, month, compared, attrgetter("turnover_fen")),
        turnover_then_fen=_sum_over(facts, then, compared, attrgetter("turnover_fen")),
        months_known=_months_known(facts, month, compared),
        last_trade_month=max(traded, default=None),
        outflow_fen=facts.months.get(month, NO_ROW).outflow_fen,
        assets_before_fen=_assets(facts, before),
    )


def left_alone(facts: ClientFacts, month: int, until: int) -> ClientFacts:
    """Return the facts with every month after ``month`` up to ``until`` left alone.

    Assets stay as they are, nothing is traded, paid in or out, or earned; whatever is known of later months is left
    out.
    """
    months = {each: one for each, one in facts.months.items() if each <= month}
    assets = facts.months.get(month, NO_ROW).end_assets_fen
    months |= {each: MonthFacts(assets, 0, 0, 0, 0) for each in month_range(month_add(month, 1), until)}
    return replace(facts, months=months)


def _own_months(facts: ClientFacts, months: Iterable[int]) -> list[int]:
    """Return those of the months that count for the client: none before its opening or the firm's first month."""
    first = max(month_of(facts.opened_on), facts.first_month)
    return [one for one in months if one >= first]


def _sum_over(facts: ClientFacts, month: int, count: int, read: Callable[[MonthFacts], int | None]) -> int:
    first = max(month_add(month, 1 - count), month_of(facts.opened_on), facts.first_month)
    return sum(read(facts.months[one]) or 0 for one in month_range(first, month) if one in facts.months)


def _assets(facts: ClientFacts, month: int) -> int | None:
    """Return the assets of an earlier month-end; None before the opening or the first month of the firm's facts."""
    if month < facts.first_month or facts.opened_on > month_end(month):
        return None
    return facts.months.get(month, NO_ROW).end_assets_fen


def _months_known(facts: ClientFacts, month: int, most: int) -> int:
    """Return how many month-ends in a row are known since the last return, ``most`` at the most."""
    returns = {month_of(one.to_on) for one in (*facts.lost, *facts.archived) if one.to_on is not None}
    count = 0
    for each in reversed(_own_months(facts, month_range(month_add(month, 1 - most), month))):
        if facts.is_out(each) or not facts.months.get(each, NO_ROW).is_known:
            break
        count += 1
        if each in returns:
            break
    return count
