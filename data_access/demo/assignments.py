"""Core lists, important clients and assigned relationships of the demo firm, as its branch companies left them."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from itertools import cycle
from typing import Any

from sqlalchemy import Connection, insert, select

from data_access.actor import ActingUser, user_from_row
from data_access.clock import business_date, now
from data_access.commands.acting import Refused
from data_access.commands.assigned import enter_within
from data_access.demo.posts import HOME, SECOND_REVIEWER
from data_access.register.core_drafts import read_rule
from data_access.register.core_facts import holds_from
from data_access.register.core_window import list_day_of_draft, read_window
from data_access.register.numbers import next_id
from data_access.tables import (
    app_user,
    client,
    client_month,
    core_list,
    core_list_line,
    important_client,
    org_unit,
    relationship,
    relationship_share,
    staff,
    staff_qualification,
)
from domain.months import month_of
from domain.register_words import CoreAction, CoreListState, CoreVerdict
from domain.words import FRONTLINE, Origin, QualificationKind, RelationshipState, Role, UnitKind

_LINES = 12
_MARKS = 5
_PENDING = 4
_REASONS = (
    "上市公司实际控制人", "机构负责人，资金体量大", "家族多账户，合计资产较高", "拟引入大额资产", "本地商会会长",
)  # fmt: skip


def store_assignments(connection: Connection) -> None:
    """Write the list of the last window for every branch company, and the home's draft, marks and waiting entries."""
    branches = connection.execute(
        select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.path)
        .where(org_unit.c.kind == UnitKind.BRANCH.value).order_by(org_unit.c.unit_code)
    ).all()  # fmt: skip
    for branch in branches:
        _store_sent_list(connection, branch.unit_id, branch.path)
    home = next(branch for branch in branches if branch.unit_code == HOME)
    people = {row.username: user_from_row(connection, row) for row in connection.execute(
        select(app_user).where(app_user.c.username.in_([SECOND_REVIEWER, Role.BRANCH_HEAD.value])))}  # fmt: skip
    advisers = _advisers(connection, home.path)
    _store_draft(connection, home.unit_id, home.path, advisers, people[SECOND_REVIEWER])
    _store_marks(connection, home.path, people[Role.BRANCH_HEAD.value])
    _store_waiting(connection, home.path, people[SECOND_REVIEWER])


def _inside(path: str) -> Any:
    return client.c.office_id.in_(select(org_unit.c.unit_id).where(org_unit.c.path.startswith(path)))


def _store_list(connection: Connection, branch_id: int, month: int, state: CoreListState, user_id: int | None) -> int:
    key = next_id(connection, core_list)
    connection.execute(insert(core_list).values(
        list_id=key, list_no=f"CORE-{key:06d}", branch_id=branch_id, month=month, state=state.value,
        created_by=user_id, created_at=now(), version=1))  # fmt: skip
    return key


def _store_sent_list(connection: Connection, branch_id: int, path: str) -> None:
    """Write the list that made the newest core relationships of a branch company, with one line that fell."""
    rule, link = read_rule(connection, business_date()), relationship.c
    made = (
        select(link.relationship_id, link.valid_from, client.c.client_id, client.c.client_no, staff.c.staff_id,
               staff.c.staff_no)
        .join(client, client.c.client_id == link.client_id)
        .join(relationship_share, relationship_share.c.relationship_id == link.relationship_id)
        .join(staff, staff.c.staff_id == relationship_share.c.staff_id)
        .where(link.type == rule.type, link.state == RelationshipState.CONFIRMED.value, _inside(path))
    )  # fmt: skip
    newest = connection.execute(made.order_by(link.valid_from.desc()).limit(1)).first()
    if newest is None:
        return
    rows = connection.execute(made.where(link.valid_from == newest.valid_from).order_by(client.c.client_no)).all()
    head = connection.execute(
        select(app_user.c.user_id).where(app_user.c.role == Role.BRANCH_HEAD.value, app_user.c.unit_id == branch_id)
    ).scalar()
    key = _store_list(connection, branch_id, month_of(newest.valid_from), CoreListState.APPROVED, head)
    lines = [
        {"position": place, "client_no": row.client_no, "staff_no": row.staff_no, "client_id": row.client_id,
         "staff_id": row.staff_id, "relationship_id": row.relationship_id, "verdict": CoreVerdict.DONE.value,
         "reason": None}
        for place, row in enumerate(rows, start=1)
    ]  # fmt: skip
    fallen = connection.execute(
        select(client.c.client_id, client.c.client_no)
        .where(_inside(path), client.c.origin == Origin.DEVELOPED.value).order_by(client.c.client_no).limit(1)
    ).first()  # fmt: skip
    if fallen is not None:
        lines.append({**lines[0], "position": len(lines) + 1, "client_no": fallen.client_no,
                      "client_id": fallen.client_id, "relationship_id": None, "verdict": CoreVerdict.REJECTED.value,
                      "reason": json.dumps(["R-30.origin", {}])})  # fmt: skip
    connection.execute(insert(core_list_line),
                       [{"list_id": key, "action": CoreAction.ADD.value, **line} for line in lines])  # fmt: skip


