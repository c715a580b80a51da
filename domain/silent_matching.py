"""When a silent client that was handed out counts as won back (R-25, R-27, R-28): no event tells, money and trades do.

With moments the rule is exact. With monthly facts it holds only where they prove it: a month counts when it begins
after the first registration, and records must cover every day of the month in which the client came to life.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.decision import Reason, refuse
from domain.match_facts import Claim, ClientFacts, EventFacts, HandOut, Match, Trace, is_usable
from domain.months import month_end, month_start, month_text
from domain.policies import RuleSet
from domain.preregistration import Moment, Registered, decide_valid
from domain.reactivation import Inflow, decide_silent_activation
from domain.register_words import BusinessEvent, MatchOutcome, PreregistrationState
from domain.relationship_types import TypeRule

_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Life:
    """What came in and what was traded: moments, or the ends of the months of which it is known."""

    inflows: tuple[Inflow, ...] = ()
    trades_at: tuple[datetime, ...] = ()
    is_monthly: bool = False


def monthly_life(months: Mapping[int, tuple[int | None, int | None]], since: date) -> Life:
    """Return the life that months prove: (inflow in fen, trades) by month, of those that begin after a day."""
    known = sorted(month for month in months if month_start(month) > since)
    ends = {month: datetime.combine(month_end(month), time(23, 59, 59), _SHANGHAI) for month in known}
    return Life(
        tuple(Inflow(ends[month], months[month][0] or 0) for month in known if (months[month][0] or 0) > 0),
        tuple(ends[month] for month in known if (months[month][1] or 0) > 0), is_monthly=True)  # fmt: skip


def first_registration(held: HandOut, records: Iterable[Registered]) -> Registered | None:
    """Return the first record of the person who holds the client; inflows count from it (A17)."""
    mine = [one for one in records if held.staff_id in {holder.staff_id for holder in one.holders}
            and one.state != PreregistrationState.WITHDRAWN]  # fmt: skip
    return min(mine, key=lambda one: (one.registered_at, one.prereg_no), default=None)


def match_silent(
    held: HandOut, records: Sequence[Registered], client: ClientFacts, candidates: Mapping[str, TypeRule], life: Life,
    standards: RuleSet,
) -> tuple[Match, date | None]:  # fmt: skip
    """Decide whether the holder of a hand-out has won a silent client back, and since which day.

    ``candidates``: the types that a return makes. The reason of a refusal is the first rule that fails so far.
    """
    trace = Trace()
    trace.note("R-26.held", task_no=held.task_no, staff_no=held.staff_no)
    own = [one for one in records if one.type in candidates]
    for record in own:
        if held.staff_id not in {holder.staff_id for holder in record.holders}:
            trace.ask(refuse("R-27.not_holder", prereg_no=record.prereg_no))
    mine = [one for one in own if held.staff_id in {holder.staff_id for holder in one.holders}]
    first = first_registration(held, mine)
    if first is None:
        return _none(trace, refuse("R-27.no_record").reason), None
    returned = decide_silent_activation(since=first.registered_at, inflows=life.inflows, trades_at=life.trades_at,
                                        rules=standards)  # fmt: skip
    if not trace.ask(returned):
        return Match(MatchOutcome.NONE.value, tuple(trace), task_reason=returned.reason), None
    completed = datetime.fromisoformat(str(returned.reason.params["completed_at"])).astimezone(_SHANGHAI)
    if life.is_monthly and not _covers(mine, completed.date()):
        month = month_text(completed.year * 100 + completed.month)
        return _none(trace, refuse("R-25.not_covered", month=month).reason), None
    event = EventFacts(BusinessEvent.ACTIVATION.value, "", Moment(completed, completed.date()), standards=standards)
    kept, missing = [], None
    for record in mine:
        valid = decide_valid(record, event.moment)
        if trace.ask(valid) and is_usable(record, candidates[record.type], event, client, trace):
            kept.append(record)
        else:
            missing = trace.last
    if not kept:
        return Match(MatchOutcome.NONE.value, tuple(trace), task_reason=missing), None
    newest = max(kept, key=lambda one: (one.registered_at, one.prereg_no))
    trace.note("R-28.recognised", task_no=held.task_no, type=newest.type)
    claim = Claim(newest.type, newest.prereg_id, newest.prereg_no, newest.claim)
    return Match(MatchOutcome.RELATIONSHIP.value, tuple(trace), (claim,)), completed.date()


def _none(trace: Trace, reason: Reason) -> Match:
    trace.ask(refuse(reason.code, **reason.params))
    return Match(MatchOutcome.NONE.value, tuple(trace), task_reason=reason)


def _covers(records: Sequence[Registered], last: date) -> bool:
    """Tell whether records were valid on every day of a month: registered on an earlier day, not run out."""
    days = (last.replace(day=1) + timedelta(days=step) for step in range(last.day))
    return all(any(one.registered_on < day <= one.expires_on for one in records) for day in days)
