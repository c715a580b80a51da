"""Status of a client at a month's end: lost (R-20), archived (R-23), silent (R-24), normal, undetermined.

Lost and archived come from account events and, where a client has no event of the kind, from the opening
state of the client row. A day's state is the state after all events of that day; spells are half-open
``[from_on, to_on)``. The refresh decides the same for all clients in SQL; these functions decide and explain
one client.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from domain.months import add_months, month_add, month_end, month_of, month_range, months_between
from domain.policies import RuleSet
from domain.words import AccountEventKind, Status

ENDING_EVENTS = (AccountEventKind.CLOSED, AccountEventKind.DESIGNATION_WITHDRAWN, AccountEventKind.ARCHIVED)
"""Events that can begin a lost or archived spell."""

_OPENING_STATE = -1  # stands for the account behind the dates of the client row


@dataclass(frozen=True)
class Spell:
    """Half-open interval of days ``[from_on, to_on)``; ``to_on`` None: still running."""

    from_on: date
    to_on: date | None

    def covers(self, day: date) -> bool:
        """Tell whether ``day`` lies inside."""
        return self.from_on <= day and (self.to_on is None or self.to_on > day)


@dataclass(frozen=True)
class LifeEvent:
    """One account event: its Shanghai date, its moment for the order within a day, the account and kind."""

    on: date
    at: datetime
    account: int
    kind: str


@dataclass(frozen=True)
class OpeningState:
    """The dates of the client row; each counts only while the client has no ending event of that kind."""

    opened_on: date
    closed_on: date | None = None
    archived_on: date | None = None
    designation_withdrawn_on: date | None = None


def lost_spells(opening: OpeningState, events: Iterable[LifeEvent]) -> list[Spell]:
    """Return the spells in which the client is lost, in order (R-20): closed, withdrawn, or both in one spell."""
    return _spells([(day, closed or withdrawn) for day, closed, withdrawn in _endings(opening, events)],
                   opening.opened_on)  # fmt: skip


def lost_ways(opening: OpeningState, events: Iterable[LifeEvent], day: date) -> tuple[str, ...]:
    """Return what undoes a loss that holds at the end of a day: ``reopen_account``, ``make_designation``, or both."""
    closed = withdrawn = False
    for changed_on, is_closed, is_withdrawn in _endings(opening, events):
        if changed_on <= day:
            closed, withdrawn = is_closed, is_withdrawn
    return (*(("reopen_account",) if closed else ()), *(("make_designation",) if withdrawn else ()))


def _endings(opening: OpeningState, events: Iterable[LifeEvent]) -> list[tuple[date, bool, bool]]:
    """Return per day of a change whether the client is closed and whether the designation is withdrawn from then on.

    Closed: at least one known account is closed and none is open; an account that no ``opened`` event
    introduces was open from the beginning. Withdrawn: at least one account's Shanghai A designation is
    withdrawn and none made again.
    At one moment endings follow openings; a date of the client row holds at the end of its day.
    """
    life = _ordered(events)
    has_closed = any(event.kind == AccountEventKind.CLOSED for event in life)
    has_withdrawn = any(event.kind == AccountEventKind.DESIGNATION_WITHDRAWN for event in life)
    accounts = _accounts_open_from_the_beginning(life)
    designations: dict[int, bool] = {}
    closing_on = None if has_closed else opening.closed_on
    withdrawal_on = None if has_withdrawn else opening.designation_withdrawn_on
    changes: list[tuple[date, bool, bool]] = []
    for day, today in _by_day(life, closing_on, withdrawal_on):
        for event in today:
            if event.kind in (AccountEventKind.OPENED, AccountEventKind.CLOSED):
                accounts[event.account] = event.kind == AccountEventKind.OPENED
            elif event.kind == AccountEventKind.DESIGNATION_MADE:
                designations[event.account] = True
                designations.pop(_OPENING_STATE, None)
            elif event.kind == AccountEventKind.DESIGNATION_WITHDRAWN:
                designations[event.account] = False
        if day == closing_on:
            accounts = dict.fromkeys([*accounts, _OPENING_STATE], False)
        if day == withdrawal_on:
            designations = dict.fromkeys([*designations, _OPENING_STATE], False)
        closed = bool(accounts) and not any(accounts.values())
        withdrawn = bool(designations) and not any(designations.values())
        changes.append((day, closed, withdrawn))
    return changes


def archived_spells(opening: OpeningState, events: Iterable[LifeEvent]) -> list[Spell]:
    """Return the spells in which the client is archived: from archiving to activation or re-opening (R-23)."""
    life = _ordered(events)
    has_archived = any(event.kind == AccountEventKind.ARCHIVED for event in life)
    archiving_on = None if has_archived else opening.archived_on
    is_archived = False
    changes: list[tuple[date, bool]] = []
    for day, today in _by_day(life, archiving_on):
        for event in today:
            if event.kind == AccountEventKind.ARCHIVED:
                is_archived = True
            elif event.kind in (AccountEventKind.ACTIVATED, AccountEventKind.OPENED):
                is_archived = False
        is_archived = is_archived or day == archiving_on
        changes.append((day, is_archived))
    return _spells(changes, opening.opened_on)


@dataclass(frozen=True)
class MonthFacts:
    """What is known of one month: month-end assets in fen, trades, flows in fen; None is unknown, never 0."""

    end_assets_fen: int | None
    trades_count: int | None
    turnover_fen: int | None = None
    outflow_fen: int | None = None
    net_income_fen: int | None = None

    @property
    def is_known(self) -> bool:
        """True when both numbers are there; otherwise the month is a gap (R-24)."""
        return self.end_assets_fen is not None and self.trades_count is not None

    def shows_life(self, rules: RuleSet) -> bool:
        """True when a known number disproves silence: assets at the line or above, or a trade."""
        has_assets = self.end_assets_fen is not None and self.end_assets_fen >= rules.silent_assets_fen
        return has_assets or (self.trades_count or 0) > 0


NO_ROW = MonthFacts(None, None)


@dataclass(frozen=True)
class ClientFacts:
    """All that the status and the months of one client rest on; ``months`` holds the client's rows by month.

    ``first_month`` is the earliest month of the firm's facts; ``lost_ways`` what undoes a loss that holds at the
    month asked about (``lost_ways``).
    """

    opened_on: date
    lost: Sequence[Spell]
    archived: Sequence[Spell]
    months: Mapping[int, MonthFacts]
    first_month: int = 190001
    lost_ways: tuple[str, ...] = ("reopen_account",)

    def is_out(self, month: int) -> bool:
        """Tell whether the client is lost or archived at the month's end."""
        return any(spell.covers(month_end(month)) for spell in (*self.lost, *self.archived))


