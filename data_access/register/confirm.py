"""The one place where a relationship becomes confirmed, and the one where it ends (R-02, R-39)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused, require
from data_access.imports.batches import to_json
from data_access.reads.holder_facts import read_holder_facts
from data_access.reads.type_rules import read_type_rules
from data_access.register.numbers import next_id, relationship_number
from data_access.tables import (
    client,
    preregistration,
    relationship,
    relationship_revision,
    relationship_share,
    staff,
)
from domain.confirmation import Standing, decide_confirmation, decide_number, decide_release, decide_split
from domain.decision import Reason
from domain.holders import decide_holder
from domain.register_words import PreregistrationState
from domain.relationship_types import TypeRule
from domain.words import RelationshipState

CONFIRMED = RelationshipState.CONFIRMED.value
REDEVELOPED = "redeveloped"
"""Why a former developer's relationship ends when somebody else has won the pool client back."""


def confirm_relationship(
    connection: Connection, *, user_id: int | None, client_id: int, type: str, valid_from: date,  # noqa: A002
    holders: Sequence[tuple[int, int]], how: str, event_id: int | None = None, prereg_id: int | None = None,
    chain_id: int | None = None, relationship_id: int | None = None,
) -> int:  # fmt: skip
    """Make a relationship confirmed from a day on and return its id.

    ``holders``: (staff_id, basis points). ``how``: automatic, approved or assigned. With ``relationship_id`` the
    pending relationship of that id becomes the confirmed one. The client and the holders are locked, then everything
    is asked anew: the type exists on the day, shares (R-15), each holder on the day and today (R-01, R-03), one
    development relationship, the client's shares, the limit per holder. Raises ``Refused``; nothing is written then.
    """
    rule = check_confirmation(connection, client_id=client_id, type=type, valid_from=valid_from, holders=holders)
    values: dict[str, Any] = {
        "client_id": client_id, "type": rule.type, "state": CONFIRMED, "valid_from": valid_from, "valid_to": None,
        "how_confirmed": how, "confirmed_at": now(), "event_id": event_id, "prereg_id": prereg_id,
        "chain_id": chain_id,
    }  # fmt: skip
    if relationship_id is None:
        relationship_id = next_id(connection, relationship)
        number = relationship_number(relationship_id)
        connection.execute(insert(relationship).values(
            relationship_id=relationship_id, relationship_no=number, created_by=user_id, created_at=now(), version=1,
            **values))  # fmt: skip
    else:
        number = _take_pending(connection, relationship_id, client_id, values)
    connection.execute(delete(relationship_share).where(relationship_share.c.relationship_id == relationship_id))
    connection.execute(insert(relationship_share), [
        {"relationship_id": relationship_id, "staff_id": staff_id, "share_bp": share} for staff_id, share in holders
    ])  # fmt: skip
    if prereg_id is not None:
        connection.execute(
            update(preregistration).where(preregistration.c.prereg_id == prereg_id)
            .values(state=PreregistrationState.MATCHED.value, exclusive_key=None,
                    version=preregistration.c.version + 1)
        )  # fmt: skip
    append_audit(connection, action="relationship.confirm", user_id=user_id, object_kind="relationship",
                 object_key=number, details={"type": rule.type, "from": valid_from.isoformat(), "how": how,
                                             "holders": sorted(holders)})  # fmt: skip
    return relationship_id


