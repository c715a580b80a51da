"""Events of clients without a record or a hand-out, decided in a few statements whatever their number.

Without a record only a relationship taken over from another platform can speak for such an event; where none does, a
new client is natural and any other event makes nothing. What the matching itself has made is looked at event by event.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, literal, not_, or_, select

from data_access.bulk import tell_size
from data_access.reads.type_rules import read_type_versions
from data_access.register.match_events import BUSINESS_ACCOUNTS, RULE_ORDER, own_record, waiting
from data_access.tables import account, account_event, account_match, client, preregistration, relationship
from data_access.tables import reactivation_task as task
from domain.register_words import BusinessEvent, MatchOutcome
from domain.words import AccountEventKind, AccountKind, RelationshipState

MANY = 5_000
"""Events from which on a plan made for few of them would take minutes."""
_COLUMNS = ("event_id", "business_event", "client_id", "outcome", "type", "relationship_id", "trace", "decided_at")
_CONFIRMED = RelationshipState.CONFIRMED.value
_ANY = relationship.alias("any_held")
"""Any relationship of the client, beside the one that covers an event."""


def settle_unspoken(connection: Connection, at: datetime) -> int:
    """Decide the events about which no record and no hand-out says anything; return how many."""
    versions = read_type_versions(connection)
    count, told = 0, 0
    if connection.execute(waiting(account_event.c.event_id).offset(MANY).limit(1)).first():
        tell_size(connection, account_event, account, client, relationship, preregistration, task, account_match)
    for business, condition in _business_conditions():
        makers = sorted({one.rule.type for one in versions if one.rule.event == business})
        for covered in (True, False):
            count += _settle(connection, business, condition, makers, at, covered=covered)
            if count - told > MANY:
                tell_size(connection, account_match)
                told = count
    return count


def _business_conditions() -> Iterable[tuple[str, ColumnElement[bool]]]:
    """Yield what each kind of event means; a return only where the client has no relationship at all."""
    event, kind = account_event.c.event, account.c.account_kind
    opened = event == AccountEventKind.OPENED.value
    new = and_(opened, kind == AccountKind.CASH.value, account_event.c.on_date <= client.c.opened_on)
    yield BusinessEvent.ACCOUNT_OPENING.value, new
    for code, meaning in BUSINESS_ACCOUNTS.items():
        yield meaning, and_(opened, kind == code)
    yield BusinessEvent.FIRST_REPO.value, event == AccountEventKind.FIRST_REPO.value
    returned = and_(kind == AccountKind.CASH.value, event != AccountEventKind.FIRST_REPO.value, not_(new))
    unheld = ~exists().where(_ANY.c.client_id == client.c.client_id)
    yield BusinessEvent.ACTIVATION.value, and_(returned, unheld)


def _settle(
    connection: Connection, business: str, condition: ColumnElement[bool], makers: list[str], at: datetime, *,
    covered: bool,
) -> int:  # fmt: skip
    """Decide one kind of event: those that a relationship taken over covers, or those that none covers."""
    held = relationship.alias("held")
    begins = and_(
        held.c.client_id == client.c.client_id, held.c.type.in_(makers), held.c.event_id.is_(None),
        held.c.state == _CONFIRMED, held.c.valid_from >= account_event.c.on_date, _not_again(held),
    )  # fmt: skip
    verdict: list[ColumnElement[Any]]
    if covered:
        first = select(func.min(held.c.relationship_no)).where(begins).scalar_subquery()
        verdict = [literal(MatchOutcome.RELATIONSHIP.value), relationship.c.type, relationship.c.relationship_id,
                   _taken_over_text()]  # fmt: skip
    else:
        natural = business == BusinessEvent.ACCOUNT_OPENING
        outcome = MatchOutcome.NATURAL if natural else MatchOutcome.NONE
        code = "R-30.natural" if natural else "R-10.no_record"
        line: dict[str, object] = {"holds": natural, "code": code, "params": {}}
        verdict = [literal(outcome.value), literal(None, account_match.c.type.type),
                   literal(None, account_match.c.relationship_id.type), literal(json.dumps([line]))]  # fmt: skip
    rows = waiting(account_event.c.event_id, literal(business), account_event.c.client_id, *verdict,
                   literal(at, account_match.c.decided_at.type)).where(condition, not_(_speaks()))  # fmt: skip
    if covered:
        rows = rows.join(relationship, relationship.c.relationship_no == first)
    else:
        rows = rows.where(~exists().where(begins))
    # numbered in the order of the rules: the same facts make the same rows, whatever plan the engine takes
    ordered = rows.order_by(*RULE_ORDER, account_event.c.event_id)
    done = connection.execute(insert(account_match).from_select(list(_COLUMNS), ordered),
                              execution_options={"preserve_rowcount": True})  # fmt: skip
    return int(done.rowcount)


def _not_again(held: Any) -> ColumnElement[bool]:
    """Return the condition that the same thing did not happen again before a relationship began."""
    later, other = account_event.alias("later"), account.alias("other")
    return ~exists(
        select(later.c.event_id).join(other, other.c.account_id == later.c.account_id)
        .where(later.c.client_id == account_event.c.client_id, later.c.event == account_event.c.event,
               other.c.account_kind == account.c.account_kind, later.c.at > account_event.c.at,
               later.c.on_date <= held.c.valid_from)
        .correlate(account_event, account, held)
    )  # fmt: skip


def _speaks() -> ColumnElement[bool]:
    """Return the condition of clients whose events are looked at one by one."""
    record = preregistration.c
    return or_(
        exists().where(record.document_hash == client.c.document_hash, own_record()),
        exists().where(record.client_name == client.c.name, record.contact_masked == client.c.phone_masked,
                       own_record()),
        exists().where(_ANY.c.client_id == client.c.client_id,
                       or_(_ANY.c.event_id.is_not(None), _ANY.c.prereg_id.is_not(None))),
        exists().where(task.c.client_id == client.c.client_id),
    )  # fmt: skip


def _taken_over_text() -> ColumnElement[str]:
    """Return the trace of an event that a relationship taken over covers, with its number."""
    before, after = json.dumps(
        [{"holds": True, "code": "R-02.taken_over", "params": {"relationship_no": "#"}}]
    ).split("#")  # fmt: skip
    number = func.replace(func.replace(relationship.c.relationship_no, "\\", "\\\\"), '"', '\\"')
    return literal(before) + number + literal(after)
