"""What would take a client off where it stands: concrete ways, the month at whose end they show, how many it takes.

Lines are those of the month asked about. Months to come are thought of as left alone but for what a way says
(``domain.history.left_alone``): assets as they are, nothing traded, paid or earned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.history import left_alone, read_stage_facts, trailing_value
from domain.months import month_add, month_end, month_range
from domain.policies import RuleSet
from domain.stages import (
    StageFacts,
    building_from,
    decide_stage,
    fall_line,
    fell_by,
    has_stopped_trading,
    rise_line,
    rose_by,
)
from domain.status import NO_ROW, ClientFacts, decide_status
from domain.tiers import CutOffs
from domain.warnings import ServiceFacts, WarningReason, decide_warning, points, service_facts
from domain.watch import Held, line_of, months_until_fall
from domain.words import POOL, Stage, Status, Tier


@dataclass(frozen=True)
class Way:
    """One thing that has to happen from ``first_month`` to ``month``; amounts in fen, ``tier`` the one of the line.

    Codes: ``reopen_account``, ``make_designation``, ``activate``, ``assets_reach``, ``assets_below``, ``trade``,
    ``trade_and_turnover``, ``turnover_reach``, ``turnover_below``, ``complete_months``, ``income_reach``,
    ``value_below`` (of the trailing months, at every month-end), ``contact``,
    ``account_older``, ``by_itself``.
    """

    code: str
    first_month: int
    month: int
    amount_fen: int | None = None
    tier: Tier | None = None


@dataclass(frozen=True)
class Exit:
    """What takes a client off at the end of ``month``: any ``needed`` of the ways."""

    month: int
    ways: tuple[Way, ...]
    needed: int


def _all_of(month: int, ways: list[Way]) -> Exit:
    return Exit(month, tuple(ways), len(ways))


def find_status_exits(facts: ClientFacts, month: int, rules: RuleSet) -> tuple[Exit, ...]:
    """Return what takes a client off its status and out of the pool; none for a normal client."""
    status, after = decide_status(facts, month, rules), month_add(month, 1)
    is_archived = any(one.covers(month_end(month)) for one in facts.archived)
    if status == Status.LOST:
        codes = [*facts.lost_ways]
        if is_archived and "reopen_account" not in codes:
            codes.append("activate")  # found again, the client would be an archived one
        return (_all_of(after, [Way(code, after, after) for code in codes]),)
    if status == Status.ARCHIVED:
        return (Exit(after, (Way("activate", after, after), Way("reopen_account", after, after)), 1),)
    if status == Status.NORMAL:
        return ()
    line = rules.silent_assets_fen
    life = Exit(after, (Way("assets_reach", after, after, line), Way("trade", after, after)), 1)
    if status == Status.SILENT:
        return (life,)
    gaps = [one for one in month_range(month_add(month, 1 - rules.silent_months), month)
            if not facts.months.get(one, NO_ROW).is_known]  # fmt: skip
    return (life, Exit(month, (Way("complete_months", gaps[0], gaps[-1]),), 1))


def find_tier_exits(facts: ClientFacts, held: Held, cuts: CutOffs, month: int, rules: RuleSet) -> tuple[Exit, ...]:
    """Return what takes a client to the next tier up and what lets it fall; none for a lost client."""
    exits = []
    above = {Tier.B: Tier.A, Tier.C: Tier.B}.get(held.tier) if held.tier is not None else None
    if line_of(above, cuts) is not None:
        exits.append(_income_reaching(facts, above, cuts, month, rules))
    line = line_of(held.tier, cuts)
    if line is not None:
        until = month_add(month, months_until_fall(held, rules))
        exits.append(_all_of(until, [Way("value_below", month_add(month, 1), until, line, held.tier)]))
    return tuple(exits)


def find_watch_exits(facts: ClientFacts, held: Held, cuts: CutOffs, month: int, rules: RuleSet) -> tuple[Exit, ...]:
    """Return what takes a client off the watch list: the value back at the line; none off the list."""
    if not held.watch_count or line_of(held.tier, cuts) is None:
        return ()
    return (_income_reaching(facts, held.tier, cuts, month, rules),)


def _income_reaching(facts: ClientFacts, tier: Tier | None, cuts: CutOffs, month: int, rules: RuleSet) -> Exit:
    after = month_add(month, 1)
    has = trailing_value(left_alone(facts, month, after), after, rules.tier_window_months)
    return _all_of(after, [Way("income_reach", after, after, (line_of(tier, cuts) or 0) - has, tier)])


def find_stage_exits(facts: ClientFacts, month: int, rules: RuleSet) -> tuple[Exit, ...]:
    """Return what takes a client off its stage; none for a mature one."""
    now = read_stage_facts(facts, month, rules)
    stage = decide_stage(now, month, rules)
    if stage == Stage.LOST:
        return find_status_exits(facts, month, rules)
    if stage == Stage.BUILDING:
        until = month_add(month, 1)
        while facts.opened_on >= building_from(until, rules):
            until = month_add(until, 1)
        return (_all_of(until, [Way("account_older", until, until)]),)
    if stage == Stage.DECLINING:
        return (_off_declining(facts, month, rules),)
    return (_off_growing(facts, now, month, rules),) if stage == Stage.GROWING else ()


def _off_declining(facts: ClientFacts, month: int, rules: RuleSet) -> Exit:
    after = month_add(month, 1)
    next_month = read_stage_facts(left_alone(facts, month, after), after, rules)
    share, ways = rules.stage_change_bp, list[Way]()
    if next_month.status == Status.ARCHIVED:
        ways.append(Way("activate", after, after))
        # the months in a row that are known begin anew with the activation
        next_month = replace(next_month, months_known=1)
    if has_stopped_trading(next_month, after, rules):
        ways.append(Way("trade", after, after))
    if fell_by(next_month.end_assets_fen, next_month.assets_then_fen, share):
        line = fall_line(next_month.assets_then_fen, share)
        ways.append(Way("assets_reach", after, after, None if line is None else line + 1))
    return _all_of(after, ways or [Way("by_itself", after, after)])


def _off_growing(facts: ClientFacts, now: StageFacts, month: int, rules: RuleSet) -> Exit:
    """Return the first month-end at which the client need no longer be growing, and what it takes by then."""
    share, first, until = rules.stage_change_bp, month_add(month, 1), month
    while True:
        until = month_add(until, 1)
        then = read_stage_facts(left_alone(facts, month, until), until, rules)
        if rose_by(then.turnover_recent_fen, then.turnover_then_fen, share):
            continue  # the months of much trading are still among those compared
        ways = []
        if rose_by(then.end_assets_fen, then.assets_then_fen, share):
            ways.append(Way("assets_below", until, until, rise_line(then.assets_then_fen, share)))
        line = rise_line(then.turnover_then_fen, share)
        if line is not None and rose_by(now.turnover_recent_fen, now.turnover_then_fen, share):
            ways.append(Way("turnover_below", first, until, line - then.turnover_recent_fen))
        return _all_of(until, ways or [Way("by_itself", until, until)])


def find_warning_exits(facts: ClientFacts, service: ServiceFacts, month: int, rules: RuleSet) -> tuple[Exit, ...]:
    """Return what takes a client off the warning list; none for a client that is not on it.

    Every way takes one point off. A complaint only ages, so the month-end may lie further on.
    """
    reasons = decide_warning(read_stage_facts(facts, month, rules), service, month, rules)
    if reasons is None or points(reasons) < rules.warning_limit:
        return ()
    until = month
    while True:
        until = month_add(until, 1)
        found = _off_list(facts, service, month, until, rules)
        if found is not None:
            return (found,)


def _off_list(facts: ClientFacts, service: ServiceFacts, month: int, until: int, rules: RuleSet) -> Exit | None:
    """Return what takes the client off by a month-end; None where the points that stay are too many."""
    then = read_stage_facts(left_alone(facts, month, until), until, rules)
    if then.status in POOL:
        then = replace(then, status=Status.NORMAL)  # to sink into the pool is no way off the list
    complained, met, has_contacts = service.complaint_month, service.contact_month, service.has_contact is not None
    served = service_facts(service.tier, until, rules, complaint_month=complained, contact_month=met,
                           has_any_contact=has_contacts)  # fmt: skip
    left = decide_warning(then, served, until, rules)
    if left is None or points(left) < rules.warning_limit:
        return _all_of(until, [Way("by_itself", until, until)])
    ways = [_way_off(reason, then, until, rules) for reason in WarningReason
            if reason in left and reason != WarningReason.COMPLAINT]  # fmt: skip
    needed = points(left) - rules.warning_limit + 1
    return Exit(until, tuple(ways), needed) if needed <= len(ways) else None


def _way_off(reason: WarningReason, then: StageFacts, until: int, rules: RuleSet) -> Way:
    if reason == WarningReason.ASSETS_FELL:
        line = fall_line(then.assets_then_fen, rules.warning_fall_bp)
        return Way("assets_reach", until, until, None if line is None else line + 1)
    if reason == WarningReason.NO_CONTACT:
        return Way("contact", until, until)
    line = fall_line(then.turnover_then_fen, rules.warning_trading_fall_bp)
    short = None if line is None else line + 1 - then.turnover_recent_fen
    if reason == WarningReason.TRADING_FELL:
        return Way("turnover_reach", until, until, short)
    # a trade alone would only turn the point into one for less trading
    return Way("trade", until, until) if short is None or short <= 0 else Way("trade_and_turnover", until, until, short)