@dataclass(frozen=True)
class Test:
    """One condition of a rule: what was found against what is asked, and since or until when.

    ``code`` names the condition (``R-24.assets``), ``actual`` and ``threshold`` are plain numbers in the
    unit of the name, ``month`` or ``on`` say where it was read. ``candidate`` is the label that the condition speaks
    for.
    """

    code: str
    met: bool
    actual: int | None = None
    threshold: int | None = None
    month: int | None = None
    on: date | None = None
    candidate: str | None = None


@dataclass(frozen=True)
class StatusTrace:
    """A status with the rule that gave it and the conditions read; ``domain.exits`` says what would take it off.

    ``why_not``: for every pool status that the client does not have, the conditions of it that are missing.
    """

    status: Status
    rule: str
    tests: tuple[Test, ...]
    why_not: tuple[Test, ...]


def decide_status(facts: ClientFacts, month: int, rules: RuleSet) -> Status:
    """Return the one status at the month's end; precedence lost > archived > silent > normal (R-20, R-24).

    Silent needs an account open for ``silent_months`` months and that many month-ends in a row, after the last
    return from lost or archived, with assets below the line and no trade. A missing month or number among
    them gives ``undetermined``. The caller asks only for months in which the client is open.
    """
    end = month_end(month)
    if any(spell.covers(end) for spell in facts.lost):
        return Status.LOST
    if any(spell.covers(end) for spell in facts.archived):
        return Status.ARCHIVED
    if month_ends_counted(facts, month) < rules.silent_months or not _open_long_enough(facts, month, rules):
        return Status.NORMAL
    window = [facts.months.get(each, NO_ROW) for each in _silent_window(month, rules)]
    if any(one.shows_life(rules) for one in window):
        return Status.NORMAL
    return Status.SILENT if all(one.is_known for one in window) else Status.UNDETERMINED


def month_ends_counted(facts: ClientFacts, month: int) -> int:
    """Return how many month-ends, this one included, lie after the opening and the last return (R-24)."""
    end = month_end(month)
    ends = [spell.to_on for spell in (*facts.lost, *facts.archived)]
    returns = [day for day in ends if day is not None and day <= end]
    return months_between(month_of(max([facts.opened_on, *returns])), month) + 1


