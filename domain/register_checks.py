"""What a relationship that the register made must rest on: in time or approved, in order, by the right people.

Each answer is the list of what is missing, in the order of the rules (R-02, R-11 to R-16, R-37); an empty list is a
sound relationship. Relationships taken over from another platform bring no such evidence and are not asked for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.calendar import CalendarMissing, WorkingDays
from domain.decision import Reason
from domain.documents import Form, find_form_faults, required_forms
from domain.register_words import ChainKind, ChainState, Post, StepDecision
from domain.relationship_types import TypeRule


@dataclass(frozen=True)
class StepTaken:
    """One step of an approval: ``unit_id`` is the branch company that a confirmation speaks for."""

    level: int
    post: str
    decision: str | None = None
    decided_by: int | None = None
    decided_at: datetime | None = None
    unit_id: int | None = None


@dataclass(frozen=True)
class ChainTaken:
    """The approval behind a relationship: why it was needed, how it ended, and its steps in their order."""

    kind: str
    state: str
    steps: tuple[StepTaken, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What a relationship of the register rests on.

    ``event_at``, ``event_on``, ``event_has_time``: the client's act, None where nobody knows it. ``registered_at``,
    ``registered_on``: the record used. ``registrants``: records of different people valid at the event, the used one
    counted. ``holders``, ``registered_by``: user ids. ``client_branch``, ``holder_branches``: branch companies.
    """

    type: str
    event_at: datetime | None = None
    event_on: date | None = None
    event_has_time: bool = True
    registered_at: datetime | None = None
    registered_on: date | None = None
    registered_by: int | None = None
    prereg_no: str | None = None
    registrants: int = 1
    holders: frozenset[int] = frozenset()
    client_branch: int | None = None
    holder_branches: frozenset[int] = frozenset()
    chain: ChainTaken | None = None
    forms: tuple[Form, ...] = ()
    has_statement: bool = True


def is_traced(*, confirmed_at: datetime | None, how_confirmed: str | None) -> bool:
    """Tell whether a relationship counts: confirmed at a moment, by a rule, an approval or an import (R-02)."""
    return confirmed_at is not None and bool(how_confirmed)


def came_first(registered: datetime, registered_on: date, event_at: datetime, event_on: date, *,
               has_time: bool) -> bool:  # fmt: skip
    """Tell whether a record was made before the event; with the event's day alone: on an earlier day (R-10)."""
    return registered < event_at if has_time else registered_on < event_on


def approval_faults(rule: TypeRule, evidence: Evidence, calendar: WorkingDays) -> list[Reason]:
    """Return what the approval behind a relationship lacks, in the order of the rules (R-11 to R-16, R-37)."""
    if evidence.chain is not None and evidence.chain.kind == ChainKind.CROSS_BRANCH:
        return [*_late(rule, evidence, calendar), *_steps(evidence, evidence.chain), *_confirmations(evidence)]
    if evidence.chain is not None:
        return [*_late(rule, evidence, calendar), *_steps(evidence, evidence.chain), *_posts(rule, evidence.chain),
                *_crosses(rule, evidence)]  # fmt: skip
    if not rule.is_automatic:
        return [Reason("R-14.no_approval", {"type": rule.type})] if rule.chains else []
    found = _late(rule, evidence, calendar)
    if _is_late(evidence):
        found.append(Reason("R-11.no_approval"))
    if evidence.registrants > 1:
        found.append(Reason("R-13.no_approval", {"count": evidence.registrants}))
    return found + _crosses(rule, evidence)


def form_faults(rule: TypeRule, evidence: Evidence) -> list[Reason]:
    """Return the forms that are missing, unchecked or not of the day of the event (R-37); special-new needs none."""
    required = required_forms(rule.documents, evidence.chain.kind if evidence.chain else None)
    return find_form_faults(required, evidence.forms, event_on=evidence.event_on)


def share_faults(shares: Sequence[tuple[str, int]], *, limit: int = 10_000) -> list[Reason]:
    """Return what is wrong with the shares of one client, type and day: (staff_no, basis points) (R-15)."""
    total = sum(share for _, share in shares)
    return [Reason("R-15.above_one", {"share_bp": total})] if total > limit else []


