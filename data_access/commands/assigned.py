"""Relationships that a branch company assigns: enter for approval, replace, end (R-38, R-39)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require
from data_access.database import Database
from data_access.reads.holder_facts import read_holders_by_number
from data_access.reads.holders import read_branches
from data_access.reads.type_rules import read_type_rules
from data_access.register.assigned_facts import FoundClient, read_assigned_client, read_posts
from data_access.register.chains import open_chain
from data_access.register.confirm import release_relationship
from data_access.register.numbers import next_id, relationship_number
from data_access.scope import clients_in, staff_in
from data_access.tables import approval_chain, client, relationship, relationship_share, staff
from domain.assigned import AssignedHolder, decide_assignment, decide_end, decide_releaser
from domain.decision import Reason
from domain.holders import decide_holder
from domain.register_words import ChainKind
from domain.relationship_types import TypeRule
from domain.words import RelationshipState, Role

ENTER_ROLES = (Role.HQ, Role.BRANCH_HEAD, Role.BRANCH_REVIEWER)
"""Roles that enter assigned relationships; the type's rule is asked too (R-38)."""
END_ROLES = (*ENTER_ROLES, Role.OFFICE_HEAD)
"""Roles of persons who may be named as releaser, and those who end relationships by their role (R-39)."""
Shares = Sequence[tuple[str, int]]
"""(staff_no, basis points)."""


@dataclass(frozen=True)
class Entered:
    """What was entered: the relationship that waits and its approval; ``ended_no``: the one it takes the place of."""

    relationship_no: str | None
    chain_no: str | None
    ended_no: str | None = None


def enter_relationship(db: Database, *, actor: Actor, client_no: str, type: str, valid_from: date,  # noqa: A002
                       holders: Shares, reason: str = "", request_id: str) -> Entered:  # fmt: skip
    """Enter a relationship of an assigned type; it counts once the named person has approved it (R-38).

    The day lies today or ahead. The same ``request_id`` gives the same answer again. Raises ``NotSignedIn``,
    ``NotAllowed``, ``Refused``.
    """

    def work(connection: Connection, user: ActingUser) -> Entered:
        return enter_within(connection, user, client_no.strip(), type, valid_from, holders, reason)

    return _once(db, actor, ENTER_ROLES, request_id, "assigned.enter", work)


def replace_relationship(db: Database, *, actor: Actor, relationship_no: str, version: int, holders: Shares,
                         change_on: date, reason: str, request_id: str) -> Entered:  # fmt: skip
    """End a relationship and enter the next one of its type with other holders or shares, from one day on (R-39).

    The named releaser's act: the end holds at once, the new one waits for its approval. The day is the first of the new
    relationship. A split is a replacement whose new holders include the old one. Raises as ``enter_relationship``.
    """

    def work(connection: Connection, user: ActingUser) -> Entered:
        row, rule = _end(connection, user, relationship_no, version, change_on, reason)
        number = connection.execute(select(client.c.client_no).where(client.c.client_id == row.client_id)).scalar_one()
        entered = enter_within(connection, user, number, rule.type, change_on, holders, reason,
                               replaces=row.relationship_no)  # fmt: skip
        return Entered(entered.relationship_no, entered.chain_no, row.relationship_no)

    return _once(db, actor, ENTER_ROLES, request_id, "assigned.replace", work)


def end_relationship(db: Database, *, actor: Actor, relationship_no: str, version: int, end_on: date, reason: str,
                     request_id: str) -> Entered:  # fmt: skip
    """End a relationship: ``end_on`` is the first day without it, today or ahead (R-39).

    Assigned types are ended by the named releaser or the branch head, the others by headquarters or the branch head;
    core relationships by list alone. Raises as ``enter_relationship``.
    """

    def work(connection: Connection, user: ActingUser) -> Entered:
        row, _rule = _end(connection, user, relationship_no, version, end_on, reason)
        return Entered(None, None, row.relationship_no)

    return _once(db, actor, END_ROLES, request_id, "assigned.end", work)


def _once(db: Database, actor: Actor, roles: tuple[Role, ...], request_id: str, kind: str,
          act: Callable[[Connection, ActingUser], Entered]) -> Entered:  # fmt: skip
    def work(connection: Connection) -> Entered:
        user = acting_as(connection, actor, *roles)
        before = claim_request(connection, request_id, kind, user)
        if before is not None:
            return Entered(**before)
        entered = act(connection, user)
        keep_result(connection, request_id, asdict(entered))
        return entered

    return db.transact(work)


