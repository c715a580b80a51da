"""``staff_month``: results credited to staff by share, per relationship type and over any type (R-15, R-61)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from data_access.refresh.month import MonthBuild, holds_at, total
from data_access.refresh.staging import analyze_stage, create_stage, holding, unit_place
from data_access.tables import (
    client_status,
    relationship,
    relationship_share,
    relationship_type,
    staff,
    staff_month,
    staff_version,
)
from domain.shares import WHOLE_BP
from domain.words import RelationshipState, RelationshipType

ANY_TYPE = "any"
"""``staff_month.type`` of the rows that count each client once per person."""

_RESULTS = ("end_assets_fen", "net_income_fen", "turnover_fen", "net_inflow_fen")


def publish_staff_month(connection: Connection, build: MonthBuild) -> None:
    """Insert the month's results per type, client office and staff member, then those over any type."""
    _stage_holdings(connection, build)
    _settle_repeats(connection)
    held = holding.c
    _insert(connection, build, select(
        held.type, held.office_id, held.branch_id, held.staff_id, total(held.is_first).label("client_count"),
        total(held.share_bp * held.is_active).label("weighted_bp"),
        *(total(held[name]).label(name) for name in _RESULTS),
        total(held.starts).label("started_count"), total(held.starts * held.share_bp).label("started_bp"),
    ).group_by(held.staff_id, held.office_id, held.branch_id, held.type))  # fmt: skip
    _insert_any(connection, build)


