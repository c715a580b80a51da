"""Whether a client of a campaign came back, or stayed: conduct alone, the same for both groups of the campaign.

Nothing that the firm did enters: no task, no contact, no pre-registration, no recognition. Lost clients come back by
R-21 and R-22, archived ones by R-23, silent ones by R-25, each counted from the day of the draw on; who still was a
client at the draw is kept (R-24, R-74). Amounts in fen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from domain.decision import Reason
from domain.months import month_end, month_of, month_range, month_start
from domain.policies import RuleSet
from domain.reactivation import Transfer, decide_archived_activation, decide_lost_return, decide_silent_activation
from domain.silent_matching import monthly_life
from domain.stages import fell_by
from domain.status import Spell
from domain.words import POOL, Status


@dataclass(frozen=True, slots=True)
class MonthConduct:
    """What a client did in a month: flows in fen, trades, assets at its end; None is unknown, never 0."""

    inflow_fen: int | None = None
    outflow_fen: int | None = None
    trades_count: int | None = None
    end_assets_fen: int | None = None

    @property
    def net_inflow_fen(self) -> int | None:
        """Money in less money out; None where either is unknown."""
        if self.inflow_fen is None or self.outflow_fen is None:
            return None
        return self.inflow_fen - self.outflow_fen


AWAY = MonthConduct(0, 0, 0, 0)
"""A month that a client spent lost or archived from its first day to its last."""
UNKNOWN = MonthConduct()


@dataclass(frozen=True)
class ReturnEvent:
    """An account event that could be a return: its kind, its day and, of a lost client, the move it came with."""

    kind: str
    on: date
    transfer: Transfer | None = None


@dataclass(frozen=True)
class ConductFacts:
    """What a client did around and after a draw.

    ``status``: at the draw; one of the pool asks for a return, another whether the client was kept. ``lost`` and
    ``archived``: the spells, in order. ``months``: the client's rows by month. ``assets_fen``: at the draw.
    ``status_by_month``: the published status, needed for clients to be kept only. ``last_month``: the newest published
    month of the firm, None where there is none.
    """

    status: str | None
    lost: Sequence[Spell] = ()
    archived: Sequence[Spell] = ()
    events: Sequence[ReturnEvent] = ()
    months: Mapping[int, MonthConduct] = field(default_factory=dict)
    assets_fen: int | None = None
    status_by_month: Mapping[int, str] = field(default_factory=dict)
    last_month: int | None = None

    def conduct(self, month: int) -> MonthConduct:
        """Return what is known of a month; a month spent away is nil where the firm keeps no row of it."""
        known = self.months.get(month)
        if known is not None:
            return known
        first, last = month_start(month), month_end(month)
        for spells in (self.lost, self.archived):
            for spell in spells:
                if spell.covers(first) and spell.covers(last):
                    return AWAY
        return UNKNOWN


@dataclass(frozen=True)
class Outcome:
    """What a client's conduct up to a day comes to.

    ``returned``: came back, or was kept; None where it is not known. ``on``: the day of the return, with months the
    last day of the month that completes it. ``net_inflow_fen``: of the months counted, None where one is unknown.
    """

    returned: bool | None
    on: date | None
    net_inflow_fen: int | None
    reason: Reason


@lru_cache(maxsize=1_024)
def months_counted(drawn_on: date, until_on: date) -> tuple[int, ...]:
    """Return the months whose money and trades count from a draw up to a day, that of the draw included.

    A month is known as a whole only. That of the draw counts whole: the groups were drawn at random, so what its
    clients did in it before the draw is alike in both and leaves the difference, while leaving the month out would lose
    the weeks in which most clients are called. The month of ``until_on`` counts if that is its last day: what comes
    later than the day compared on counts in neither group.
    """
    months = month_range(month_of(drawn_on), month_of(until_on))
    return tuple(month for month in months if month_end(month) <= until_on)


def outcome_of(facts: ConductFacts, *, drawn_on: date, until_on: date, rules: RuleSet) -> Outcome:
    """Return the outcome of a drawn client on a day, both days included; unknown until all months up to it are out.

    It stays unknown for every client until then, also for one who is back already: otherwise those back would be
    known earlier than those who are not.
    """
    if facts.last_month is None or until_on > month_end(facts.last_month) or until_on < drawn_on:
        return Outcome(None, None, None, Reason("outcome.not_published", {"until": until_on.isoformat()}))
    months = months_counted(drawn_on, until_on)
    flows = [facts.conduct(month).net_inflow_fen for month in months]
    known = [flow for flow in flows if flow is not None]
    net = sum(known) if len(known) == len(flows) else None
    returned, on, reason = decide_outcome(facts, drawn_on=drawn_on, until_on=until_on, rules=rules)
    return Outcome(returned, on, net, reason)


_Said = tuple[bool | None, date | None, Reason]


def decide_outcome(facts: ConductFacts, *, drawn_on: date, until_on: date, rules: RuleSet) -> _Said:
    """Return the outcome of ``outcome_of`` without the money: whether, on which day, and why.

    All months up to ``until_on`` are published.
    """
    if facts.status == Status.LOST:
        return _back_from_loss(facts, drawn_on, until_on, rules)
    if facts.status == Status.ARCHIVED:
        return _activated(facts, drawn_on, until_on)
    months = months_counted(drawn_on, until_on)
    if facts.status == Status.SILENT:
        return _came_to_life(facts, months, drawn_on, rules)
    return _kept(facts, months, until_on, rules)


def decide_idle(rules: RuleSet) -> Mapping[str, _Said]:
    """Return the outcome of a client of the pool who did nothing, by its status at the draw.

    Of a lost or archived one no event, of a silent one neither inflow nor trade in all months counted: most clients,
    and what ``decide_outcome`` says of them.
    """
    nothing = False, None, Reason("outcome.no_return")
    silent = Reason("outcome.inflow", {"inflow_fen": 0, "threshold_fen": rules.activation_inflow_fen})
    return {Status.LOST.value: nothing, Status.ARCHIVED.value: nothing, Status.SILENT.value: (False, None, silent)}


def _within(facts: ConductFacts, spells: Sequence[Spell], drawn_on: date,
            until_on: date) -> tuple[Spell | None, list[ReturnEvent]]:  # fmt: skip
    """Return the spell that the client was drawn in, and the events from the draw on up to its end.

    A return on the day of the draw itself ends the spell on that day and counts. What follows a return is none.
    """
    spell = next((one for one in reversed(spells)
                  if one.from_on <= drawn_on and (one.to_on is None or one.to_on >= drawn_on)), None)  # fmt: skip
    if spell is None:
        return None, []
    last = until_on if spell.to_on is None else min(until_on, spell.to_on)
    return spell, sorted((one for one in facts.events if drawn_on <= one.on <= last), key=lambda one: one.on)


def _back_from_loss(facts: ConductFacts, drawn_on: date, until_on: date, rules: RuleSet) -> _Said:
    spell, events = _within(facts, facts.lost, drawn_on, until_on)
    said = Reason("outcome.no_return")
    if spell is None:
        return False, None, said
    for event in events:
        decision = decide_lost_return(lost_on=spell.from_on, event=event.kind, event_on=event.on, rules=rules,
                                      transfer=event.transfer)  # fmt: skip
        if decision:
            return True, event.on, decision.reason
        said = decision.reason
    return False, None, said


def _activated(facts: ConductFacts, drawn_on: date, until_on: date) -> _Said:
    _spell, events = _within(facts, facts.archived, drawn_on, until_on)
    for event in events:
        decision = decide_archived_activation(is_archived=True, event=event.kind)
        if decision:
            return True, event.on, decision.reason
    return False, None, Reason("outcome.no_return")


def _came_to_life(facts: ConductFacts, months: Sequence[int], drawn_on: date, rules: RuleSet) -> _Said:
    conduct = {month: facts.conduct(month) for month in months}
    if all(one.inflow_fen == 0 and one.trades_count == 0 for one in conduct.values()):
        # most clients: the answer that the rule below gives, at a fraction of its cost
        return decide_idle(rules)[Status.SILENT]
    # from the first day of the draw's month on: that month counts whole
    first = drawn_on.replace(day=1)
    life = monthly_life({month: (one.inflow_fen, one.trades_count) for month, one in conduct.items()},
                        first - timedelta(days=1))  # fmt: skip
    decision = decide_silent_activation(since=datetime.combine(first, time(), UTC), inflows=life.inflows,
                                        trades_at=life.trades_at, rules=rules)  # fmt: skip
    if decision:
        return True, date.fromisoformat(str(decision.reason.params["completed_at"])[:10]), decision.reason
    if any(one.inflow_fen is None or one.trades_count is None for one in conduct.values()):
        return None, None, Reason("outcome.gap")
    return False, None, Reason(decision.reason.code.replace("R-25", "outcome"), decision.reason.params)


def _kept(facts: ConductFacts, months: Sequence[int], until_on: date, rules: RuleSet) -> _Said:
    """Decide whether a client who was one at the draw still is, without having taken the assets elsewhere.

    Not lost or archived at the end of the day, not silent at the last month-end counted, and the assets then not
    fallen by ``warning_fall_bp`` from those at the draw (R-74).
    """
    for code, spells in (("outcome.lost", facts.lost), ("outcome.archived", facts.archived)):
        away = next((one for one in spells if one.covers(until_on)), None)
        if away is not None:
            return False, None, Reason(code, {"since": away.from_on.isoformat()})
    if not months:
        return None, None, Reason("outcome.not_published", {"until": until_on.isoformat()})
    last = months[-1]
    return decide_kept(
        facts.status_by_month.get(last), facts.conduct(last).end_assets_fen, facts.assets_fen, last, rules
    )


def decide_kept(status: str | None, assets: int | None, before: int | None, last: int, rules: RuleSet) -> _Said:
    """Return whether who is neither lost nor archived was kept: by status and assets at the end of month ``last``.

    ``assets`` then and ``before``, at the draw, in fen; None is unknown.
    """
    if status in POOL:
        return False, None, Reason(f"outcome.{status}", {"since": month_end(last).isoformat()})
    if status is None or assets is None or before is None:
        return None, None, Reason("outcome.gap")
    params = {"assets_fen": assets, "before_fen": before}
    if fell_by(assets, before, rules.warning_fall_bp):
        return False, None, Reason("outcome.assets_fell", params)
    return True, None, Reason("outcome.kept", params)
