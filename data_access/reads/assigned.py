"""One client as the page of assigned relationships shows it: what it has and waits for, who may end it (R-38, R-40)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select

from data_access.actor import ActingUser
from data_access.reads.holders import read_branches
from data_access.reads.register import Holder
from data_access.reads.type_rules import read_type_rules
from data_access.register.assigned_facts import read_mark, read_newest_tier, read_posts
from data_access.register.candidates import read_candidates
from data_access.scope import clients_in, staff_in
from data_access.tables import (
    app_user,
    approval_chain,
    client,
    important_client,
    org_unit,
    relationship,
    relationship_share,
    staff,
)
from domain.assigned import decide_releaser, is_assigned
from domain.identity import mask_name
from domain.register_words import ChainKind
from domain.relationship_types import TypeRule
from domain.words import RelationshipState


@dataclass(frozen=True)
class AssignedPage:
    """A client with its relationships, the newest first, those that wait and those that were refused among them.

    A relationship row bears ``holders``, ``may_end`` for the reader and the approval.
    ``types``: the assigned types, by number. ``mark``: the mark that holds.
    """

    client_no: str
    name: str
    office: str
    tier: str | None
    mark: dict[str, Any] | None
    types: list[TypeRule]
    relationships: list[dict[str, Any]]


def read_assigned(connection: Connection, user: ActingUser, client_no: str, on: date) -> AssignedPage | None:
    """Return a client inside the reach, None otherwise. Names and free text are masked for a masked reach."""
    row = connection.execute(
        select(client.c.client_id, client.c.client_no, client.c.name, client.c.office_id,
               org_unit.c.name.label("office"))
        .join(org_unit, org_unit.c.unit_id == client.c.office_id)
        .where(client.c.client_no == client_no, clients_in(user.scope, client.c.client_id, client.c.office_id))
    ).first()  # fmt: skip
    if row is None:
        return None
    rules = read_type_rules(connection, on)
    masked = user.scope.masks_names
    mark_id = read_mark(connection, row.client_id, on)
    return AssignedPage(
        row.client_no, mask_name(row.name) if masked else row.name, row.office,
        read_newest_tier(connection, row.client_id), _mark(connection, mark_id, masked=masked),
        [rule for rule in rules.values() if is_assigned(rule)],
        _relationships(connection, user, row.client_id, row.office_id, rules, on))  # fmt: skip


def _mark(connection: Connection, mark_id: int | None, *, masked: bool) -> dict[str, Any] | None:
    row = connection.execute(
        select(important_client.c.valid_from, important_client.c.reason, app_user.c.display_name.label("marked_by"))
        .outerjoin(app_user, app_user.c.user_id == important_client.c.marked_by)
        .where(important_client.c.mark_id == (mark_id or 0))
    ).mappings().first()  # fmt: skip
    return None if row is None else {**row, "reason": None if masked else row["reason"]}


def _relationships(connection: Connection, user: ActingUser, client_id: int, office_id: int,
                   rules: dict[str, TypeRule], on: date) -> list[dict[str, Any]]:  # fmt: skip
    link, entered, ended = relationship.c, app_user.alias("entered"), app_user.alias("ended")
    rows = connection.execute(
        select(link.relationship_id, link.relationship_no, link.type, link.state, link.valid_from, link.valid_to,
               link.version, link.release_reason, entered.c.display_name.label("entered_by"),
               ended.c.display_name.label("ended_by"), approval_chain.c.chain_no,
               approval_chain.c.state.label("chain_state"))
        .outerjoin(entered, entered.c.user_id == link.created_by)
        .outerjoin(ended, ended.c.user_id == link.released_by)
        .outerjoin(approval_chain, approval_chain.c.chain_id == link.chain_id)
        .where(link.client_id == client_id)
        .order_by(link.valid_from.desc(), link.relationship_id.desc())
    ).mappings().all()  # fmt: skip
    holders = _holders(connection, [row["relationship_id"] for row in rows])
    branch_id = read_branches(connection).get(office_id)
    may_end = {
        rule.type: bool(decide_releaser(rule, role=user.role,
                                        posts=read_posts(connection, user, rule, branch_id, office_id, on)))
        for rule in rules.values()
    }  # fmt: skip
    return [
        {**row, "holders": holders.get(row["relationship_id"], []),
         "release_reason": None if user.scope.masks_names else row["release_reason"],
         "may_end": row["state"] == RelationshipState.CONFIRMED and row["valid_to"] is None
         and may_end.get(row["type"], False)}
        for row in rows
    ]  # fmt: skip


def _holders(connection: Connection, ids: list[int]) -> dict[int, list[Holder]]:
    found: dict[int, list[Holder]] = {}
    share = relationship_share.c
    for row in connection.execute(
        select(share.relationship_id, staff.c.staff_no, staff.c.name, share.share_bp, org_unit.c.name.label("unit"))
        .join(staff, staff.c.staff_id == share.staff_id)
        .join(org_unit, org_unit.c.unit_id == staff.c.unit_id)
        .where(share.relationship_id.in_(ids)).order_by(staff.c.staff_no)
    ):  # fmt: skip
        found.setdefault(row.relationship_id, []).append(Holder(row.staff_no, row.name, row.share_bp, row.unit))
    return found


def read_possible_holders(connection: Connection, user: ActingUser, rule: TypeRule, on: date) -> dict[str, str]:
    """Return the people inside the reach who may hold a type by category and service, by number: name and unit."""
    rows = connection.execute(
        select(staff.c.staff_no, staff.c.name, org_unit.c.name.label("unit"))
        .join(org_unit, org_unit.c.unit_id == staff.c.unit_id)
        .where(staff_in(user.scope, staff.c.staff_id, staff.c.unit_id), staff.c.category.in_(rule.holders),
               or_(staff.c.left_on.is_(None), staff.c.left_on >= on))
        .order_by(staff.c.staff_no)
    )  # fmt: skip
    return {row.staff_no: f"{row.name} · {row.unit}" for row in rows}


def read_approvers(connection: Connection, user: ActingUser, client_no: str, rule: TypeRule, on: date) -> list[str]:
    """Return the names of those who could approve what the user enters for a client: the named person and the head."""
    office_id = connection.execute(
        select(client.c.office_id)
        .where(client.c.client_no == client_no, clients_in(user.scope, client.c.client_id, client.c.office_id))
    ).scalar()  # fmt: skip
    if office_id is None:
        return []
    branch_id = read_branches(connection).get(office_id)
    people = {
        user_id
        for level in rule.levels(ChainKind.STOCK) for post in level
        for user_id in read_candidates(connection, post=post, unit_id=branch_id, office_id=office_id,
                                       relation_type=rule.type, on=on)
    } - {user.user_id}  # fmt: skip
    return list(connection.execute(
        select(app_user.c.display_name).where(app_user.c.user_id.in_(people)).order_by(app_user.c.display_name)
    ).scalars())  # fmt: skip
