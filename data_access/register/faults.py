"""Faults of relationships found in SQL over the whole register, or over what one import brought.

Every statement is built from the published type rules (R-08), each version for the relationships that began under it;
nothing asks for a type by its name. What rests on approvals and records is in ``data_access.register.evidence``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select, text, true

from data_access.reads.type_rules import TypeVersion
from data_access.share_sums import OVERSHARED, OVERSHARED_BY_BATCH
from data_access.tables import (
    relationship,
    relationship_share,
    staff,
    staff_qualification,
    staff_version,
)
from domain.decision import Reason
from domain.register_words import ConflictKind
from domain.shares import WHOLE_BP
from domain.words import RelationshipState, StaffCategory

_LINK = relationship.c
_SHARE = relationship_share.c


@dataclass(frozen=True)
class Fault:
    """One fault: ``key`` names it by business keys, so that the same fault is always the same."""

    kind: str
    key: str
    reason: Reason
    client_id: int | None = None
    relationship_id: int | None = None
    staff_id: int | None = None
    relationship_no: str | None = None


@dataclass(frozen=True)
class Asked:
    """What is checked: the type versions, the day that counts as today, one import only or everything (None)."""

    versions: Sequence[TypeVersion]
    today: date
    batch_id: int | None = None

    def counts(self, link: Any = relationship) -> ColumnElement[bool]:
        """Return the condition of relationships that are asked about: confirmed, with a life of a day at least."""
        row = link.c
        kept = and_(row.state == RelationshipState.CONFIRMED.value, _lives(row))
        return kept if self.batch_id is None else and_(kept, row.batch_id == self.batch_id)

    def began_under(self, version: TypeVersion, link: Any = relationship) -> ColumnElement[bool]:
        """Return the condition of relationships of the version's type that began while it held."""
        row = link.c
        first = min((one.valid_from for one in self.versions if one.rule.type == version.rule.type), default=None)
        after = true() if version.valid_from == first else row.valid_from >= version.valid_from
        before = true() if version.valid_to is None else row.valid_from < version.valid_to
        return and_(row.type == version.rule.type, after, before)

    def lasts(self, link: Any = relationship) -> ColumnElement[bool]:
        """Return the condition of relationships that hold today."""
        row = link.c
        return and_(row.valid_from <= self.today, or_(row.valid_to.is_(None), row.valid_to > self.today))


def _lives(row: Any) -> ColumnElement[bool]:
    return or_(row.valid_to.is_(None), row.valid_to > row.valid_from)


def _held(*more: Any) -> Select[Any]:
    """Return relationships with one line per holder."""
    return (
        select(_LINK.relationship_id, _LINK.relationship_no, _LINK.client_id, _LINK.type, _LINK.valid_from,
               staff.c.staff_id, staff.c.staff_no, *more)
        .select_from(relationship)
        .join(relationship_share, _SHARE.relationship_id == _LINK.relationship_id)
        .join(staff, staff.c.staff_id == _SHARE.staff_id)
    )  # fmt: skip


def _of_holder(kind: ConflictKind, row: Any, code: str, detail: str = "", **params: Any) -> Fault:
    key = ":".join([kind.value, code, row.relationship_no, row.staff_no, *([detail] if detail else [])])
    return Fault(kind.value, key, Reason(code, {"staff_no": row.staff_no, **params}), row.client_id,
                 row.relationship_id, row.staff_id, row.relationship_no)  # fmt: skip


def find_faults(connection: Connection, asked: Asked) -> Iterator[Fault]:
    """Yield every fault that stands in the relationships themselves (R-01, R-03, R-15, R-30, R-31, R-37)."""
    for check in (_untraced, _unlicensed, _wrong_holders, _out_of_service, _several_holders, _second_of_type,
                  _two_development, _above_one, _too_many):  # fmt: skip
        yield from check(connection, asked)