def _advisers(connection: Connection, path: str) -> list[Any]:
    """Return the advisers of a branch company with advisory qualification who are in service."""
    today, paper = business_date(), staff_qualification.c
    return list(connection.execute(
        select(staff.c.staff_id, staff.c.staff_no)
        .join(staff_qualification, paper.staff_id == staff.c.staff_id)
        .join(org_unit, org_unit.c.unit_id == staff.c.unit_id)
        .where(org_unit.c.path.startswith(path), staff.c.left_on.is_(None), staff.c.category == FRONTLINE[0].value,
               paper.kind == QualificationKind.ADVISORY.value, paper.valid_to.is_(None), paper.valid_from <= today)
        .order_by(staff.c.staff_no)
    ))  # fmt: skip


def _valued(connection: Connection, path: str, *conditions: Any, limit: int) -> list[Any]:
    """Return clients of a branch company by their assets of the newest month, the largest first."""
    newest = select(client_month.c.month).order_by(client_month.c.month.desc()).limit(1).scalar_subquery()
    return list(connection.execute(
        select(client.c.client_id, client.c.client_no)
        .join(client_month, client_month.c.client_id == client.c.client_id)
        .where(client_month.c.month == newest, _inside(path), *conditions)
        .order_by(client_month.c.end_assets_fen.desc().nulls_last(), client.c.client_id).limit(limit)
    ))  # fmt: skip


def _has(*conditions: Any) -> Any:
    return client.c.client_id.in_(select(relationship.c.client_id).where(*conditions))


def _store_draft(connection: Connection, branch_id: int, path: str, advisers: list[Any], user: ActingUser) -> None:
    """Write the draft of the next window: naturally new clients without adviser, one client who is too young."""
    today = business_date()
    rule = read_rule(connection, today)
    day = list_day_of_draft(rule, today, read_window(connection, rule.type, branch_id, today))
    free = (client.c.origin == Origin.NATURAL.value, ~_has(holds_from(rule.type, today)))
    chosen = _valued(connection, path, *free, client.c.opened_on < date(today.year - 2, 1, 1), limit=_LINES)
    chosen += _valued(connection, path, *free, client.c.opened_on >= date(today.year, 1, 1), limit=1)
    if not advisers or not chosen:
        return
    key = _store_list(connection, branch_id, month_of(day), CoreListState.DRAFT, user.user_id)
    connection.execute(insert(core_list_line), [
        {"list_id": key, "position": place, "action": CoreAction.ADD.value, "client_no": row.client_no,
         "staff_no": adviser.staff_no, "client_id": row.client_id, "staff_id": adviser.staff_id}
        for place, (row, adviser) in enumerate(zip(chosen, cycle(advisers), strict=False), start=1)
    ])  # fmt: skip


def _store_marks(connection: Connection, path: str, head: ActingUser) -> None:
    """Mark clients as important whom no tier shows: large ones behind the largest."""
    chosen = _valued(connection, path, limit=200)[-_MARKS:]
    if chosen:
        connection.execute(insert(important_client), [
            {"client_id": row.client_id, "valid_from": business_date(), "reason": reason, "marked_by": head.user_id,
             "marked_at": now()} for row, reason in zip(chosen, _REASONS, strict=False)
        ])  # fmt: skip


def _store_waiting(connection: Connection, path: str, user: ActingUser) -> None:
    """Enter upkeep relationships, one of them split, that wait for the named person."""
    people = connection.execute(
        select(staff.c.staff_no)
        .join(staff_qualification, staff_qualification.c.staff_id == staff.c.staff_id)
        .join(org_unit, org_unit.c.unit_id == staff.c.unit_id)
        .where(org_unit.c.path.startswith(path), staff.c.left_on.is_(None),
               staff.c.category.in_([category.value for category in FRONTLINE]),
               staff_qualification.c.kind == QualificationKind.LICENCE.value,
               staff_qualification.c.valid_to.is_(None), staff_qualification.c.valid_from <= business_date())
        .order_by(staff.c.staff_no).limit(_PENDING + 1)
    ).scalars().all()  # fmt: skip
    if len(people) <= _PENDING:
        return
    link = relationship.c
    open_ones = _has(link.type == "maintenance", link.valid_to.is_(None))
    chosen = _valued(connection, path, ~open_ones, limit=40)[-_PENDING:]
    for place, row in enumerate(chosen):
        holders = [(people[place], 6_000), (people[place + 1], 4_000)] if place == 0 else [(people[place], 10_000)]
        with suppress(Refused):  # a small firm may have nobody who fits
            enter_within(connection, user, row.client_no, "maintenance", business_date(), holders, "业务需要")
