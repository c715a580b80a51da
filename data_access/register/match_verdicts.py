"""What becomes of one event: a confirmed relationship, pending ones with their approvals, a conflict, or nothing.

A confirmed relationship is never taken back by an event that comes late: such an event opens a conflict item.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from data_access.clock import now
from data_access.commands.acting import Refused, insert_for, require
from data_access.register.chains import open_chain
from data_access.register.confirm import confirm_relationship, end_development, read_standing
from data_access.register.conflicts import details_of
from data_access.register.match_book import MatchBook, is_development
from data_access.register.match_subjects import Held, Subject, is_unclaimed
from data_access.register.numbers import next_id, relationship_number
from data_access.register.task_results import settle_task
from data_access.tables import account_match, conflict_item, preregistration, relationship, relationship_share, staff
from domain.confirmation import decide_confirmation
from domain.decision import Reason
from domain.match_facts import Claim, ClientFacts, EventFacts, Match, TraceLine
from domain.matching import match
from domain.preregistration import Registered
from domain.register_words import BusinessEvent, ChainKind, ConflictKind, ConflictState, MatchOutcome
from domain.relationship_types import TypeRule
from domain.tasks import TaskAct
from domain.words import RelationshipState

_STILL_AWAY = ("R-21.event", "R-23.event", "R-23.not_archived")
"""Reasons by which a client has not come back at all: the hand-out goes on."""
_OPENINGS = (BusinessEvent.ACCOUNT_OPENING, BusinessEvent.ACTIVATION)


@dataclass
class Verdict:
    """What became of an event, as ``account_match`` keeps it."""

    outcome: str
    trace: list[TraceLine]
    type: str | None = None
    relationship_id: int | None = None
    chain_id: int | None = None
    conflict_id: int | None = None
    task_id: int | None = None


def settle_event(connection: Connection, book: MatchBook, event: Row[Any]) -> tuple[str, Verdict]:
    """Decide an event and do what follows from it; return what it meant and the verdict, which ``keep`` writes.

    Raises ``CalendarMissing`` and writes nothing then.
    """
    subject = book.subjects[event.client_id]
    business = book.business(event)
    records = [one for one in subject.records if is_unclaimed(connection, one.prereg_id, event.event_id)]
    client = book.client_facts(event, records)
    covering = _covering(book, subject, event, business, client)
    if covering is not None:
        line = TraceLine(holds=True, code="R-02.taken_over", params={"relationship_no": covering.relationship_no})
        verdict = Verdict(MatchOutcome.RELATIONSHIP.value, [line], covering.type, covering.relationship_id)
    else:
        verdict = _decide(connection, book, event, book.event_facts(event, business), client, records)
    return business, verdict


def _decide(
    connection: Connection, book: MatchBook, event: Row[Any], facts: EventFacts, client: ClientFacts,
    records: list[Registered],
) -> Verdict:  # fmt: skip
    subject, rules = book.subjects[event.client_id], book.rules_on(event.on_date)
    found = match(facts, records, client, rules, book.calendar_of(event.on_date, records))
    verdict = Verdict(found.outcome, list(found.trace), found.type)
    if client.hand_out is not None and facts.business == BusinessEvent.ACTIVATION:
        verdict.task_id = client.hand_out.task_id
    made = [one for one in subject.held if one.event_id == event.event_id]
    if any(one.state == RelationshipState.CONFIRMED for one in made):
        # a make-up beside what this event has made already changes nothing (A18)
        return Verdict(MatchOutcome.RELATIONSHIP.value, list(found.trace), made[0].type, made[0].relationship_id,
                       made[0].chain_id)  # fmt: skip
    later = _contradicted(subject, event, facts, client, rules)
    if later is not None:
        values = {"relationship_no": later.relationship_no, "since": later.valid_from.isoformat()}
        reason = Reason("R-02.late_event", values)
        return _conflict(connection, event, subject, verdict, later.relationship_id, reason)
    before = [replace(held) for held in subject.held]
    try:
        with connection.begin_nested():
            if found.outcome == MatchOutcome.RELATIONSHIP:
                _confirm(connection, event, subject, rules, found.claims[0], verdict)
            elif found.outcome == MatchOutcome.CHAIN:
                _open_chains(connection, book, event, facts, found.claims, verdict)
    except Refused as refused:
        subject.held = before
        return _conflict(connection, event, subject, verdict, None, refused.reason)
    _settle_hand_out(connection, client, facts, found)
    return verdict


def _covering(book: MatchBook, subject: Subject, event: Row[Any], business: str, client: ClientFacts) -> Held | None:
    """Return the relationship taken over from another platform that this event made there.

    It begins on the day of the event or later, before the same thing happened again.
    """
    if business == BusinessEvent.ACTIVATION and not client.is_in_pool:
        return None
    makers = {rule.type for rule in book.rules_on(event.on_date).values()
              if rule.event == business
              or (business == BusinessEvent.ACTIVATION and rule.levels(ChainKind.SPECIAL_NEW))}  # fmt: skip
    same = [one.on_date for one in subject.life if one.at > event.at
            and (one.event, one.account_kind) == (event.event, event.account_kind)]  # fmt: skip
    for held in subject.held:
        if (held.event_id is None and held.state == RelationshipState.CONFIRMED and held.type in makers
                and held.valid_from >= event.on_date and (not same or held.valid_from < same[0])):  # fmt: skip
            return held
    return None


def _contradicted(
    subject: Subject, event: Row[Any], facts: EventFacts, client: ClientFacts, rules: Mapping[str, TypeRule]
) -> Held | None:
    """Return what a later event of the same business has made already: this one came too late to be asked first."""
    if facts.business == BusinessEvent.ACTIVATION and not client.is_in_pool:
        return None
    for held in subject.held:
        if held.event_at is None or held.event_at <= event.at:
            continue
        same = held.type in rules and rules[held.type].event == facts.business
        if same or (facts.business in _OPENINGS and is_development(held, rules)):
            return held
    return None


def _confirm(
    connection: Connection, event: Row[Any], subject: Subject, rules: Mapping[str, TypeRule], claim: Claim,
    verdict: Verdict,
) -> None:  # fmt: skip
    if rules[claim.type].event == BusinessEvent.ACTIVATION:
        ended = end_development(connection, client_id=event.client_id, on=event.on_date)
        for held in subject.held:
            if held.relationship_id in ended:
                held.valid_to = event.on_date
    key = confirm_relationship(
        connection, user_id=None, client_id=event.client_id, type=claim.type, valid_from=event.on_date,
        holders=claim.holders, how="automatic", event_id=event.event_id, prereg_id=claim.prereg_id)  # fmt: skip
    verdict.relationship_id = key
    subject.held.append(Held(key, relationship_number(key), claim.type, RelationshipState.CONFIRMED.value,
                             event.on_date, None, event.event_id, event.at, claim.prereg_id))  # fmt: skip


def _open_chains(
    connection: Connection, book: MatchBook, event: Row[Any], facts: EventFacts, claims: Iterable[Claim],
    verdict: Verdict,
) -> None:  # fmt: skip
    """Put every claim that has none yet before its approvers, as a pending relationship of its own."""
    subject, rules = book.subjects[event.client_id], book.rules_on(event.on_date)
    office, chosen = book.office_of(event), list(claims)
    known = {row.prereg_id: row for row in connection.execute(
        select(relationship).where(relationship.c.event_id == event.event_id))}  # fmt: skip
    for claim in chosen:
        if claim.prereg_id in known:
            verdict.relationship_id = verdict.relationship_id or known[claim.prereg_id].relationship_id
            verdict.chain_id = verdict.chain_id or known[claim.prereg_id].chain_id
            continue
        rule = rules[claim.type]
        if claim.chain_kind != ChainKind.SPECIAL_NEW:
            share = sum(bp for _, bp in claim.holders)
            standing = read_standing(connection, event.client_id, on_day=event.on_date)
            require(decide_confirmation(rule, event.on_date, share, standing))
        key = _pending(connection, event, claim)
        chain_id = open_chain(
            connection, object_kind="relationship", object_id=key, kind=str(claim.chain_kind), type=claim.type,
            levels=rule.levels(str(claim.chain_kind)), branch_id=facts.branch_id, office_id=office,
            client_id=event.client_id, content=_content(connection, book, event, claim, chosen), submitted_by=None,
            confirming_branches=claim.branches)  # fmt: skip
        connection.execute(update(relationship).where(relationship.c.relationship_id == key)
                           .values(chain_id=chain_id))  # fmt: skip
        subject.held.append(Held(key, relationship_number(key), claim.type, RelationshipState.PENDING.value,
                                 event.on_date, None, event.event_id, event.at, claim.prereg_id, chain_id))  # fmt: skip
        verdict.relationship_id = verdict.relationship_id or key
        verdict.chain_id = verdict.chain_id or chain_id


def _pending(connection: Connection, event: Row[Any], claim: Claim) -> int:
    key = next_id(connection, relationship)
    connection.execute(insert(relationship).values(
        relationship_id=key, relationship_no=relationship_number(key), client_id=event.client_id, type=claim.type,
        state=RelationshipState.PENDING.value, valid_from=event.on_date, created_at=now(), event_id=event.event_id,
        prereg_id=claim.prereg_id, version=1))  # fmt: skip
    connection.execute(insert(relationship_share), [
        {"relationship_id": key, "staff_id": staff_id, "share_bp": share} for staff_id, share in claim.holders
    ])  # fmt: skip
    return key


def _content(
    connection: Connection, book: MatchBook, event: Row[Any], claim: Claim, claims: Iterable[Claim]
) -> dict[str, object]:
    """Return what approvers are shown; holders and first day are completed from the pending relationship."""
    row = book.subjects[event.client_id].row
    record = connection.execute(
        select(preregistration.c.prereg_no, preregistration.c.registered_at, preregistration.c.expires_on)
        .where(preregistration.c.prereg_id == claim.prereg_id)
    ).one()  # fmt: skip
    numbers: dict[int, str] = dict(connection.execute(
        select(staff.c.staff_id, staff.c.staff_no).where(staff.c.staff_id.in_([one for one, _ in claim.holders]))
    ).all())  # fmt: skip
    return {
        "client_no": row.client_no, "type": claim.type, "valid_from": event.on_date.isoformat(),
        "event": {"kind": event.event, "account_kind": event.account_kind, "at": event.at.isoformat(),
                  "has_time": bool(event.has_time)},
        "record": {"prereg_no": record.prereg_no, "registered_at": record.registered_at.isoformat(),
                   "expires_on": record.expires_on.isoformat()},
        "holders": [{"staff_no": numbers[key], "share_bp": share}
                    for key, share in sorted(claim.holders, key=lambda one: numbers[one[0]])],
        "rivals": [{"prereg_no": one.prereg_no} for one in claims if one.prereg_id != claim.prereg_id],
    }  # fmt: skip


def _conflict(
    connection: Connection, event: Row[Any], subject: Subject, verdict: Verdict, relationship_id: int | None,
    reason: Reason,
) -> Verdict:  # fmt: skip
    """Open a conflict item for people; the same event opens one only."""
    key = f"{ConflictKind.LATE_EVENT}:{subject.row.client_no}:{event.account_no}:{event.event}:{event.at.isoformat()}"
    connection.execute(
        insert_for(connection, conflict_item)
        .values(kind=ConflictKind.LATE_EVENT.value, fault_key=key, client_id=event.client_id,
                relationship_id=relationship_id, event_id=event.event_id, details=details_of(reason),
                state=ConflictState.OPEN.value, opened_at=now(), version=1)
        .on_conflict_do_nothing(index_elements=["fault_key"])
    )  # fmt: skip
    item = connection.execute(select(conflict_item.c.conflict_id).where(conflict_item.c.fault_key == key)).scalar_one()
    line = TraceLine(holds=False, code=reason.code, params=reason.params)
    return Verdict(MatchOutcome.CONFLICT.value, [*verdict.trace, line], verdict.type, relationship_id=relationship_id,
                   conflict_id=item, task_id=verdict.task_id)  # fmt: skip


def _settle_hand_out(connection: Connection, client: ClientFacts, facts: EventFacts, found: Match) -> None:
    """Close the hand-out that held when the client came back (R-28)."""
    if client.hand_out is None or facts.business != BusinessEvent.ACTIVATION:
        return
    if found.outcome == MatchOutcome.RELATIONSHIP:
        settle_task(connection, client.hand_out.task_id, TaskAct.RECOGNISED)
    elif found.task_reason is not None and found.task_reason.code not in _STILL_AWAY:
        settle_task(connection, client.hand_out.task_id, TaskAct.NOT_RECOGNISED, reason=found.task_reason.code)


def trace_text(lines: Iterable[TraceLine]) -> str:
    """Write a trace as ``account_match.trace`` keeps it."""
    return json.dumps([{"holds": line.holds, "code": line.code, "params": dict(line.params)} for line in lines],
                      ensure_ascii=False, sort_keys=True)  # fmt: skip


def keep(connection: Connection, verdicts: Iterable[tuple[Row[Any], str, Verdict]]) -> None:
    """Write verdicts, each better one in the place of an earlier one: (event, what it meant, verdict)."""
    moment = now()
    rows = [
        {"event_id": event.event_id, "business_event": business, "client_id": event.client_id,
         "outcome": verdict.outcome, "type": verdict.type, "relationship_id": verdict.relationship_id,
         "chain_id": verdict.chain_id, "conflict_id": verdict.conflict_id, "task_id": verdict.task_id,
         "trace": trace_text(verdict.trace), "decided_at": moment}
        for event, business, verdict in verdicts
    ]  # fmt: skip
    if not rows:
        return
    statement = insert_for(connection, account_match)
    columns = {name: statement.excluded[name] for name in rows[0] if name != "event_id"}
    connection.execute(statement.on_conflict_do_update(index_elements=["event_id"], set_=columns), rows)