def _untraced(connection: Connection, asked: Asked) -> Iterator[Fault]:
    """R-02: counted without a confirmation that says when and how."""
    missing = or_(_LINK.confirmed_at.is_(None), _LINK.how_confirmed.is_(None), _LINK.how_confirmed == "")
    for row in connection.execute(select(relationship).where(asked.counts(), missing)):
        kind = ConflictKind.NOT_TRACED.value
        yield Fault(kind, f"{kind}:{row.relationship_no}", Reason("R-02.not_traced"), row.client_id,
                    row.relationship_id, None, row.relationship_no)  # fmt: skip


def _has(kind: str, on: Any) -> ColumnElement[bool]:
    row = staff_qualification.c
    return exists().where(row.staff_id == _SHARE.staff_id, row.kind == kind, row.valid_from <= on,
                          or_(row.valid_to.is_(None), row.valid_to > on))  # fmt: skip


def _unlicensed(connection: Connection, asked: Asked) -> Iterator[Fault]:
    """R-03: no licence or qualification on the first day; one that ended later is an exception to look at."""
    for kind in sorted({kind for version in asked.versions for kind in version.rule.qualifications}):
        began = and_(asked.counts(), or_(*(asked.began_under(version) for version in asked.versions
                                           if kind in version.rule.qualifications)))  # fmt: skip
        for row in connection.execute(_held().where(began, ~_has(kind, _LINK.valid_from))):
            yield _of_holder(ConflictKind.NO_LICENCE, row, "R-03.qualification", kind, qualification=kind,
                             on=row.valid_from.isoformat())  # fmt: skip
        ended = and_(began, asked.lasts(), _has(kind, _LINK.valid_from), ~_has(kind, asked.today))
        yield from _per_person(connection, ConflictKind.NO_LICENCE, "R-03.ended", ended, {"qualification": kind})


def _per_person(connection: Connection, kind: ConflictKind, code: str, condition: ColumnElement[bool],
                params: Mapping[str, str]) -> Iterator[Fault]:  # fmt: skip
    """Yield one fault per person, with the number of relationships that it concerns: one remedy settles them all."""
    number = func.count(_LINK.relationship_id.distinct()).label("number")
    query = (
        select(staff.c.staff_id, staff.c.staff_no, staff.c.left_on, number).select_from(relationship)
        .join(relationship_share, _SHARE.relationship_id == _LINK.relationship_id)
        .join(staff, staff.c.staff_id == _SHARE.staff_id).where(condition)
        .group_by(staff.c.staff_id, staff.c.staff_no, staff.c.left_on).order_by(staff.c.staff_no)
    )  # fmt: skip
    for row in connection.execute(query):
        left = {} if row.left_on is None else {"left_on": row.left_on.isoformat()}
        yield Fault(kind.value, ":".join([kind.value, code, row.staff_no, *params.values()]),
                    Reason(code, {"staff_no": row.staff_no, "count": row.number, **params, **left}), None, None,
                    row.staff_id)  # fmt: skip


def _wrong_holders(connection: Connection, asked: Asked) -> Iterator[Fault]:
    """R-01: of a category that may not hold the type, or an agent without an agency contract."""
    then = staff_version.c
    for version in asked.versions:
        began = and_(asked.counts(), asked.began_under(version))
        held = and_(then.staff_id == staff.c.staff_id,
                    or_(then.valid_from.is_(None), then.valid_from <= _LINK.valid_from),
                    or_(then.valid_to.is_(None), then.valid_to > _LINK.valid_from))  # fmt: skip
        query = _held(then.category).join(staff_version, held)
        for row in connection.execute(query.where(began, then.category.not_in(version.rule.holders))):
            yield _of_holder(ConflictKind.HOLDER_NOT_ALLOWED, row, "R-01.category", category=row.category,
                             type=row.type)  # fmt: skip
        if StaffCategory.AGENT in version.rule.holders:
            bare = and_(then.category == StaffCategory.AGENT.value, staff.c.agency_contract_no.is_(None))
            for row in connection.execute(query.where(began, bare)):
                yield _of_holder(ConflictKind.HOLDER_NOT_ALLOWED, row, "R-01.contract")


