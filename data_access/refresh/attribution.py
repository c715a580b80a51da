"""``staff_month``: results credited to staff by share, per relationship type and over any type (R-15, R-61)."""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, case, cast, func, insert, literal, or_, select

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
    for kind in (None, ANY_TYPE):
        _insert(connection, build, kind)


def portion(value_fen: ColumnElement[int], cumulative_bp: ColumnElement[int]) -> ColumnElement[int]:
    """Return floor(|value| x cumulative / 10,000), sign restored: ``domain.shares.portion_fen`` in SQL."""
    size = func.abs(value_fen)
    part = (size // WHOLE_BP) * cumulative_bp + (size % WHOLE_BP) * cumulative_bp // WHOLE_BP
    return case((value_fen < 0, -part), else_=part)


def _stage_holdings(connection: Connection, build: MonthBuild) -> None:
    """Split each client's month over the holders of a type by the cumulative floor in ``staff_no`` order.

    Holders of several relationships of one type with one client are split as one, so that parts and
    remainder still add up to the client's total.
    """
    link, share = relationship.c, relationship_share.c
    is_active = case((or_(link.valid_to.is_(None), link.valid_to > build.end), 1), else_=0)
    starts = case((link.valid_from >= build.start, 1), else_=0)
    cumulative = cast(func.sum(share.share_bp).over(
        partition_by=(link.client_id, link.type, is_active), order_by=(staff.c.staff_no, link.relationship_id),
        rows=(None, 0)), BigInteger)  # fmt: skip
    held = (
        select(link.client_id, share.staff_id, link.relationship_id, link.type, is_active.label("is_active"),
               starts.label("starts"), share.share_bp, cumulative.label("upto"))
        .join(relationship_share, share.relationship_id == link.relationship_id)
        .join(staff, staff.c.staff_id == share.staff_id)
        .where(
            link.state == RelationshipState.CONFIRMED.value, link.valid_from <= build.end,
            or_(link.valid_to.is_(None), link.valid_to > build.end,
                (link.valid_from >= build.start) & (link.valid_to > link.valid_from)),
        ).subquery("held")
    )  # fmt: skip
    row, one = client_status.c, held.c
    results = {
        "end_assets_fen": func.coalesce(row.end_assets_fen, 0),
        "net_income_fen": func.coalesce(row.net_income_fen, 0),
        "turnover_fen": func.coalesce(row.turnover_fen, 0),
        "net_inflow_fen": func.coalesce(row.inflow_fen, 0) - func.coalesce(row.outflow_fen, 0),
    }

    def part(value: ColumnElement[int]) -> ColumnElement[int]:
        return case(
            (one.is_active == 0, 0),
            (one.share_bp == WHOLE_BP, value),
            else_=portion(value, one.upto) - portion(value, one.upto - one.share_bp),
        )

    create_stage(connection, holding)
    connection.execute(holding.insert().from_select(
        [column.name for column in holding.c],
        select(one.client_id, one.staff_id, one.relationship_id, one.type, _type_number(connection, build, one.type),
               one.is_active, one.starts, one.share_bp, row.office_id, row.branch_id,
               *(part(results[name]) for name in _RESULTS))
        .join_from(held, client_status, and_(row.build_id == build.build_id, row.client_id == one.client_id)),
    ))  # fmt: skip
    analyze_stage(connection, holding)


def _type_number(connection: Connection, build: MonthBuild, code: ColumnElement[str]) -> ColumnElement[int]:
    """Return a type's number (R-2.0): as published (R-08), else that of the ten known types, else the last."""
    numbers = {known.value: known.number for known in RelationshipType}
    published = select(relationship_type.c.type, relationship_type.c.number).where(
        holds_at(relationship_type.c.valid_from, relationship_type.c.valid_to, build.end))
    numbers |= {line.type: line.number for line in connection.execute(published)}
    return case(numbers, value=code, else_=max(numbers.values()) + 1)


def _insert(connection: Connection, build: MonthBuild, kind: str | None) -> None:
    """Insert per type (``kind`` None), or 'any': per client the part at the person's largest share.

    With equal largest shares the lower type number counts (R-2.0). In 'any' rows ``started_*`` run over all
    relationships that began in the month, of whatever type.
    """
    if kind is None:
        source = holding
        counts: ColumnElement[bool] = holding.c.is_active == 1
        type_code: ColumnElement[str] = holding.c.type
    else:
        order = (holding.c.is_active.desc(), holding.c.share_bp.desc(), holding.c.type_number,
                 holding.c.relationship_id)
        ranked = select(holding, func.row_number().over(
            partition_by=(holding.c.client_id, holding.c.staff_id), order_by=order).label("place"))
        source = ranked.subquery("ranked")  # type: ignore[assignment]
        counts = (source.c.is_active == 1) & (source.c.place == 1)  # type: ignore[attr-defined]
        type_code = literal(kind)
    one, post = source.c, staff_version.c
    sums = [total(case((counts, one[name]))) for name in _RESULTS]
    clients = func.count(case((counts, one.client_id)).distinct())
    grouped = (
        select(
            type_code.label("type"), one.office_id, one.branch_id, one.staff_id, clients.label("client_count"),
            total(case((counts, one.share_bp))).label("weighted_bp"),
            *(value.label(name) for value, name in zip(sums, _RESULTS, strict=True)),
            total(one.starts).label("started_count"), total(one.starts * one.share_bp).label("started_bp"),
        ).group_by(*([one.type] if kind is None else []), one.office_id, one.branch_id, one.staff_id)
        .subquery("grouped")
    )  # fmt: skip
    line, place = grouped.c, unit_place.c
    unit = func.coalesce(post.unit_id, staff.c.unit_id)
    values: dict[str, ColumnElement[object]] = {
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
