"""How far a hand-out is on its way to being recognised, as its holder reads it (R-21, R-23, R-25, R-27, R-28).

The recognition itself is ``domain.matching`` and ``domain.silent_matching``; this only says what is still missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from domain.decision import Parameter, Reason
from domain.match_facts import HandOut
from domain.months import add_months, month_of, month_text
from domain.policies import RuleSet
from domain.preregistration import Registered
from domain.reactivation import decide_lost_return
from domain.register_words import PreregistrationState
from domain.silent_matching import first_registration, monthly_life
from domain.words import POOL, AccountEventKind, Status

_RETURNS = (AccountEventKind.OPENED, AccountEventKind.DESIGNATION_MADE)
_ACTIVATIONS = (AccountEventKind.ACTIVATED, AccountEventKind.OPENED)


@dataclass(frozen=True)
class HandedOut:
    """What is known of a hand-out and its client since.

    ``records``: of the client's document, oldest first. ``months``: (inflow in fen, trades) by published month.
    ``events``: (kind, day) of the account since the hand-out, oldest first. ``lost_on``: first day of the loss
    that stood at the hand-out.
    """

    held: HandOut
    staff_name: str
    handed_on: date
    due_on: date
    pool_status: str
    records: Sequence[Registered] = ()
    months: Mapping[int, tuple[int | None, int | None]] = field(default_factory=dict)
    events: Sequence[tuple[str, date]] = ()
    lost_on: date | None = None


@dataclass(frozen=True)
class Step:
    """One step of the way: the rule, whether it is done, and the facts."""

    rule: str
    is_done: bool
    reason: Reason


def progress_of(task: HandedOut, on: date, rules: RuleSet) -> tuple[Step, ...]:
    """Return the steps from the hand-out to the recognition, in their order."""
    handed = _done("R-26", "progress.handed_out", on=task.handed_on.isoformat(), staff_name=task.staff_name,
                   due_on=task.due_on.isoformat())  # fmt: skip
    if task.pool_status not in POOL:
        return handed, _missing("R-28", "progress.not_matched")
    if task.pool_status == Status.LOST:
        return handed, _registration(task, on), _return(task, rules)
    if task.pool_status == Status.ARCHIVED:
        return handed, _registration(task, on), _activation(task)
    return handed, _registration(task, on), *_life(task, rules)


def _done(rule: str, code: str, **params: Parameter) -> Step:
    return Step(rule, is_done=True, reason=Reason(code, params))


def _missing(rule: str, code: str, **params: Parameter) -> Step:
    return Step(rule, is_done=False, reason=Reason(code, params))


def _registration(task: HandedOut, on: date) -> Step:
    """The newest record of the holder: a later one keeps the way open when the first has run out."""
    mine = [one for one in task.records if task.held.staff_id in {holder.staff_id for holder in one.holders}
            and one.state != PreregistrationState.WITHDRAWN]  # fmt: skip
    if not mine:
        return _missing("R-27", "progress.no_record")
    newest = max(mine, key=lambda one: one.expires_on)
    expires_on = newest.expires_on.isoformat()
    if newest.expires_on < on:
        return _missing("R-27", "progress.run_out", expires_on=expires_on)
    return _done("R-27", "progress.registered", registered_on=newest.registered_on.isoformat(), expires_on=expires_on)


def _life(task: HandedOut, rules: RuleSet) -> tuple[Step, Step]:
    line = rules.activation_inflow_fen
    own = first_registration(task.held, task.records)
    if own is None:
        inflow = _missing("R-25", "progress.inflow_later", threshold_fen=line)
        return inflow, _missing("R-25", "progress.trade_later")
    life = monthly_life(task.months, own.registered_on)
    total = sum(one.amount_fen for one in life.inflows)
    said = _done if total >= line else _missing
    inflow = said("R-25", "progress.inflow", inflow_fen=total, threshold_fen=line)
    if not life.trades_at:
        return inflow, _missing("R-25", "progress.no_trade")
    return inflow, _done("R-25", "progress.traded", month=month_text(month_of(life.trades_at[0].date())))


def _return(task: HandedOut, rules: RuleSet) -> Step:
    kind, day = next(((kind, day) for kind, day in task.events if kind in _RETURNS), (None, None))
    if task.lost_on is None:
        if day is None:
            return _missing("R-21", "progress.no_return_undated")
        return _done("R-21", "progress.returned", on=day.isoformat())
    if day is None or kind is None:
        after = add_months(task.lost_on, rules.loss_return_months)
        return _missing("R-21", "progress.no_return", lost_on=task.lost_on.isoformat(), after=after.isoformat())
    counted = decide_lost_return(lost_on=task.lost_on, event=kind, event_on=day, rules=rules)
    if not counted:
        return Step("R-21", is_done=False, reason=counted.reason)
    return _done("R-21", "progress.returned", on=day.isoformat())


def _activation(task: HandedOut) -> Step:
    day = next((day for kind, day in task.events if kind in _ACTIVATIONS), None)
    if day is None:
        return _missing("R-23", "progress.no_activation")
    return _done("R-23", "progress.activated", on=day.isoformat())
