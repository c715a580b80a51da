"""What must hold of the register after any sequence of acts, read from the tables alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from data_access.tables import (
    app_user,
    approval_chain,
    approval_step,
    delegation,
    preregistration,
    relationship,
    relationship_share,
    staff,
    staff_qualification,
)
from domain.relationship_origin import CONTINUED
from domain.relationship_types import FIRST_TYPE_RULES

RULES = {rule.type: rule for rule in FIRST_TYPE_RULES}


@dataclass(frozen=True)
class Held:
    """A relationship with its shares by staff id."""

    row: Row[Any]
    shares: dict[int, int]


def register_faults(connection: Connection) -> list[str]:
    """Return every broken promise of the register as one sentence; empty when all hold."""
    held = _relationships(connection)
    confirmed = [one for one in held.values() if one.row.state == "confirmed"]
    return [
        *_development(confirmed), *_shares(confirmed), *_holders(connection, confirmed),
        *_chains(connection, held), *_confirmations(connection, confirmed),
    ]  # fmt: skip


def _relationships(connection: Connection) -> dict[int, Held]:
    shares: dict[int, dict[int, int]] = defaultdict(dict)
    for row in connection.execute(select(relationship_share)):
        shares[row.relationship_id][row.staff_id] = row.share_bp
    return {row.relationship_id: Held(row, shares[row.relationship_id])
            for row in connection.execute(select(relationship).order_by(relationship.c.relationship_id))}  # fmt: skip


def _overlap(one: Row[Any], other: Row[Any]) -> bool:
    return max(one.valid_from, other.valid_from) < min(one.valid_to or date.max, other.valid_to or date.max)


def _development(confirmed: Sequence[Held]) -> Iterator[str]:
    """One development relationship per client and day; one that people assign may be held in parts (R-39)."""
    own = [one.row for one in confirmed if RULES[one.row.type].is_development]
    for place, one in enumerate(own):
        for other in own[place + 1 :]:
            parts = one.type == other.type and RULES[one.type].event is None
            if one.client_id == other.client_id and _overlap(one, other) and not parts:
                yield f"two development relationships: {one.relationship_no} and {other.relationship_no}"


def _shares(confirmed: Sequence[Held]) -> Iterator[str]:
    """At most 10,000 basis points per client, type and day."""
    for one in confirmed:
        beside = [other for other in confirmed
                  if (other.row.client_id, other.row.type) == (one.row.client_id, one.row.type)
                  and other.row.valid_from <= one.row.valid_from < (other.row.valid_to or date.max)]  # fmt: skip
        total = sum(sum(other.shares.values()) for other in beside)
        if total > 10_000 or not one.shares:
            yield f"{one.row.relationship_no}: shares of {total} basis points on {one.row.valid_from}"


def _holders(connection: Connection, confirmed: Sequence[Held]) -> Iterator[str]:
    """Every holder is allowed, qualified and in service on the first day, and gone after the last one."""
    people = {row.staff_id: row for row in connection.execute(select(staff))}
    papers: dict[tuple[int, str], list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(staff_qualification)):
        papers[row.staff_id, row.kind].append(row)
    for one in confirmed:
        rule, on = RULES[one.row.type], one.row.valid_from
        if len(one.shares) > 1 and not rule.allows_split:
            yield f"{one.row.relationship_no}: {rule.type} is split"
        for staff_id in one.shares:
            person = people[staff_id]
            # what goes on for the other holders of a leaver is not asked anew
            for kind in rule.qualifications if one.row.how_confirmed != CONTINUED else ():
                if not any(paper.valid_from <= on < (paper.valid_to or date.max) for paper in papers[staff_id, kind]):
                    yield f"{one.row.relationship_no}: {person.staff_no} has no {kind} on {on}"
            if person.category not in rule.holders:
                yield f"{one.row.relationship_no}: {person.category} holds {rule.type}"
            if person.left_on is not None and (one.row.valid_to is None or one.row.valid_to > person.left_on) \
                    and one.row.valid_to != on:  # fmt: skip
                last = (one.row.valid_to or date.max) - person.left_on
                if last.days > 1:
                    yield f"{one.row.relationship_no}: {person.staff_no} holds it after leaving on {person.left_on}"


def _chains(connection: Connection, held: dict[int, Held]) -> Iterator[str]:
    """Order of the levels, four eyes, and the state that follows from the decisions."""
    steps: dict[int, list[Row[Any]]] = defaultdict(list)
    rows = connection.execute(
        select(approval_step, delegation.c.from_user_id)
        .outerjoin(delegation, delegation.c.delegation_id == approval_step.c.delegation_id)
        .order_by(approval_step.c.position)
    )  # fmt: skip
    for row in rows:
        steps[row.chain_id].append(row)
    persons = {row.user_id: row.staff_id for row in connection.execute(select(app_user))}
    registrants = {row.prereg_id: row.registered_by for row in connection.execute(select(preregistration))}
    for chain in connection.execute(select(approval_chain)):
        object_ = held.get(chain.object_id)
        entered = {chain.submitted_by}
        if object_ is not None:
            entered |= {object_.row.created_by, registrants.get(object_.row.prereg_id)}
        for number in range(1, chain.round + 1):
            yield from _round(chain, [step for step in steps[chain.chain_id] if step.round == number], number)
        for step in steps[chain.chain_id]:
            deciders = {step.decided_by, step.from_user_id} - {None}
            if deciders & entered:
                yield f"{chain.chain_no}: level {step.level} was decided by who entered it"
            if object_ is not None and {persons[user] for user in deciders} & set(object_.shares):
                yield f"{chain.chain_no}: level {step.level} was decided by a holder"


def _round(chain: Row[Any], steps: Sequence[Row[Any]], number: int) -> Iterator[str]:
    decided = [step for step in steps if step.decision is not None]
    people = [user for step in decided for user in {step.decided_by, step.from_user_id or step.decided_by}]
    if len(people) != len(set(people)):
        yield f"{chain.chain_no}: one person decided two steps of round {number}"
    for step in decided:
        if any(other.decision != "approved" for other in steps if other.level < step.level):
            yield f"{chain.chain_no}: level {step.level} was decided before the one below"
    ends = [step.decision for step in decided if step.decision != "approved"]
    if len(ends) > 1:
        yield f"{chain.chain_no}: round {number} ended twice"
    complete = all(step.decision == "approved" for step in steps)
    if number < chain.round:
        # returned, or begun anew because a holder has left
        if ends == ["rejected"] or complete:
            yield f"{chain.chain_no}: round {number} was decided, and another one begun"
        return
    expected = {"approved": complete, "rejected": ends == ["rejected"], "returned": ends == ["returned"],
                "running": not ends and not complete, "withdrawn": True}[chain.state]  # fmt: skip
    if not expected:
        yield f"{chain.chain_no} is {chain.state}, its steps say {[step.decision for step in steps]}"


def _goes_on(earlier: Held, later: Held) -> bool:
    """Tell whether a relationship is the rest of an earlier one that ended on its first day."""
    same = (earlier.row.client_id, earlier.row.type, earlier.row.valid_to) == (
        later.row.client_id, later.row.type, later.row.valid_from)  # fmt: skip
    return same and later.shares.items() < earlier.shares.items()


def _confirmations(connection: Connection, confirmed: Sequence[Held]) -> Iterator[str]:
    """What is confirmed was approved, rests on a record from before the event, or goes on without a leaver."""
    states = {row.chain_id: row.state for row in connection.execute(select(approval_chain))}
    records = {row.prereg_id: row for row in connection.execute(select(preregistration))}
    for one in confirmed:
        row = one.row
        if row.how_confirmed == "automatic":
            record = records.get(row.prereg_id)
            if record is None or not RULES[row.type].is_automatic or record.expires_on < row.valid_from:
                yield f"{row.relationship_no}: made without a valid record"
        elif row.how_confirmed == CONTINUED:
            if not any(_goes_on(earlier, one) for earlier in confirmed):
                yield f"{row.relationship_no}: goes on after nothing"
        elif states.get(row.chain_id) != "approved":
            yield f"{row.relationship_no}: confirmed without approval"