def check_confirmation(
    connection: Connection, *, client_id: int, type: str, valid_from: date,  # noqa: A002
    holders: Sequence[tuple[int, int]],
) -> TypeRule:  # fmt: skip
    """Lock the client and the holders, ask all rules of a confirmation and return the type's; raises ``Refused``."""
    if connection.execute(select(client.c.client_id).where(client.c.client_id == client_id)
                          .with_for_update()).first() is None:  # fmt: skip
        raise Refused(Reason("client.not_found", {"client_no": None}))
    rule = read_type_rules(connection, valid_from).get(type)
    if rule is None:
        raise Refused(Reason("R-08.type", {"type": type, "on": valid_from.isoformat()}))
    ids = [staff_id for staff_id, _ in holders]
    numbers: dict[int, str] = {row.staff_id: row.staff_no for row in connection.execute(
        select(staff.c.staff_id, staff.c.staff_no).where(staff.c.staff_id.in_(ids)).order_by(staff.c.staff_id)
        # a limit per holder is counted by one confirmation at a time; otherwise nobody may only leave meanwhile
        .with_for_update(read=rule.max_per_holder is None))}  # fmt: skip
    missing = next((staff_id for staff_id in ids if staff_id not in numbers), None)
    if missing is not None:
        raise Refused(Reason("R-26.staff_not_found", {"staff_no": str(missing)}))
    require(decide_split(rule, [(numbers[staff_id], share) for staff_id, share in holders]))
    _check_holders(connection, rule, ids, valid_from)
    standing = read_standing(connection, client_id, on_day=valid_from)
    require(decide_confirmation(rule, valid_from, sum(share for _, share in holders), standing))
    if rule.max_per_holder is not None:
        for staff_id in ids:
            held = _count_held(connection, rule.type, staff_id, valid_from)
            require(decide_number(rule, numbers[staff_id], held))
    return rule


def _check_holders(connection: Connection, rule: TypeRule, ids: Sequence[int], valid_from: date) -> None:
    """Ask every holder on the first day, and whether they still serve today: nobody who has left receives clients."""
    for day in sorted({valid_from, max(valid_from, business_date())}):
        people = read_holder_facts(connection, ids, day)
        for staff_id in ids:
            decision = decide_holder(rule, people[staff_id], day)
            if not decision and (day == valid_from or decision.reason.code.endswith(".left")):
                raise Refused(decision.reason)


def read_standing(connection: Connection, client_id: int, *, on_day: date) -> list[Standing]:
    """Return the client's confirmed relationships that hold on a day or begin later, oldest first."""
    rules = read_type_rules(connection, on_day)
    rows = connection.execute(
        select(relationship.c.relationship_no, relationship.c.type, relationship.c.valid_from,
               relationship.c.valid_to, func.sum(relationship_share.c.share_bp).label("share_bp"))
        .join(relationship_share, relationship_share.c.relationship_id == relationship.c.relationship_id)
        .where(relationship.c.client_id == client_id, relationship.c.state == CONFIRMED,
               or_(relationship.c.valid_to.is_(None), relationship.c.valid_to > on_day))
        .group_by(relationship.c.relationship_id, relationship.c.relationship_no, relationship.c.type,
                  relationship.c.valid_from, relationship.c.valid_to)
        .order_by(relationship.c.valid_from, relationship.c.relationship_no)
    )  # fmt: skip
    return [Standing(row.relationship_no, row.type, row.type in rules and rules[row.type].is_development,
                     row.valid_from, row.valid_to, int(row.share_bp)) for row in rows]  # fmt: skip


def release_relationship(
    connection: Connection, *, user_id: int | None, relationship_id: int, valid_to: date, reason: str
) -> None:
    """End a confirmed relationship: ``valid_to`` is the first day on which it no longer holds (R-39).

    The row as it was is kept as a revision; nothing is deleted. Who may release is asked by the commands. Raises
    ``Refused`` when it does not exist, has ended by then or begins later, or without a reason.
    """
    row = _locked(connection, relationship_id)
    if row is None or row.state != CONFIRMED:
        raise Refused(Reason("relationship.not_found"))
    require(decide_release(valid_from=row.valid_from, valid_to=row.valid_to, release_on=valid_to, reason=reason))
    keep_revision(connection, row)
    connection.execute(update(relationship).where(relationship.c.relationship_id == relationship_id).values(
        valid_to=valid_to, release_reason=reason.strip(), released_by=user_id, released_at=now(),
        version=relationship.c.version + 1))  # fmt: skip
    append_audit(connection, action="relationship.release", user_id=user_id, object_kind="relationship",
                 object_key=row.relationship_no, details={"type": row.type, "to": valid_to.isoformat()})  # fmt: skip


