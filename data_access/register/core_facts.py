"""Facts that decide the lines of a core list: clients, advisers, and who serves whom on the list's day (R-30, R-31)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from data_access.listed import chunks
from data_access.reads.holder_facts import read_holder_facts
from data_access.reads.holders import read_branches
from data_access.scope import Scope, clients_in
from data_access.tables import client, client_spell, relationship, relationship_share, staff
from domain.core_lists import CoreAdviser, CoreClient, CoreLine
from domain.holders import decide_holder
from domain.register_words import BusinessEvent, ChainKind
from domain.relationship_types import TypeRule
from domain.words import RelationshipState, Status


@dataclass(frozen=True)
class CoreBook:
    """What the lines of a list rest on, by business key; ``held``: the client's present core relationship (its id)."""

    clients: dict[str, CoreClient] = field(default_factory=dict)
    advisers: dict[str, CoreAdviser] = field(default_factory=dict)
    client_ids: dict[str, int] = field(default_factory=dict)
    staff_ids: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)


def core_rule(rules: Mapping[str, TypeRule]) -> TypeRule | None:
    """Return the type that a branch company changes by list; None where none is published."""
    return next((rule for rule in rules.values() if rule.levels(ChainKind.CORE_LIST)), None)


def read_core_book(connection: Connection, scope: Scope, rules: Mapping[str, TypeRule], lines: Iterable[CoreLine],
                   on: date) -> CoreBook:  # fmt: skip
    """Read the clients inside the reach and the advisers that some lines name, as they are on a day."""
    rule, book = core_rule(rules), CoreBook()
    if rule is None:
        return book
    wanted = list(lines)
    branches = read_branches(connection)
    for numbers in chunks(sorted({line.client_no for line in wanted})):
        _read_clients(connection, scope, rules, rule, numbers, branches, on, book)
    for numbers in chunks(sorted({line.staff_no for line in wanted})):
        _read_advisers(connection, rule, numbers, branches, on, book)
    return book


def _read_clients(connection: Connection, scope: Scope, rules: Mapping[str, TypeRule], rule: TypeRule,
                  numbers: Sequence[str], branches: Mapping[int, int], on: date, book: CoreBook) -> None:  # fmt: skip
    rows = connection.execute(
        select(client.c.client_id, client.c.client_no, client.c.office_id, client.c.opened_on, client.c.origin)
        .where(client.c.client_no.in_(numbers), clients_in(scope, client.c.client_id, client.c.office_id))
    ).all()  # fmt: skip
    ids = [row.client_id for row in rows]
    away = read_days_away(connection, ids, on)
    openings = _opening_relationships(connection, rules, ids)
    held = _present(connection, rule.type, ids, on)
    for row in rows:
        relationship_id, adviser_no = held.get(row.client_id, (None, None))
        book.client_ids[row.client_no] = row.client_id
        if relationship_id is not None:
            book.held[row.client_no] = relationship_id
        book.clients[row.client_no] = CoreClient(
            row.client_no, branches.get(row.office_id), row.opened_on, left_on=away.get(row.client_id),
            origin=row.origin, opening_no=openings.get(row.client_id), adviser_no=adviser_no)  # fmt: skip


def read_days_away(connection: Connection, ids: Sequence[int], on: date) -> dict[int, date]:
    """Return since when each client of a list has been lost on a day (R-20); those who are here are left out."""
    spell = client_spell.c
    return {
        row.client_id: row.from_on
        for row in connection.execute(
            select(spell.client_id, spell.from_on).where(
                spell.client_id.in_(ids), spell.kind == Status.LOST.value, spell.from_on <= on,
                or_(spell.to_on.is_(None), spell.to_on > on)))
    }  # fmt: skip


def _opening_relationships(connection: Connection, rules: Mapping[str, TypeRule], ids: Sequence[int]) -> dict[int, str]:
    """Return a relationship that the opening made, confirmed or waiting, ended ones too, by client (R-30)."""
    kinds = [rule.type for rule in rules.values() if rule.event == BusinessEvent.ACCOUNT_OPENING]
    link = relationship.c
    return {
        row.client_id: row.number
        for row in connection.execute(
            select(link.client_id, func.min(link.relationship_no).label("number"))
            .where(link.client_id.in_(ids), link.type.in_(kinds),
                   link.state.in_([RelationshipState.CONFIRMED.value, RelationshipState.PENDING.value]))
            .group_by(link.client_id))
    }  # fmt: skip


def _present(connection: Connection, type_code: str, ids: Sequence[int], on: date) -> dict[int, tuple[int, str]]:
    """Return (relationship_id, staff_no) of the relationship of a type that each client has on a day or later."""
    link = relationship.c
    return {
        row.client_id: (row.relationship_id, row.staff_no)
        for row in connection.execute(
            select(link.client_id, link.relationship_id, staff.c.staff_no)
            .join(relationship_share, relationship_share.c.relationship_id == link.relationship_id)
            .join(staff, staff.c.staff_id == relationship_share.c.staff_id)
            .where(link.client_id.in_(ids), holds_from(type_code, on)).order_by(link.relationship_id))
    }  # fmt: skip


def holds_from(type_code: str, on: date) -> ColumnElement[bool]:
    """Return the condition on ``relationship``: confirmed, of a type, lasting on a day or beginning later."""
    link = relationship.c
    return and_(link.type == type_code, link.state == RelationshipState.CONFIRMED.value,
                or_(link.valid_to.is_(None), link.valid_to > on))  # fmt: skip


def count_held(connection: Connection, type_code: str, people: Sequence[int], on: date) -> dict[int, int]:
    """Count the clients of whom each person holds a relationship of a type on a day or later."""
    link, share = relationship.c, relationship_share.c
    return {
        row.staff_id: row.clients
        for row in connection.execute(
            select(share.staff_id, func.count(func.distinct(link.client_id)).label("clients"))
            .join(relationship, link.relationship_id == share.relationship_id)
            .where(share.staff_id.in_(people), holds_from(type_code, on)).group_by(share.staff_id))
    }  # fmt: skip


def _read_advisers(connection: Connection, rule: TypeRule, numbers: Sequence[str], branches: Mapping[int, int],
                   on: date, book: CoreBook) -> None:  # fmt: skip
    rows = connection.execute(
        select(staff.c.staff_id, staff.c.staff_no, staff.c.unit_id).where(staff.c.staff_no.in_(numbers))
    ).all()
    ids = [row.staff_id for row in rows]
    facts = read_holder_facts(connection, ids, on)
    counts = count_held(connection, rule.type, ids, on)
    for row in rows:
        book.staff_ids[row.staff_no] = row.staff_id
        book.advisers[row.staff_no] = CoreAdviser(
            row.staff_no, branches.get(row.unit_id), decide_holder(rule, facts[row.staff_id], on),
            counts.get(row.staff_id, 0))  # fmt: skip
