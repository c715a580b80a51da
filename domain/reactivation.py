"""When a pool client counts as won back (R-21, R-22, R-23, R-25); the hand-out (R-26) is in ``domain.tasks``.

Pure rules over dated facts; amounts in fen. Each answers with the reason that page, log and audit row carry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from domain.decision import Decision, allow, refuse
from domain.months import add_months
from domain.policies import RuleSet
from domain.words import AccountEventKind

PERSONAL_REASON = "personal"
"""The recorded reason of a transfer that the client himself wanted (R-22)."""
PERSONAL_REASONS = (PERSONAL_REASON, "个人原因")
"""How that reason is written in the notes of account events, in small letters."""


@dataclass(frozen=True)
class Transfer:
    """A move between branch companies: ``reason`` as recorded, branch codes and cities before and after."""

    reason: str
    from_branch: str
    to_branch: str
    from_city: str | None
    to_city: str | None


def decide_lost_return(
    *, lost_on: date, event: str, event_on: date, rules: RuleSet, transfer: Transfer | None = None
) -> Decision:
    """Decide whether the return of a lost client counts as re-development (R-21, R-22).

    The client opens an account again or makes the Shanghai A designation, more than ``loss_return_months``
    calendar months after the loss (clamped to the month's end; the last day itself is not over). A move for
    personal reasons between branch companies in different cities is free of the months.
    """
    if event not in (AccountEventKind.OPENED, AccountEventKind.DESIGNATION_MADE):
        return refuse("R-21.event", event=event)
    if transfer is not None and decide_transfer_exception(transfer):
        return allow("R-22.transfer", lost_on=lost_on.isoformat(), event_on=event_on.isoformat())
    limit = add_months(lost_on, rules.loss_return_months)
    facts = {"lost_on": lost_on.isoformat(), "event_on": event_on.isoformat(), "after": limit.isoformat()}
    return allow("R-21.returned", **facts) if event_on > limit else refuse("R-21.too_soon", **facts)


def decide_transfer_exception(transfer: Transfer) -> Decision:
    """Decide whether a transfer is free of the three months (R-22); an unknown city is not another city."""
    if transfer.reason != PERSONAL_REASON:
        return refuse("R-22.reason", reason=transfer.reason)
    if transfer.from_branch == transfer.to_branch:
        return refuse("R-22.same_branch", branch=transfer.to_branch)
    if transfer.from_city is None or transfer.to_city is None or transfer.from_city == transfer.to_city:
        return refuse("R-22.same_city", city=transfer.to_city)
    return allow("R-22.transfer", from_branch=transfer.from_branch, to_branch=transfer.to_branch)


def decide_archived_activation(*, is_archived: bool, event: str) -> Decision:
    """Decide whether an event activates an archived client (R-23): activation, or an account opened again.

    The archived flag comes from the firm's core system; no balance and no length of rest stands for it.
    """
    if not is_archived:
        return refuse("R-23.not_archived")
    if event not in (AccountEventKind.ACTIVATED, AccountEventKind.OPENED):
        return refuse("R-23.event", event=event)
    return allow("R-23.activated", event=event)


@dataclass(frozen=True)
class Inflow:
    """Cash or securities transferred in: the moment and the amount in fen. Price gains are none."""

    at: datetime
    amount_fen: int


def decide_silent_activation(
    *, since: datetime, inflows: Iterable[Inflow], trades_at: Iterable[datetime], rules: RuleSet
) -> Decision:
    """Decide whether a silent client is activated (R-25); ``since`` is the first pre-registration.

    From then on assets of ``activation_inflow_fen`` or more come in, counted together, and a trade is made.
    The allowing reason carries the moment of completion, the later of the two, as ``completed_at``.
    """
    total, reached_at = 0, None
    for inflow in sorted(inflows, key=lambda one: one.at):
        if inflow.at >= since:
            total += inflow.amount_fen
            if reached_at is None and total >= rules.activation_inflow_fen:
                reached_at = inflow.at
    if reached_at is None:
        return refuse("R-25.inflow", inflow_fen=total, threshold_fen=rules.activation_inflow_fen)
    traded_at = min((at for at in trades_at if at >= since), default=None)
    if traded_at is None:
        return refuse("R-25.trade", inflow_fen=total)
    return allow("R-25.activated", inflow_fen=total, completed_at=max(reached_at, traded_at).isoformat())