def _out_of_service(connection: Connection, asked: Asked) -> Iterator[Fault]:
    """R-03: a holder who had not joined or had left on the first day, or has left and still holds the client.

    ``left_on`` is the last day in service.
    """
    early = staff.c.joined_on > _LINK.valid_from
    for row in connection.execute(_held(staff.c.joined_on).where(asked.counts(), early)):
        yield _of_holder(ConflictKind.HOLDER_NOT_ALLOWED, row, "R-03.not_joined", joined_on=row.joined_on.isoformat())
    late = _LINK.valid_from > staff.c.left_on
    for row in connection.execute(_held(staff.c.left_on).where(asked.counts(), late)):
        yield _of_holder(ConflictKind.HOLDER_LEFT, row, "R-03.left", left_on=row.left_on.isoformat())
    gone = and_(asked.counts(), asked.lasts(), staff.c.left_on < asked.today, ~late)
    yield from _per_person(connection, ConflictKind.HOLDER_LEFT, "register.left", gone, {})


def _several_holders(connection: Connection, asked: Asked) -> Iterator[Fault]:
    """R-31, R-37: several holders in a relationship of a type that knows one."""
    number = func.count().label("number")
    for version in asked.versions:
        if version.rule.allows_split:
            continue
        query = (
            select(_LINK.relationship_id, _LINK.relationship_no, _LINK.client_id, _LINK.type, number)
            .select_from(relationship).join(relationship_share, _SHARE.relationship_id == _LINK.relationship_id)
            .where(asked.counts(), asked.began_under(version))
            .group_by(_LINK.relationship_id, _LINK.relationship_no, _LINK.client_id, _LINK.type)
            .having(func.count() > 1)
        )  # fmt: skip
        for row in connection.execute(query):
            yield Fault(ConflictKind.AGENT_SPLIT.value, f"{ConflictKind.AGENT_SPLIT.value}:{row.relationship_no}",
                        Reason("R-37.several", {"type": row.type, "count": row.number}), row.client_id,
                        row.relationship_id, None, row.relationship_no)  # fmt: skip


def _second_of_type(connection: Connection, asked: Asked) -> Iterator[Fault]:
    """R-31: two relationships at once of a type that knows one holder and is not a development type."""
    alone = sorted({one.rule.type for one in asked.versions
                    if not one.rule.allows_split and not one.rule.is_development})  # fmt: skip
    for first, second in _overlaps(connection, asked, alone, same_type=True):
        yield _of_pair(ConflictKind.AGENT_SPLIT, "R-31.second", first, second)


def _two_development(connection: Connection, asked: Asked) -> Iterator[Fault]:
    """Section 2.0: two development relationships at once; parts of one that people assign may stand side by side."""
    kinds = sorted({one.rule.type for one in asked.versions if one.rule.is_development})
    in_parts = {one.rule.type for one in asked.versions if one.rule.event is None}
    for first, second in _overlaps(connection, asked, kinds, same_type=False):
        if first["type"] != second["type"] or first["type"] not in in_parts:
            yield _of_pair(ConflictKind.TWO_DEVELOPMENT, "register.two_development", first, second)


def _of_pair(kind: ConflictKind, code: str, first: Any, second: Any) -> Fault:
    key = f"{kind.value}:{first['relationship_no']}:{second['relationship_no']}"
    reason = Reason(code, {"relationship_no": first["relationship_no"], "type": first["type"],
                           "other_no": second["relationship_no"]})  # fmt: skip
    return Fault(kind.value, key, reason, second["client_id"], second["relationship_id"], None,
                 second["relationship_no"])  # fmt: skip


