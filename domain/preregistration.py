"""Pre-registrations: what may be registered (R-10, R-15, R-27, R-29, R-37) and what a record is worth at an event.

Moments are timezone-aware; days are Shanghai days. Nothing here reads the clock: the caller brings the moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.calendar import WorkingDays
from domain.confirmation import decide_split
from domain.decision import Decision, allow, refuse
from domain.holders import HolderFacts, decide_holder
from domain.identity import normal_text
from domain.months import add_months
from domain.register_words import BusinessEvent, ChainKind, PreregistrationRoute, PreregistrationState
from domain.relationship_types import TypeRule
from domain.words import OPEN_TASK_STATES


@dataclass(frozen=True)
class Holding:
    """One holder of a record and the share in basis points."""

    staff_id: int
    staff_no: str
    share_bp: int


@dataclass(frozen=True)
class Registered:
    """A pre-registration as the rules see it; ``expires_on`` is the last day on which it is valid."""

    prereg_id: int
    prereg_no: str
    type: str
    client_name: str
    document_hash: str
    has_contact: bool
    registered_at: datetime
    registered_on: date
    expires_on: date
    holders: tuple[Holding, ...]
    state: str = PreregistrationState.ACTIVE
    route: str = PreregistrationRoute.ORDINARY
    withdrawn_at: datetime | None = None
    task_id: int | None = None

    @property
    def claim(self) -> tuple[tuple[int, int], ...]:
        """Who claims the client and how it is split; two records with one claim are one registration (R-13)."""
        return tuple(sorted((one.staff_id, one.share_bp) for one in self.holders))


@dataclass(frozen=True)
class Moment:
    """When an event happened: the moment, its day, and whether more than the day is known (R-10)."""

    at: datetime
    on: date
    has_time: bool = True


def last_valid_day(rule: TypeRule, registered_on: date) -> date:
    """Return the last day of a record's life: the same day-number, clamped to the month's end (R-10)."""
    return add_months(registered_on, rule.validity_months)


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are one, whatever their width, case and spaces."""
    return normal_text(one).casefold() == normal_text(other).casefold()


def was_before(record: Registered, event: Moment) -> bool:
    """Tell whether a record provably came before an event: an earlier moment, or an earlier day without times."""
    return record.registered_at < event.at if event.has_time else record.registered_on < event.on


def decide_valid(record: Registered, event: Moment) -> Decision:
    """Decide whether a record was valid when the event happened (R-10).

    It is complete, came strictly before the event, its last day is not over, and it was not withdrawn until then.
    That its time is over follows from ``expires_on``, never from its state. The person is compared elsewhere.
    """
    facts = {"prereg_no": record.prereg_no, "registered_on": record.registered_on.isoformat(),
             "event_on": event.on.isoformat()}  # fmt: skip
    if not record.has_contact:
        return refuse("R-10.incomplete", **facts)
    if not was_before(record, event):
        return refuse("R-10.not_before", **facts)
    if event.on > record.expires_on:
        return refuse("R-10.expired", **facts, expires_on=record.expires_on.isoformat())
    if record.withdrawn_at is not None and record.withdrawn_at <= event.at:
        return refuse("R-10.withdrawn", **facts)
    return allow("R-10.valid", **facts, expires_on=record.expires_on.isoformat())


def is_valid_at(record: Registered, event: Moment) -> bool:
    """Tell whether a record was valid when the event happened (R-10)."""
    return bool(decide_valid(record, event))


def decide_makeup(record: Registered, event: Moment, rule: TypeRule, calendar: WorkingDays) -> Decision:
    """Decide whether a record is a make-up for an event (R-11, R-12, R-36).

    It came at the event or after it (or on its day, where the order cannot be proved), at most
    ``makeup_working_days`` working days later, the day of the event not counted, and still stands.
    Raises ``CalendarMissing`` for a year without a calendar.
    """
    facts = {"prereg_no": record.prereg_no, "registered_on": record.registered_on.isoformat(),
             "event_on": event.on.isoformat()}  # fmt: skip
    limit = rule.makeup_working_days
    if limit is None:
        return refuse("R-11.none", **facts, type=rule.type)
    if not record.has_contact:
        return refuse("R-10.incomplete", **facts)
    if was_before(record, event):
        return refuse("R-11.before", **facts)
    if record.state == PreregistrationState.WITHDRAWN:
        return refuse("R-10.withdrawn", **facts)
    days = calendar.count(event.on, record.registered_on)
    if days > limit:
        return refuse("R-11.too_late", **facts, days=days, limit=limit)
    return allow("R-11.makeup", **facts, days=days, limit=limit)