def explain_status(facts: ClientFacts, month: int, rules: RuleSet) -> StatusTrace:
    """Return the status with the conditions that gave it and those missing for the others; see ``decide_status``."""
    status = decide_status(facts, month, rules)
    since = {Status.LOST: _since("R-20", facts.lost, month, Status.LOST),
             Status.ARCHIVED: _since("R-23", facts.archived, month, Status.ARCHIVED)}  # fmt: skip
    silent = _silent_tests(facts, month, rules)
    missing = [one for kind, one in since.items() if kind != status and not one.met]
    missing += [one for one in silent if status not in (Status.SILENT, Status.UNDETERMINED) and not one.met]
    for kind in (Status.ARCHIVED, Status.SILENT):
        # all that is asked for holds, but a status before it in the order holds too
        if kind != status and status in since and not any(one.candidate == kind for one in missing):
            missing.append(Test("R-24.order", met=False, candidate=kind.value))
    missing = [one for one in missing if one.candidate != status]
    if status in since:
        return StatusTrace(status, _RULES[status], (since[status],), tuple(missing))
    if status == Status.NORMAL:
        missing = [one for one in missing if one.candidate != Status.SILENT]  # its tests tell already
    return StatusTrace(status, "R-24", tuple(silent), tuple(missing))


_RULES = {Status.LOST: "R-20", Status.ARCHIVED: "R-23"}


def _since(rule: str, spells: Sequence[Spell], month: int, status: Status) -> Test:
    spell = next((one for one in spells if one.covers(month_end(month))), None)
    return Test(f"{rule}.since", met=spell is not None, on=spell.from_on if spell else None, candidate=status.value)


def _silent_tests(facts: ClientFacts, month: int, rules: RuleSet) -> list[Test]:
    counted, silent = month_ends_counted(facts, month), Status.SILENT.value
    tests = [
        Test("R-24.open_months", met=_open_long_enough(facts, month, rules),
             actual=_full_months_open(facts.opened_on, month_end(month)), threshold=rules.silent_months,
             on=facts.opened_on, candidate=silent),
        Test("R-24.month_ends", met=counted >= rules.silent_months, actual=counted, threshold=rules.silent_months,
             candidate=silent),
    ]  # fmt: skip
    for each in _silent_window(month, rules):
        one = facts.months.get(each, NO_ROW)
        assets, trades = one.end_assets_fen, one.trades_count
        tests += [
            Test("R-24.assets", met=assets is not None and assets < rules.silent_assets_fen, actual=assets,
                 threshold=rules.silent_assets_fen, month=each, candidate=silent),
            Test("R-24.trades", met=trades == 0, actual=trades, threshold=0, month=each, candidate=silent),
        ]  # fmt: skip
    return tests


def _silent_window(month: int, rules: RuleSet) -> list[int]:
    return month_range(month_add(month, 1 - rules.silent_months), month)


def _open_long_enough(facts: ClientFacts, month: int, rules: RuleSet) -> bool:
    return add_months(facts.opened_on, rules.silent_months) <= month_end(month)


def _full_months_open(opened_on: date, end: date) -> int:
    count = months_between(month_of(opened_on), month_of(end))
    return count if add_months(opened_on, count) <= end else count - 1


def _ordered(events: Iterable[LifeEvent]) -> list[LifeEvent]:
    return sorted(events, key=lambda event: (event.on, event.at, event.kind in ENDING_EVENTS, event.account))


def _by_day(life: list[LifeEvent], *other_days: date | None) -> list[tuple[date, list[LifeEvent]]]:
    days: dict[date, list[LifeEvent]] = {day: [] for day in other_days if day is not None}
    for day, today in groupby(life, key=lambda event: event.on):
        days[day] = list(today)
    return sorted(days.items())


def _accounts_open_from_the_beginning(life: list[LifeEvent]) -> dict[int, bool]:
    first: dict[int, str | None] = {}
    for event in life:
        if event.kind in (AccountEventKind.OPENED, AccountEventKind.CLOSED):
            if first.get(event.account) is None:
                first[event.account] = event.kind
        else:
            first.setdefault(event.account, None)
    return {account: True for account, kind in first.items() if kind != AccountEventKind.OPENED}


def _spells(changes: list[tuple[date, bool]], opened_on: date) -> list[Spell]:
    spells: list[Spell] = []
    since: date | None = None
    for day, inside in changes:
        if inside and since is None:
            since = day
        elif not inside and since is not None:
            spells.append(Spell(since, day))
            since = None
    if since is not None:
        spells.append(Spell(since, None))
    clipped = [Spell(max(spell.from_on, opened_on), spell.to_on) for spell in spells]
    return [spell for spell in clipped if spell.to_on is None or spell.to_on > spell.from_on]