def _overlaps(connection: Connection, asked: Asked, kinds: Sequence[str], *, same_type: bool) -> list[Any]:
    """Return pairs (older, newer) of a client's relationships of some types that hold on one day."""
    if not kinds:
        return []
    several = (
        select(_LINK.client_id).where(_LINK.type.in_(kinds)).group_by(_LINK.client_id).having(func.count() > 1)
    )  # fmt: skip
    rows = connection.execute(
        select(_LINK.relationship_id, _LINK.relationship_no, _LINK.client_id, _LINK.type, _LINK.valid_from,
               _LINK.valid_to, _LINK.batch_id)
        .where(_LINK.type.in_(kinds), _LINK.client_id.in_(several), _lives(_LINK),
               _LINK.state == RelationshipState.CONFIRMED.value)
        .order_by(_LINK.client_id, _LINK.valid_from, _LINK.relationship_no)
    ).mappings()  # fmt: skip
    found: list[Any] = []
    open_ones: list[Any] = []
    for row in rows:
        open_ones = [one for one in open_ones if one["client_id"] == row["client_id"]
                     and (one["valid_to"] is None or one["valid_to"] > row["valid_from"])]  # fmt: skip
        found += [(one, row) for one in open_ones
                  if (not same_type or one["type"] == row["type"]) and _is_asked(asked, one, row)]  # fmt: skip
        open_ones.append(row)
    return found


def _is_asked(asked: Asked, *rows: Any) -> bool:
    return asked.batch_id is None or any(row["batch_id"] == asked.batch_id for row in rows)


def _above_one(connection: Connection, asked: Asked) -> Iterator[Fault]:
    """R-15: a client handed out more than whole, within a relationship or among those of one type on a day."""
    query = (
        select(_LINK.relationship_id, _LINK.relationship_no, _LINK.client_id)
        .join(relationship_share, _SHARE.relationship_id == _LINK.relationship_id).where(asked.counts())
        .group_by(_LINK.relationship_id, _LINK.relationship_no, _LINK.client_id)
        .having(func.sum(_SHARE.share_bp) > WHOLE_BP)
    )  # fmt: skip
    numbers = {row.relationship_no for row in connection.execute(query)}
    values = {} if asked.batch_id is None else {"batch": asked.batch_id}
    together = OVERSHARED if asked.batch_id is None else OVERSHARED_BY_BATCH
    numbers |= {row.relationship_no for row in connection.execute(text(together), values)}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        for row in connection.execute(select(relationship).where(_LINK.relationship_no.in_(part))
                                      .order_by(_LINK.relationship_no)):  # fmt: skip
            kind = ConflictKind.SHARES_ABOVE_ONE.value
            yield Fault(kind, f"{kind}:{row.relationship_no}", Reason("R-15.above_one", {"type": row.type}),
                        row.client_id, row.relationship_id, None, row.relationship_no)  # fmt: skip


def _too_many(connection: Connection, asked: Asked) -> Iterator[Fault]:
    """R-30: a holder with more clients of a type today than the type allows."""
    today = {one.rule.type: one.rule for one in asked.versions if one.holds_on(asked.today)}
    everything = Asked(asked.versions, asked.today)
    for rule in today.values():
        if rule.max_per_holder is None:
            continue
        number = func.count(_LINK.client_id.distinct())
        query = (
            select(staff.c.staff_id, staff.c.staff_no, number.label("number")).select_from(relationship)
            .join(relationship_share, _SHARE.relationship_id == _LINK.relationship_id)
            .join(staff, staff.c.staff_id == _SHARE.staff_id)
            .where(everything.counts(), everything.lasts(), _LINK.type == rule.type)
            .group_by(staff.c.staff_id, staff.c.staff_no).having(number > rule.max_per_holder)
        )  # fmt: skip
        if asked.batch_id is not None:
            mine = (select(_SHARE.staff_id).join(relationship, _LINK.relationship_id == _SHARE.relationship_id)
                    .where(_LINK.batch_id == asked.batch_id, _LINK.type == rule.type))  # fmt: skip
            query = query.where(staff.c.staff_id.in_(mine))
        for row in connection.execute(query):
            kind = ConflictKind.TOO_MANY_CORE.value
            yield Fault(kind, f"{kind}:{rule.type}:{row.staff_no}",
                        Reason("R-30.too_many", {"staff_no": row.staff_no, "count": row.number,
                                                 "limit": rule.max_per_holder}), None, None, row.staff_id)  # fmt: skip