def end_development(connection: Connection, *, client_id: int, on: date) -> list[int]:
    """End the development relationships of a pool client whom somebody has won back on a day (R-26, R-29).

    Those that began earlier end on that day; returns their ids.
    """
    rules = read_type_rules(connection, on)
    kinds = [rule.type for rule in rules.values() if rule.is_development]
    held = relationship.c
    ids = connection.execute(
        select(held.relationship_id)
        .where(held.client_id == client_id, held.type.in_(kinds), held.state == CONFIRMED, held.valid_from < on,
               or_(held.valid_to.is_(None), held.valid_to > on))
        .order_by(held.relationship_id)
    ).scalars().all()  # fmt: skip
    for relationship_id in ids:
        release_relationship(connection, user_id=None, relationship_id=relationship_id, valid_to=on,
                             reason=REDEVELOPED)  # fmt: skip
    return list(ids)


def reject_relationship(connection: Connection, *, relationship_id: int, state: str = "rejected") -> None:
    """Close a pending relationship whose approval was refused or withdrawn; one that is decided stays as it is."""
    row = _locked(connection, relationship_id)
    if row is not None and row.state == RelationshipState.PENDING:
        connection.execute(update(relationship).where(relationship.c.relationship_id == relationship_id)
                           .values(state=state, version=relationship.c.version + 1))  # fmt: skip


def keep_revision(connection: Connection, row: Row[Any]) -> None:
    """Keep a relationship with its holders as it is now, before it changes."""
    shares = connection.execute(
        select(relationship_share.c.staff_id, relationship_share.c.share_bp)
        .where(relationship_share.c.relationship_id == row.relationship_id).order_by(relationship_share.c.staff_id)
    ).all()  # fmt: skip
    body = {**row._mapping, "shares": [tuple(share) for share in shares]}  # noqa: SLF001 -- SQLAlchemy's public name
    connection.execute(insert(relationship_revision).values(
        relationship_id=row.relationship_id, body=to_json(body), superseded_at=now()))  # fmt: skip


def _locked(connection: Connection, relationship_id: int) -> Row[Any] | None:
    return connection.execute(
        select(relationship).where(relationship.c.relationship_id == relationship_id).with_for_update()
    ).first()


def _take_pending(connection: Connection, relationship_id: int, client_id: int, values: dict[str, Any]) -> str:
    """Turn a pending relationship into the confirmed one and return its number."""
    row = _locked(connection, relationship_id)
    if row is None or row.client_id != client_id:
        raise Refused(Reason("relationship.not_found"))
    if row.state != RelationshipState.PENDING:
        raise Refused(Reason("relationship.decided", {"relationship_no": row.relationship_no}))
    kept = {name: row._mapping[name] for name in ("event_id", "prereg_id", "chain_id")}  # noqa: SLF001
    given = {name: value for name, value in values.items() if name not in kept or value is not None}
    connection.execute(update(relationship).where(relationship.c.relationship_id == relationship_id)
                       .values(**{**kept, **given}, version=relationship.c.version + 1))  # fmt: skip
    return str(row.relationship_no)


def _count_held(connection: Connection, type_code: str, staff_id: int, on: date) -> int:
    """Count the clients of whom a person holds relationships of a type on a day or later."""
    return int(connection.execute(
        select(func.count(func.distinct(relationship.c.client_id)))
        .join(relationship_share, relationship_share.c.relationship_id == relationship.c.relationship_id)
        .where(relationship_share.c.staff_id == staff_id, relationship.c.type == type_code,
               relationship.c.state == CONFIRMED,
               or_(relationship.c.valid_to.is_(None), relationship.c.valid_to > on))
    ).scalar_one())  # fmt: skip