def is_makeup(record: Registered, event: Moment, rule: TypeRule, calendar: WorkingDays) -> bool:
    """Tell whether a record is a make-up for an event; raises ``CalendarMissing``."""
    return bool(decide_makeup(record, event, rule, calendar))


def distinct_claims(records: Iterable[Registered]) -> list[tuple[tuple[int, int], ...]]:
    """Return the different claims among records: one means one registrant, several need an approval (R-13)."""
    return sorted({record.claim for record in records})


@dataclass(frozen=True)
class TaskGiven:
    """The open hand-out that a registration names (R-27)."""

    task_no: str
    staff_no: str
    state: str
    is_same_client: bool


@dataclass(frozen=True)
class Entry:
    """What is known when a registration is entered.

    ``own``: staff numbers for whom the acting person may register. ``matched``: the active relationship, type and
    first day, that already answers the same event of this client (A18). ``taken_until``: the last day of a valid
    record that shuts others out, ``taken_by_own`` when it is the registrant's (R-37). ``held_task_by``: who holds an
    open hand-out of the client. ``is_known_client``: the document belongs to a client of the firm.
    """

    own: frozenset[str]
    route: str = PreregistrationRoute.ORDINARY
    is_known_client: bool = False
    matched: tuple[str, date] | None = None
    taken_until: date | None = None
    taken_by_own: bool = False
    task: TaskGiven | None = None
    held_task_by: str | None = None


def decide_preregistration(
    rule: TypeRule, holders: Sequence[tuple[HolderFacts, int]], entry: Entry, on: date
) -> Decision:
    """Decide whether a registration may be entered on a day; the first reason that stands is the one given."""
    if not rule.needs_preregistration:
        return refuse("R-10.no_registration", type=rule.type)
    split = decide_split(rule, [(person.staff_no, share_bp) for person, share_bp in holders])
    if not split:
        return split
    if not any(person.staff_no in entry.own for person, _ in holders):
        return refuse("prereg.not_own")
    for person, _ in holders:
        allowed = decide_holder(rule, person, on)
        if not allowed:
            return allowed
    # a pool client won back ends what was before, so only the ordinary route is shut by it
    if entry.matched is not None and entry.route == PreregistrationRoute.ORDINARY:
        kind, since = entry.matched
        return refuse("R-13.matched", type=kind, since=since.isoformat())
    if entry.taken_until is not None:
        return refuse("R-37.own" if entry.taken_by_own else "R-37.taken", until=entry.taken_until.isoformat())
    return _decide_route(rule, holders, entry)


def _decide_route(rule: TypeRule, holders: Sequence[tuple[HolderFacts, int]], entry: Entry) -> Decision:
    """Decide the path: a hand-out for an activation (R-27), or the special-new application (R-29)."""
    if entry.route == PreregistrationRoute.SPECIAL_NEW:
        if not rule.levels(ChainKind.SPECIAL_NEW):
            return refuse("R-29.no_route", type=rule.type)
        if not entry.is_known_client:
            return refuse("R-29.not_client")
        return refuse("R-29.handed_out") if entry.held_task_by is not None else allow("R-10.allowed")
    if rule.event != BusinessEvent.ACTIVATION:
        return allow("R-10.allowed") if entry.task is None else refuse("R-27.not_for_task", type=rule.type)
    task = entry.task
    if task is None or task.staff_no not in {person.staff_no for person, _ in holders}:
        return refuse("R-27.no_task", type=rule.type)
    if task.state not in {state.value for state in OPEN_TASK_STATES}:
        return refuse("task.state", task_no=task.task_no, state=task.state)
    return allow("R-10.allowed") if task.is_same_client else refuse("R-27.other_client", task_no=task.task_no)


def decide_withdrawal(record: Registered, reason: str) -> Decision:
    """Decide whether a record may be withdrawn: it still stands, and there is a reason."""
    if record.state in (PreregistrationState.WITHDRAWN, PreregistrationState.MATCHED):
        return refuse("prereg.state", prereg_no=record.prereg_no, prereg_state=record.state)
    return allow("R-10.allowed") if reason.strip() else refuse("task.reason_missing")


def decide_renewal(record: Registered, on: date) -> Decision:
    """Decide whether a record may be registered again: neither withdrawn nor matched, and not on its first day."""
    if record.state in (PreregistrationState.WITHDRAWN, PreregistrationState.MATCHED):
        return refuse("prereg.state", prereg_no=record.prereg_no, prereg_state=record.state)
    if record.registered_on >= on:
        return refuse("prereg.same_day", prereg_no=record.prereg_no)
    return allow("R-10.allowed")
