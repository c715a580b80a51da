"""Quality flags of reactivation work: what a head should look at beside the results. A flag accuses nobody.

Pure rules over plain facts; every flag carries the reason that page, log and export show. Amounts in fen, shares in
basis points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from domain.decision import Reason
from domain.months import add_months
from domain.shares import WHOLE_BP
from domain.words import Word

_MINUTE = timedelta(minutes=1)


class FlagKind(Word):
    """The kinds of quality flags."""

    TRIVIAL = "trivial", "Return just over the line"
    CYCLE = "cycle", "Won back again and again"
    BATCH = "batch", "Contacts logged in batches"
    HELD_BACK = "held_back", "Held-back client contacted"
    CHERRY = "cherry", "Only the valuable tasks worked"


@dataclass(frozen=True)
class FlagLimits:
    """The published lines of the flags.

    ``line_fen``: the inflow that R-25 asks for. A return is trivial when the inflow is below ``line_fen`` and
    ``over_bp`` more, the turnover at most ``trivial_turnover_fen``, and nothing happens in the ``quiet_days`` after.
    A cycle is ``cycle_count`` recognitions within ``cycle_months``. A batch is ``batch_count`` contacts within one
    minute. Cherry-picking is an attempted share ``cherry_bp`` higher in the more valuable half, of halves with
    ``cherry_least`` tasks each.
    """

    line_fen: int = 100_000
    over_bp: int = 2_000
    trivial_turnover_fen: int = 200_000
    quiet_days: int = 30
    cycle_count: int = 2
    cycle_months: int = 36
    batch_count: int = 5
    cherry_bp: int = 4_000
    cherry_least: int = 10


@dataclass(frozen=True)
class Flag:
    """One flag: its kind, whom it is about (a client, a person, or both) and why."""

    kind: FlagKind
    client_no: str | None
    staff_no: str | None
    reason: Reason


@dataclass(frozen=True)
class ReturnFacts:
    """A recognised return by R-25: inflow and turnover up to the recognition, and whether trades or inflow followed.

    ``moved_after``: within the quiet days; None while they have not passed or the data is missing.
    """

    client_no: str
    staff_no: str
    recognised_on: date
    inflow_fen: int
    turnover_fen: int
    moved_after: bool | None


class ContactFacts(NamedTuple):
    """A contact as logged: who, whom, when it was entered."""

    client_no: str
    staff_no: str
    at: datetime


@dataclass(frozen=True)
class HeldBack:
    """A client in a hold-out group: the day of the draw and the last day of the window, both inside."""

    client_no: str
    drawn_on: date
    until_on: date


class WorkedTask(NamedTuple):
    """A task old enough to have been tried: its holder, the client's expected value, and whether it was tried."""

    client_no: str
    staff_no: str
    value_fen: int
    attempted: bool


def trivial_returns(returns: Iterable[ReturnFacts], limits: FlagLimits) -> list[Flag]:
    """Flag returns just over the line with next to no trade and nothing after, in client order."""
    ceiling = limits.line_fen + limits.line_fen * limits.over_bp // WHOLE_BP
    return [
        Flag(FlagKind.TRIVIAL, one.client_no, one.staff_no,
             Reason("flag.trivial", {"inflow_fen": one.inflow_fen, "turnover_fen": one.turnover_fen}))
        for one in sorted(returns, key=lambda one: (one.client_no, one.recognised_on))
        if limits.line_fen <= one.inflow_fen < ceiling and one.turnover_fen <= limits.trivial_turnover_fen
        and one.moved_after is False
    ]  # fmt: skip


def wake_cycles(recognised: Iterable[tuple[str, date]], limits: FlagLimits) -> list[Flag]:
    """Flag clients who were won back and fell silent again, ``recognised`` being (client_no, day) of every recognition.

    A client can only be recognised anew after falling back into the pool, so the count says it. The most within any
    window is told; a day exactly ``cycle_months`` later is outside.
    """
    days: dict[str, list[date]] = {}
    for client_no, day in recognised:
        days.setdefault(client_no, []).append(day)
    flags = []
    for client_no, some in sorted(days.items()):
        count = max(sum(first <= day < add_months(first, limits.cycle_months) for day in some) for first in some)
        if count >= limits.cycle_count:
            reason = Reason("flag.cycle", {"count": count, "months": limits.cycle_months})
            flags.append(Flag(FlagKind.CYCLE, client_no, None, reason))
    return flags


def contact_batches(contacts: Iterable[ContactFacts], limits: FlagLimits) -> list[Flag]:
    """Flag contacts that one person logged within a minute, each contact in one batch at most.

    Counted from a batch's first contact; the sixtieth second is outside.
    """
    moments: dict[str, list[datetime]] = {}
    for contact in contacts:
        moments.setdefault(contact.staff_no, []).append(contact.at)
    flags = []
    for staff_no, unsorted in sorted(moments.items()):
        some = sorted(unsorted)
        first, least = 0, max(limits.batch_count, 1)
        while first + least <= len(some):
            end = some[first] + _MINUTE
            if some[first + least - 1] >= end:  # fewer than make a batch
                first += 1
                continue
            last = first + least
            while last < len(some) and some[last] < end:
                last += 1
            at = some[first].isoformat(timespec="minutes")
            reason = Reason("flag.batch", {"count": last - first, "staff_no": staff_no, "at": at})
            flags.append(Flag(FlagKind.BATCH, None, staff_no, reason))
            first = last
    return flags


def held_back_contacts(contacts: Iterable[tuple[str, str, date]], held: Iterable[HeldBack]) -> list[Flag]:
    """Flag contacts, (client_no, staff_no, day), with clients of a hold-out group within its window, in day order."""
    windows: dict[str, list[HeldBack]] = {}
    for one in held:
        windows.setdefault(one.client_no, []).append(one)
    return [
        Flag(FlagKind.HELD_BACK, client_no, staff_no,
             Reason("flag.held_back", {"staff_no": staff_no, "on": day.isoformat()}))
        for client_no, staff_no, day in sorted(contacts, key=lambda one: (one[2], one[0], one[1]))
        if any(one.drawn_on <= day <= one.until_on for one in windows.get(client_no, ()))
    ]  # fmt: skip


def cherry_picking(tasks: Iterable[WorkedTask], limits: FlagLimits) -> list[Flag]:
    """Flag people who try the more valuable half of their tasks and leave the other, in staff order.

    Halves by value, ties by client number; with an odd number the middle task belongs to neither.
    """
    by_staff: dict[str, list[WorkedTask]] = {}
    for task in tasks:
        by_staff.setdefault(task.staff_no, []).append(task)
    flags = []
    for staff_no, some in sorted(by_staff.items()):
        ranked = sorted(some, key=lambda task: (-task.value_fen, task.client_no))
        half = len(ranked) // 2
        if half < max(limits.cherry_least, 1):
            continue
        top_bp, low_bp = _tried_bp(ranked[:half]), _tried_bp(ranked[-half:])
        if top_bp - low_bp >= limits.cherry_bp:
            flags.append(Flag(FlagKind.CHERRY, None, staff_no, Reason("flag.cherry", {
                "staff_no": staff_no, "top_bp": top_bp, "low_bp": low_bp})))  # fmt: skip
    return flags


def _tried_bp(tasks: Sequence[WorkedTask]) -> int:
    return sum(task.attempted for task in tasks) * WHOLE_BP // len(tasks)
