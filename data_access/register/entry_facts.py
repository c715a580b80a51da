"""What the firm knows about a client when somebody registers them: existing matches, other records, hand-outs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select, update

from data_access.actor import ActingUser
from data_access.commands.acting import Refused
from data_access.reads.type_rules import read_type_rules
from data_access.tables import (
    client,
    preregistration,
    preregistration_share,
    reactivation_task,
    relationship,
    staff,
)
from domain.decision import Reason
from domain.preregistration import Entry, TaskGiven, same_name
from domain.register_words import PreregistrationState
from domain.relationship_types import TypeRule
from domain.words import OPEN_TASK_STATES, RelationshipState

_OPEN = [state.value for state in OPEN_TASK_STATES]


@dataclass(frozen=True)
class KnownEntry:
    """The facts that the rule asks for, and the task that the record will name."""

    facts: Entry
    task_id: int | None


def exclusive_key(rule: TypeRule, document_hash: str) -> str | None:
    """Return the key that one valid record of a document may carry (R-37); None where others may register too."""
    return f"{rule.type}:{document_hash}" if rule.shuts_out_others else None


def free_expired_key(connection: Connection, key: str | None, today: date) -> None:
    """Take the key from a record whose last day is over."""
    if key is not None:
        connection.execute(
            update(preregistration)
            .where(preregistration.c.exclusive_key == key, preregistration.c.expires_on < today)
            .values(exclusive_key=None, state=PreregistrationState.EXPIRED.value,
                    version=preregistration.c.version + 1)
        )  # fmt: skip


def read_entry(connection: Connection, user: ActingUser, rule: TypeRule, row: Mapping[str, Any], task_no: str | None,
               today: date) -> KnownEntry:  # fmt: skip
    """Read what the rule needs to know about a registration; the task is locked. Raises ``Refused``."""
    known = connection.execute(
        select(client.c.client_id).where(client.c.document_hash == row["document_hash"])
    ).scalars().all()  # fmt: skip
    until, own = _taken(connection, user, exclusive_key(rule, row["document_hash"]))
    task_id, task = _task(connection, user, row, task_no)
    number = connection.execute(select(staff.c.staff_no).where(staff.c.staff_id == user.staff_id)).scalar()
    facts = Entry(
        own=frozenset([number] if number else []), route=row["route"], is_known_client=bool(known),
        matched=_matched(connection, rule, known, today), taken_until=until, taken_by_own=own, task=task,
        held_task_by=_held_by(connection, known))  # fmt: skip
    return KnownEntry(facts, task_id)


def _matched(connection: Connection, rule: TypeRule, client_ids: Sequence[int], today: date) -> tuple[str, date] | None:
    """Return an active relationship of a type that the same event makes (A18)."""
    rivals = [one.type for one in read_type_rules(connection, today).values() if one.event == rule.event]
    one = relationship.c
    row = connection.execute(
        select(one.type, one.valid_from)
        .where(one.client_id.in_(list(client_ids)), one.type.in_(rivals),
               one.state == RelationshipState.CONFIRMED.value, one.valid_from <= today,
               or_(one.valid_to.is_(None), one.valid_to > today))
        .order_by(one.valid_from).limit(1)
    ).first()  # fmt: skip
    return (row.type, row.valid_from) if row else None


def _taken(connection: Connection, user: ActingUser, key: str | None) -> tuple[date | None, bool]:
    """Return the last day of the record that shuts others out, and whether the acting person holds it."""
    if key is None:
        return None, False
    share = preregistration_share.c
    row = connection.execute(
        select(preregistration.c.expires_on, share.staff_id)
        .join(preregistration_share, share.prereg_id == preregistration.c.prereg_id)
        .where(preregistration.c.exclusive_key == key)
    ).first()
    return (row.expires_on, row.staff_id == user.staff_id) if row else (None, False)


def _task(
    connection: Connection, user: ActingUser, row: Mapping[str, Any], task_no: str | None
) -> tuple[int | None, TaskGiven | None]:
    if not task_no:
        return None, None
    task = reactivation_task.c
    found = connection.execute(
        select(task.task_id, task.task_no, task.state, staff.c.staff_no, client.c.document_hash, client.c.name)
        .join(staff, staff.c.staff_id == task.staff_id)
        .join(client, client.c.client_id == task.client_id)
        .where(task.task_no == task_no, task.staff_id == user.staff_id)
        .with_for_update(of=reactivation_task)
    ).first()
    if found is None:
        raise Refused(Reason("task.not_found", {"task_no": task_no}))
    is_same = found.document_hash in (None, row["document_hash"]) and same_name(found.name, row["client_name"])
    return found.task_id, TaskGiven(found.task_no, found.staff_no, found.state, is_same)


def _held_by(connection: Connection, client_ids: Sequence[int]) -> str | None:
    task = reactivation_task.c
    return connection.execute(
        select(staff.c.staff_no)
        .join(reactivation_task, task.staff_id == staff.c.staff_id)
        .where(task.client_id.in_(list(client_ids)), task.state.in_(_OPEN))
    ).scalar()
