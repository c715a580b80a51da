"""Core service as screens show it: the advisers' numbers, their clients, lists with their lines (R-30 to R-33)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, exists, func, or_, select

from data_access.actor import ActingUser
from data_access.reads.type_rules import read_type_rules
from data_access.register.core_contents import read_lines
from data_access.register.core_drafts import is_editable, lists_for, read_rule
from data_access.register.core_effects import line_reason
from data_access.register.core_facts import count_held, holds_from, read_core_book
from data_access.register.core_window import list_day_of_draft, read_window
from data_access.scope import FIRM, Scope, clients_in, staff_in
from data_access.tables import (
    app_user,
    approval_chain,
    client,
    client_spell,
    core_list,
    core_list_line,
    org_unit,
    relationship,
    relationship_share,
    staff,
    staff_qualification,
)
from domain.core_lists import CoreLine, ForcedFacts, decide_lines, find_forced_end
from domain.decision import Reason
from domain.identity import mask_name
from domain.register_words import CoreVerdict
from domain.relationship_types import TypeRule
from domain.words import Status

PAGE_ROWS = 500


@dataclass(frozen=True)
class ListHead:
    """A list with its counts: ``asked`` lines, ``rejected`` and ``done`` ones; ``is_editable``: lines may change."""

    list_id: int
    list_no: str
    branch_id: int
    branch: str
    month: int
    state: str
    version: int
    chain_no: str | None
    chain_state: str | None
    created_by: str | None
    asked: int
    rejected: int
    done: int

    @property
    def is_editable(self) -> bool:
        """Tell whether lines may be added and removed now."""
        return is_editable(self.state, self.chain_state)


@dataclass(frozen=True)
class ListLine:
    """A line with the names of its client and adviser; ``verdict`` empty: it stands so far; ``reason``: why not."""

    position: int
    action: str
    client_no: str
    client: str
    office: str
    staff_no: str
    adviser: str
    verdict: str
    reason: Reason | None


def read_core_lists(connection: Connection, user: ActingUser, *, limit: int = 100) -> list[ListHead]:
    """Return the lists that a user may see, the newest first."""
    row, line = core_list.c, core_list_line.c

    def count(*conditions: ColumnElement[bool]) -> Any:
        return select(func.count()).where(line.list_id == row.list_id, *conditions).scalar_subquery()

    found = connection.execute(
        select(row.list_id, row.list_no, row.branch_id, org_unit.c.name.label("branch"), row.month, row.state,
               row.version, approval_chain.c.chain_no, approval_chain.c.state.label("chain_state"),
               app_user.c.display_name.label("created_by"), count().label("asked"),
               count(line.verdict == CoreVerdict.REJECTED.value).label("rejected"),
               count(line.verdict == CoreVerdict.DONE.value).label("done"))
        .join(org_unit, org_unit.c.unit_id == row.branch_id)
        .outerjoin(approval_chain, approval_chain.c.chain_id == row.chain_id)
        .outerjoin(app_user, app_user.c.user_id == row.created_by)
        .where(lists_for(connection, user)).order_by(row.list_id.desc()).limit(limit)
    )  # fmt: skip
    return [ListHead(**one) for one in found.mappings()]


def read_core_lines(connection: Connection, user: ActingUser, head: ListHead, today: date) -> list[ListLine]:
    """Return the lines of a list over clients inside the reach; an editable list is decided on today's facts.

    Lines of a draft are asked as of the day on which the list can be sent. Names are masked for a masked reach.
    """
    lines = read_lines(connection, head.list_id)
    reasons: dict[int, Reason | None] = {line.position: line_reason(line.reason) for line in lines}
    if head.is_editable:
        rule = read_rule(connection, today)
        facts = read_window(connection, rule.type, head.branch_id, today, apart_from=head.list_id)
        on = list_day_of_draft(rule, today, facts)
        asked = [CoreLine(line.action, line.client_no, line.staff_no) for line in lines]
        book = read_core_book(connection, FIRM, read_type_rules(connection, on), asked, on)
        verdicts = decide_lines(rule, asked, branch_id=head.branch_id, on=on, clients=book.clients,
                                advisers=book.advisers)  # fmt: skip
        reasons = {line.position: None if verdict else verdict.reason
                   for line, verdict in zip(lines, verdicts, strict=True)}  # fmt: skip
    named = {row.position: row for row in connection.execute(_named(user.scope, head.list_id))}
    return [_line(line, named[line.position], reasons[line.position], user.scope, fresh=head.is_editable)
            for line in lines if line.position in named]  # fmt: skip


def _named(scope: Scope, list_id: int) -> Select[Any]:
    line = core_list_line.c
    return (
        select(line.position, client.c.name.label("client"), org_unit.c.name.label("office"),
               staff.c.name.label("adviser"))
        .join(client, client.c.client_id == line.client_id)
        .join(org_unit, org_unit.c.unit_id == client.c.office_id)
        .outerjoin(staff, staff.c.staff_id == line.staff_id)
        .where(line.list_id == list_id, clients_in(scope, client.c.client_id, client.c.office_id))
    )  # fmt: skip


def _line(line: Any, names: Any, reason: Reason | None, scope: Scope, *, fresh: bool) -> ListLine:
    verdict = (CoreVerdict.REJECTED.value if reason else "") if fresh else line.verdict or ""
    return ListLine(line.position, line.action, line.client_no,
                    mask_name(names.client) if scope.masks_names else names.client, names.office, line.staff_no,
                    names.adviser or "", verdict, reason)  # fmt: skip


def read_core_loads(connection: Connection, scope: Scope, on: date) -> list[dict[str, Any]]:
    """Return the advisers inside the reach who may hold core clients by category, with their number, the fullest first.

    ``limit``: the most a person may have (R-30), None for no limit.
    """
    rule = read_rule(connection, on)
    people = connection.execute(
        select(staff.c.staff_id, staff.c.staff_no, staff.c.name, org_unit.c.name.label("unit"))
        .join(org_unit, org_unit.c.unit_id == staff.c.unit_id)
        .where(staff_in(scope, staff.c.staff_id, staff.c.unit_id), staff.c.category.in_(rule.holders),
               or_(staff.c.left_on.is_(None), staff.c.left_on >= on))
    ).all()  # fmt: skip
    counts = count_held(connection, rule.type, [person.staff_id for person in people], on)
    able = _qualified(connection, rule, [person.staff_id for person in people], on)
    rows = [{"staff_no": person.staff_no, "name": person.name, "unit": person.unit,
             "clients": counts.get(person.staff_id, 0), "limit": rule.max_per_holder,
             "qualified": person.staff_id in able} for person in people]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["clients"], row["staff_no"]))


def _qualified(connection: Connection, rule: TypeRule, people: list[int], on: date) -> set[int]:
    """Return those of some people who hold every qualification of the type on a day."""
    able = set(people)
    for kind in rule.qualifications:
        able &= set(connection.execute(
            select(staff_qualification.c.staff_id).where(staff_qualification.c.staff_id.in_(people),
                                                         _valid(staff_qualification, kind, on))
        ).scalars())  # fmt: skip
    return able


def _valid(table: Any, kind: str, on: date) -> ColumnElement[bool]:
    return and_(table.c.kind == kind, table.c.valid_from <= on,
                or_(table.c.valid_to.is_(None), table.c.valid_to > on))  # fmt: skip


def read_core_clients(connection: Connection, scope: Scope, on: date, *, staff_no: str | None = None,
                      after: int = 0, limit: int = PAGE_ROWS) -> list[dict[str, Any]]:  # fmt: skip
    """Return the core relationships of clients inside the reach on a day, page by page by ``relationship_id``.

    Names are masked for a masked reach.
    """
    rule, link = read_rule(connection, on), relationship.c
    query = _core().where(holds_from(rule.type, on), link.valid_from <= on, link.relationship_id > after,
                          clients_in(scope, client.c.client_id, client.c.office_id))  # fmt: skip
    if staff_no is not None:
        query = query.where(staff.c.staff_no == staff_no)
    rows = connection.execute(query.order_by(link.relationship_id).limit(limit)).mappings()
    return [_shown(row, scope) for row in rows]


def _core() -> Select[Any]:
    link = relationship.c
    return (
        select(link.relationship_id, link.relationship_no, link.version, link.valid_from, client.c.client_id,
               client.c.client_no, client.c.name.label("client"), client.c.opened_on, org_unit.c.name.label("office"),
               org_unit.c.unit_code.label("office_code"), staff.c.staff_id, staff.c.staff_no,
               staff.c.name.label("adviser"), staff.c.left_on)
        .join(client, client.c.client_id == link.client_id)
        .join(org_unit, org_unit.c.unit_id == client.c.office_id)
        .join(relationship_share, relationship_share.c.relationship_id == link.relationship_id)
        .join(staff, staff.c.staff_id == relationship_share.c.staff_id)
    )  # fmt: skip


def _shown(row: RowMapping | Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    return {**row, "client": mask_name(row["client"]) if scope.masks_names else row["client"]}


def read_forced_ends(connection: Connection, scope: Scope, on: date) -> list[dict[str, Any]]:
    """Return the core relationships that have to end outside the window: ``end_on``, ``ground`` added (R-33)."""
    rule, spell = read_rule(connection, on), client_spell.c
    away = exists().where(spell.client_id == client.c.client_id, spell.kind == Status.LOST.value, spell.from_on <= on,
                          or_(spell.to_on.is_(None), spell.to_on > on))  # fmt: skip
    held_by = staff_qualification.c.staff_id == staff.c.staff_id
    lacking = [~exists().where(held_by, _valid(staff_qualification, kind, on)) for kind in rule.qualifications]
    rows = connection.execute(
        _core().where(holds_from(rule.type, on), relationship.c.valid_from <= on,
                      clients_in(scope, client.c.client_id, client.c.office_id),
                      or_(away, staff.c.left_on < on, *lacking)).order_by(relationship.c.relationship_id)
    ).mappings().all()  # fmt: skip
    left = {row.client_id: row.from_on for row in connection.execute(
        select(spell.client_id, spell.from_on)
        .where(spell.client_id.in_([row["client_id"] for row in rows]), spell.kind == Status.LOST.value,
               spell.from_on <= on, or_(spell.to_on.is_(None), spell.to_on > on)))}  # fmt: skip
    held = _qualifications(connection, [row["staff_id"] for row in rows])
    found = []
    for row in rows:
        facts = ForcedFacts(row["valid_from"], left.get(row["client_id"]), row["left_on"], held.get(row["staff_id"]))
        end = find_forced_end(rule, facts, on)
        if end is not None:
            found.append({**_shown(row, scope), "end_on": end[0], "ground": end[1].value})
    return found


def _qualifications(connection: Connection, people: list[int]) -> dict[int, dict[str, list[tuple[date, date | None]]]]:
    held: dict[int, dict[str, list[tuple[date, date | None]]]] = {}
    one = staff_qualification.c
    for row in connection.execute(select(one.staff_id, one.kind, one.valid_from, one.valid_to)
                                  .where(one.staff_id.in_(people))):  # fmt: skip
        held.setdefault(row.staff_id, {}).setdefault(row.kind, []).append((row.valid_from, row.valid_to))
    return held