def portion(value_fen: ColumnElement[int], cumulative_bp: ColumnElement[int]) -> ColumnElement[int]:
    """Return floor(|value| x cumulative / 10,000), sign restored: ``domain.shares.portion_fen`` in SQL."""
    size = func.abs(value_fen)
    part = (size // WHOLE_BP) * cumulative_bp + (size % WHOLE_BP) * cumulative_bp // WHOLE_BP
    return case((value_fen < 0, -part), else_=part)


def _stage_holdings(connection: Connection, build: MonthBuild) -> None:
    """Split each client's month over a relationship's holders by the cumulative floor in ``staff_no`` order."""
    link, share, row = relationship.c, relationship_share.c, client_status.c
    is_active = case((or_(link.valid_to.is_(None), link.valid_to > build.end), 1), else_=0)
    starts = case((link.valid_from >= build.start, 1), else_=0)
    upto = cast(func.sum(share.share_bp).over(
        partition_by=link.relationship_id, order_by=staff.c.staff_no, rows=(None, 0)), BigInteger)  # fmt: skip
    results = {
        "end_assets_fen": func.coalesce(row.end_assets_fen, 0),
        "net_income_fen": func.coalesce(row.net_income_fen, 0),
        "turnover_fen": func.coalesce(row.turnover_fen, 0),
        "net_inflow_fen": func.coalesce(row.inflow_fen, 0) - func.coalesce(row.outflow_fen, 0),
    }
    held = (
        select(link.client_id, share.staff_id, link.relationship_id, link.type,
               _type_number(connection, build, link.type).label("type_number"), is_active.label("is_active"),
               starts.label("starts"), share.share_bp, upto.label("upto_bp"), row.office_id,
               row.branch_id,
               *(value.label(name) for name, value in results.items()))
        .join(relationship_share, share.relationship_id == link.relationship_id)
        .join(staff, staff.c.staff_id == share.staff_id)
        .join(client_status, and_(row.build_id == build.build_id, row.client_id == link.client_id))
        .where(
            link.state == RelationshipState.CONFIRMED.value, link.valid_from <= build.end,
            or_(link.valid_to.is_(None), link.valid_to > build.end,
                (link.valid_from >= build.start) & (link.valid_to > link.valid_from)),
        ).subquery("held")
    )  # fmt: skip
    one = held.c

    def part(value: ColumnElement[int]) -> ColumnElement[int]:
        return case(
            (one.is_active == 0, 0),
            (one.share_bp == WHOLE_BP, value),
            else_=portion(value, one.upto_bp) - portion(value, one.upto_bp - one.share_bp),
        )

    create_stage(connection, holding)
    connection.execute(holding.insert().from_select(
        [column.name for column in holding.c],
        select(one.client_id, one.staff_id, one.relationship_id, one.type, one.type_number, one.is_active, one.starts,
               one.is_active, one.is_active, one.share_bp, one.office_id, one.branch_id,
               *(part(one[name]) for name in _RESULTS)),
    ))  # fmt: skip
    analyze_stage(connection, holding)


def _settle_repeats(connection: Connection) -> None:
    """Where a person holds a client more than once, let one line count: the largest share, then the lower type.

    ``is_first`` is left to one line per client, person and type, ``is_largest`` to one per client and person.
    """
    held = holding.c
    repeated = select(held.client_id, held.staff_id).where(held.is_active == 1).group_by(
        held.client_id, held.staff_id).having(func.count() > 1).subquery("repeated")  # fmt: skip
    order = (held.share_bp.desc(), held.type_number, held.relationship_id)
    lines = connection.execute(
        select(held.relationship_id, held.staff_id,
               func.row_number().over(partition_by=(held.client_id, held.staff_id), order_by=order).label("place"),
               func.row_number().over(partition_by=(held.client_id, held.staff_id, held.type), order_by=order)
               .label("place_in_type"))
        .join(repeated, and_(repeated.c.client_id == held.client_id, repeated.c.staff_id == held.staff_id))
        .where(held.is_active == 1)
    ).all()  # fmt: skip
    beaten = [{"link": line.relationship_id, "person": line.staff_id, "first": int(line.place_in_type == 1)}
              for line in lines if line.place > 1]
    if beaten:
        connection.execute(
            update(holding)
            .where(held.relationship_id == bindparam("link"), held.staff_id == bindparam("person"))
            .values(is_largest=0, is_first=bindparam("first")), beaten)  # fmt: skip


def _type_number(connection: Connection, build: MonthBuild, code: ColumnElement[str]) -> ColumnElement[int]:
    """Return a type's number (R-2.0): as published (R-08), else that of the ten known types, else the last."""
    numbers = {known.value: known.number for known in RelationshipType}
    published = select(relationship_type.c.type, relationship_type.c.number).where(
        holds_at(relationship_type.c.valid_from, relationship_type.c.valid_to, build.end))
    numbers |= {line.type: line.number for line in connection.execute(published)}
    return case(numbers, value=code, else_=max(numbers.values()) + 1)


def _insert_any(connection: Connection, build: MonthBuild) -> None:
    """Insert the 'any' rows: the sums over all types, less the lines beaten by a larger share of the same person.

    ``started_*`` run over all relationships that began in the month, of whatever type.
    """
    done, held = staff_month.c, holding.c
    names = ("client_count", "weighted_bp", *_RESULTS, "started_count", "started_bp")
    typed = select(done.client_office_id.label("office_id"), done.client_branch_id.label("branch_id"), done.staff_id,
                   *(done[name] for name in names)).where(done.build_id == build.build_id)  # fmt: skip
    beaten = select(
        held.office_id, held.branch_id, held.staff_id, -held.is_first, -held.share_bp,
        *(-held[name] for name in _RESULTS),
        literal(0), literal(0),
    ).where(held.is_active == 1, held.is_largest == 0)  # fmt: skip
    both = typed.union_all(beaten).subquery("both")
    _insert(connection, build, select(
        literal(ANY_TYPE).label("type"), both.c.office_id, both.c.branch_id, both.c.staff_id,
        *(total(both.c[name]).label(name) for name in names),
    ).group_by(both.c.staff_id, both.c.office_id, both.c.branch_id))  # fmt: skip


def _insert(connection: Connection, build: MonthBuild, sums: Select[Any]) -> None:
    """Insert grouped results with each person's post at the month's end."""
    grouped = sums.subquery("grouped")
    line, place, post = grouped.c, unit_place.c, staff_version.c
    unit = func.coalesce(post.unit_id, staff.c.unit_id)
    values: dict[str, ColumnElement[Any]] = {
        "build_id": literal(build.build_id), "type": line.type, "client_office_id": line.office_id,
        "staff_id": line.staff_id, "month": literal(build.month), "client_branch_id": line.branch_id,
        "staff_unit_id": unit, "staff_office_id": place.office_id, "staff_branch_id": place.branch_id,
        "staff_category": func.coalesce(post.category, staff.c.category),
        **{name: line[name] for name in (
            "client_count", "weighted_bp", *_RESULTS, "started_count", "started_bp")},
    }  # fmt: skip
    connection.execute(insert(staff_month).from_select(
        list(values),
        select(*values.values()).select_from(
            grouped.join(staff, staff.c.staff_id == line.staff_id)
            .outerjoin(staff_version, and_(post.staff_id == line.staff_id,
                                           holds_at(post.valid_from, post.valid_to, build.end)))
            .outerjoin(unit_place, place.unit_id == unit)),
    ))  # fmt: skip