def enter_within(connection: Connection, user: ActingUser, client_no: str, type_code: str, valid_from: date,
                 holders: Shares, reason: str, replaces: str | None = None) -> Entered:  # fmt: skip
    """Enter a relationship as ``enter_relationship`` does, inside the caller's transaction."""
    rule = read_type_rules(connection, valid_from).get(type_code)
    if rule is None:
        raise Refused(Reason("R-08.type", {"type": type_code, "on": valid_from.isoformat()}))
    # the same order of locks as everywhere: the client first
    connection.execute(select(client.c.client_id).where(client.c.client_no == client_no).with_for_update())
    found = read_assigned_client(connection, user, client_no, type_code, valid_from)
    if found is None:
        raise Refused(Reason("client.not_found", {"client_no": client_no}))
    people = _people(connection, user, holders, valid_from)
    seen = [AssignedHolder(number, share, decide_holder(rule, people[number], valid_from)) for number, share in holders]
    require(decide_assignment(rule, found.facts, seen, role=user.role, valid_from=valid_from, on=business_date()))
    key = _store(connection, user, rule, found, valid_from,
                 [(people[number].staff_id, share) for number, share in holders])  # fmt: skip
    number = relationship_number(key)
    chain_id = open_chain(
        connection, object_kind="relationship", object_id=key, kind=ChainKind.STOCK.value, type=rule.type,
        levels=rule.levels(ChainKind.STOCK), branch_id=found.branch_id, office_id=found.office_id,
        client_id=found.client_id, submitted_by=user.user_id,
        content={"relationship_no": number, "client_no": client_no, "type": rule.type,
                 "valid_from": valid_from.isoformat(), "reason": reason.strip(), "replaces": replaces,
                 "holders": [{"staff_no": one, "share_bp": share} for one, share in sorted(holders)]})  # fmt: skip
    chain_no = connection.execute(
        select(approval_chain.c.chain_no).where(approval_chain.c.chain_id == chain_id)
    ).scalar_one()
    connection.execute(update(relationship).where(relationship.c.relationship_id == key).values(chain_id=chain_id))
    append_audit(connection, action="relationship.enter", user_id=user.user_id, operator=user.operator,
                 object_kind="relationship", object_key=number,
                 details={"type": rule.type, "from": valid_from.isoformat(), "chain": chain_no,
                          "holders": sorted(holders)})  # fmt: skip
    return Entered(number, chain_no)


def _people(connection: Connection, user: ActingUser, holders: Shares, on: date) -> dict[str, Any]:
    """Return the facts of the holders to be, all of them inside the reach."""
    numbers = [number for number, _ in holders]
    inside = set(connection.execute(
        select(staff.c.staff_no).where(staff.c.staff_no.in_(numbers),
                                       staff_in(user.scope, staff.c.staff_id, staff.c.unit_id))
    ).scalars())  # fmt: skip
    missing = next((number for number in numbers if number not in inside), None)
    if missing is not None:
        raise Refused(Reason("R-38.holder_outside", {"staff_no": missing}))
    return dict(read_holders_by_number(connection, numbers, on))


def _store(connection: Connection, user: ActingUser, rule: TypeRule, found: FoundClient, valid_from: date,
           holders: Sequence[tuple[int, int]]) -> int:  # fmt: skip
    key = next_id(connection, relationship)
    connection.execute(insert(relationship).values(
        relationship_id=key, relationship_no=relationship_number(key), client_id=found.client_id, type=rule.type,
        state=RelationshipState.PENDING.value, valid_from=valid_from, created_by=user.user_id, created_at=now(),
        version=1))  # fmt: skip
    connection.execute(insert(relationship_share), [
        {"relationship_id": key, "staff_id": staff_id, "share_bp": share} for staff_id, share in holders
    ])  # fmt: skip
    return key


def _end(connection: Connection, user: ActingUser, relationship_no: str, version: int, end_on: date,
         reason: str) -> tuple[Row[Any], TypeRule]:  # fmt: skip
    """End a confirmed relationship inside the reach as it was seen; return it as it was, and its type's rule."""
    row = connection.execute(
        select(relationship, client.c.office_id)
        .join(client, client.c.client_id == relationship.c.client_id)
        .where(relationship.c.relationship_no == relationship_no.strip(),
               relationship.c.state == RelationshipState.CONFIRMED.value,
               clients_in(user.scope, client.c.client_id, client.c.office_id))
        .with_for_update()
    ).first()  # fmt: skip
    if row is None:
        raise Refused(Reason("R-39.not_found", {"relationship_no": relationship_no.strip()}))
    if row.version != version:
        raise Refused(Reason("R-39.changed", {"relationship_no": row.relationship_no}))
    today = business_date()
    rule = read_type_rules(connection, max(today, row.valid_from)).get(row.type)
    if rule is None:
        raise Refused(Reason("R-08.type", {"type": row.type, "on": today.isoformat()}))
    branch_id = read_branches(connection).get(row.office_id)
    posts = read_posts(connection, user, rule, branch_id, row.office_id, today)
    require(decide_releaser(rule, role=user.role, posts=posts))
    require(decide_end(valid_from=row.valid_from, valid_to=row.valid_to, end_on=end_on, reason=reason, on=today))
    release_relationship(connection, user_id=user.user_id, relationship_id=row.relationship_id, valid_to=end_on,
                         reason=reason)  # fmt: skip
    return row, rule