def _is_late(evidence: Evidence) -> bool:
    if evidence.registered_at is None or evidence.registered_on is None:
        return False
    if evidence.event_at is None or evidence.event_on is None:
        return False
    return not came_first(evidence.registered_at, evidence.registered_on, evidence.event_at, evidence.event_on,
                          has_time=evidence.event_has_time)  # fmt: skip


def _late(rule: TypeRule, evidence: Evidence, calendar: WorkingDays) -> list[Reason]:
    """Count the working days of a late record; a year without a calendar is not decided (R-12)."""
    if not _is_late(evidence) or evidence.event_on is None or evidence.registered_on is None:
        return []
    if rule.makeup_working_days is None:
        return [Reason("R-11.none", {"type": rule.type})]
    try:
        days = calendar.count(evidence.event_on, evidence.registered_on)
    except CalendarMissing as missing:
        return [Reason("R-12.missing", {"year": missing.year})]
    if days > rule.makeup_working_days:
        return [Reason("R-11.too_late", {"prereg_no": evidence.prereg_no, "days": days,
                                         "event_on": evidence.event_on.isoformat(),
                                         "limit": rule.makeup_working_days})]  # fmt: skip
    return []


def _steps(evidence: Evidence, chain: ChainTaken) -> list[Reason]:
    """Return what is wrong with the steps: open or rejected, out of order, one person twice, one's own (R-14)."""
    if chain.state != ChainState.APPROVED:
        return [Reason("R-14.not_approved", {"chain_state": chain.state})]
    found = [Reason("R-14.step_open", {"post": step.post}) for step in chain.steps
             if step.decision != StepDecision.APPROVED]  # fmt: skip
    done = [step for step in chain.steps if step.decided_at is not None]
    found += [Reason("R-14.order", {"post": step.post}) for step in done
              if any(_decided_later(other, step) for other in done)]  # fmt: skip
    people = [step.decided_by for step in done if step.decided_by is not None]
    if len(people) > len(set(people)):
        found.append(Reason("R-14.twice"))
    found += [Reason("R-14.holder", {"post": step.post}) for step in done if step.decided_by in evidence.holders]
    found += [Reason("R-14.registrant", {"post": step.post}) for step in done
              if step.decided_by is not None and step.decided_by == evidence.registered_by]  # fmt: skip
    return found


def _decided_later(lower: StepTaken, step: StepTaken) -> bool:
    """Tell whether a step of a lower level was decided after a step."""
    return (lower.level < step.level and lower.decided_at is not None and step.decided_at is not None
            and lower.decided_at > step.decided_at)  # fmt: skip


def _posts(rule: TypeRule, chain: ChainTaken) -> list[Reason]:
    """Return the levels that the type's chain has and the approval lacks, or the other way round (R-14, R-34)."""
    levels = rule.levels(chain.kind)
    asked = sorted((level, post) for level, posts in enumerate(levels, start=1) for post in posts)
    if levels and asked != sorted((step.level, step.post) for step in chain.steps):
        return [Reason("R-14.levels", {"asked": len(levels), "count": len({step.level for step in chain.steps})})]
    return []


def _crosses(rule: TypeRule, evidence: Evidence) -> list[Reason]:
    """Return a cooperation across branch companies that was not confirmed as one (R-16)."""
    branches = evidence.holder_branches - {evidence.client_branch}
    if rule.levels(ChainKind.CROSS_BRANCH) and evidence.client_branch is not None and branches:
        return [Reason("R-16.not_confirmed")]
    return []


def _confirmations(evidence: Evidence) -> list[Reason]:
    """Return the branch companies whose confirmation is missing, headquarters', and the statement (R-16)."""
    chain = evidence.chain
    if chain is None:
        return []
    approved = [step for step in chain.steps if step.decision == StepDecision.APPROVED]
    spoke = {step.unit_id for step in approved if step.post == Post.BRANCH_CONFIRMATION}
    asked = evidence.holder_branches | ({evidence.client_branch} if evidence.client_branch is not None else set())
    found = [Reason("R-16.branch_missing", {"count": len(asked - spoke)})] if asked - spoke else []
    if not any(step.post == Post.HEADQUARTERS for step in approved):
        found.append(Reason("R-16.headquarters_missing"))
    if not evidence.has_statement:
        found.append(Reason("R-16.no_statement"))
    return found
