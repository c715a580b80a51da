"""``staff_month``: results credited to staff by share, per relationship type and over any type (R-15, R-61)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from data_access.bulk import load_rows, tell_size
from data_access.refresh.month import MonthBuild, divided, holds_at, office_then, stage_places, stage_versions, total
from data_access.refresh.staging import (
    create_stage,
    drop_stage,
    holding,
    staff_result,
    unit_place,
    version_then,
)
from data_access.tables import (
    client,
    client_month,
    relationship,
    relationship_share,
    relationship_type,
    staff,
    staff_month,
    staff_version,
)
from domain.relationship_origin import CONTINUED
from domain.shares import WHOLE_BP
from domain.words import RelationshipState, RelationshipType

ANY_TYPE = "any"
"""``staff_month.type`` of the rows that count each client once per person."""

_PAIR = 2**31
"""Two surrogate keys below this number make one 64-bit number."""
_RESULTS = ("end_assets_fen", "net_income_fen", "turnover_fen", "net_inflow_fen")
_SUMS = ("client_count", "weighted_bp", *_RESULTS, "started_count", "started_bp")
_COLUMNS = ("build_id", "month", "type", "client_office_id", "staff_id", "client_branch_id", "staff_unit_id",
            "staff_office_id", "staff_branch_id", "staff_category", *_SUMS)  # fmt: skip


def read_staff_month(connection: Connection, build: MonthBuild) -> list[tuple[Any, ...]]:
    """Return the month's rows of ``staff_month``: per type, client office and staff member, then over any type.

    Rests on the facts alone, never on the build's other tables, so that it can run beside them.
    """
    stage_places(connection)
    stage_versions(connection, build)
    _stage_holdings(connection, build)
    _settle_repeats(connection, build)
    create_stage(connection, staff_result)
    _stage_results(connection)
    _stage_any(connection)
    rows = [tuple(row) for row in connection.execute(_with_posts(build))]
    for stage in (unit_place, version_then, holding, staff_result):
        drop_stage(connection, stage)
    return rows


def publish_staff_month(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    """Insert what ``read_staff_month`` found."""
    load_rows(connection, staff_month, _COLUMNS, rows)


def portion(value_fen: ColumnElement[int], cumulative_bp: ColumnElement[int]) -> ColumnElement[int]:
    """Return floor(|value| x cumulative / 10,000), sign restored: ``domain.shares.portion_fen`` in SQL.

    Quotient and remainder of a negative value are both cut off towards zero, so one form serves both signs.
    """
    return divided(value_fen, WHOLE_BP) * cumulative_bp + divided((value_fen % WHOLE_BP) * cumulative_bp, WHOLE_BP)


def _stage_holdings(connection: Connection, build: MonthBuild) -> None:
    """Split each client's month over the holders of a type by the cumulative floor in ``staff_no`` order.

    All relationships of one type with one client are one list of shares. A whole share takes the whole value, and
    moves the cumulative parts of others by whole values only, so it is left out of the running sum.
    """
    create_stage(connection, holding)
    whole, split = _standing(build, "whole"), _standing(build, "split")
    share = relationship_share.c
    _stage_lines(connection, build, (
        select(whole, share.staff_id, share.share_bp)
        .join(relationship_share, share.relationship_id == whole.c.relationship_id)
        .where(share.share_bp == WHOLE_BP).subquery("line")
    ), lambda value, _line: value)  # fmt: skip
    _stage_lines(connection, build, (
        select(split, share.staff_id, share.share_bp,
               cast(func.sum(share.share_bp).over(
                   partition_by=(split.c.client_id, split.c.type, split.c.is_active),
                   order_by=(staff.c.staff_no, split.c.relationship_id), rows=(None, 0)), BigInteger).label("upto_bp"))
        .join(relationship_share, share.relationship_id == split.c.relationship_id)
        .join(staff, staff.c.staff_id == share.staff_id)
        .where(share.share_bp < WHOLE_BP).offset(0).subquery("line")
    ), lambda value, line: portion(value, line.upto_bp) - portion(value, line.upto_bp - line.share_bp))  # fmt: skip
    tell_size(connection, holding)


def _standing(build: MonthBuild, name: str) -> Subquery:
    """Return the relationships that are active at the month's end or began in the month, in the order of clients.

    In that order the clients' rows that are joined to them lie side by side; the fence keeps the planner to it.
    """
    link = relationship.c
    is_active = or_(link.valid_to.is_(None), link.valid_to > build.end)
    # a relationship that goes on with the other holders after one has left is not a new one
    is_new = func.coalesce(link.how_confirmed, "") != CONTINUED
    return (
        select(link.client_id, link.relationship_id, link.type, case((is_active, 1), else_=0).label("is_active"),
               case((and_(link.valid_from >= build.start, is_new), 1), else_=0).label("starts"))
        .where(link.state == RelationshipState.CONFIRMED.value, link.valid_from <= build.end,
               or_(is_active, (link.valid_from >= build.start) & (link.valid_to > link.valid_from)))
        .order_by(link.client_id).offset(0).subquery(name)
    )  # fmt: skip


def _stage_lines(
    connection: Connection, build: MonthBuild, lines: FromClause,
    part: Callable[[ColumnElement[int], ReadOnlyColumnCollection[str, Any]], ColumnElement[int]],
) -> None:  # fmt: skip
    """Insert a row per share of ``_standing``; ``part`` is the holder's part of a client's value."""
    line, row, version = lines.c, client_month.alias("row"), version_then.alias("version")
    values: dict[str, ColumnElement[Any]] = {
        "client_id": line.client_id, "staff_id": line.staff_id, "relationship_id": line.relationship_id,
        "type": line.type, "is_active": line.is_active, "starts": line.starts, "is_first": line.is_active,
        "is_largest": line.is_active, "share_bp": line.share_bp, "office_id": office_then(row, version),
    }  # fmt: skip
    results = {
        "end_assets_fen": func.coalesce(row.c.end_assets_fen, 0),
        "net_income_fen": func.coalesce(row.c.net_income_fen, 0),
        "turnover_fen": func.coalesce(row.c.turnover_fen, 0),
        "net_inflow_fen": func.coalesce(row.c.inflow_fen, 0) - func.coalesce(row.c.outflow_fen, 0),
    }
    values |= {name: case((line.is_active == 1, part(value, line)), else_=0) for name, value in results.items()}
    connection.execute(holding.insert().from_select(
        list(values),
        select(*values.values())
        .select_from(
            lines.join(client, client.c.client_id == line.client_id)
            .outerjoin(row, and_(row.c.month == build.month, row.c.client_id == line.client_id))
            .outerjoin(version, version.c.client_id == line.client_id))
        .where(client.c.opened_on <= build.end),
    ))  # fmt: skip


def _settle_repeats(connection: Connection, build: MonthBuild) -> None:
    """Where a person holds a client more than once, let one type count: the largest share, then the lower type.

    A person's shares of one type add up. ``is_first`` is left to one line per client, person and type,
    ``is_largest`` to the lines of one type per client and person.
    """
    held = holding.c
    pair = held.client_id * _PAIR + held.staff_id
    repeated = select(pair.label("pair")).where(held.is_active == 1).group_by("pair").having(func.count() > 1)
    line = (
        select(held.line_id, pair.label("pair"), held.type, _type_number(connection, build, held.type).label("number"),
               func.sum(held.share_bp).over(partition_by=(pair, held.type)).label("share_bp"),
               func.row_number().over(partition_by=(pair, held.type), order_by=held.relationship_id)
               .label("place_in_type"))
        .where(held.is_active == 1, pair.in_(repeated)).subquery("line").c
    )  # fmt: skip
    lines = connection.execute(
        select(line.line_id, line.place_in_type,
               func.dense_rank().over(partition_by=line.pair,
                                      order_by=(line.share_bp.desc(), line.number, line.type)).label("place"))
    ).all()  # fmt: skip
    changed = [{"line": one.line_id, "first": int(one.place_in_type == 1), "largest": int(one.place == 1)}
               for one in lines if one.place > 1 or one.place_in_type > 1]  # fmt: skip
    if changed:
        connection.execute(
            update(holding).where(held.line_id == bindparam("line"))
            .values(is_largest=bindparam("largest"), is_first=bindparam("first")), changed)  # fmt: skip


def _type_number(connection: Connection, build: MonthBuild, code: ColumnElement[str]) -> ColumnElement[int]:
    """Return a type's number (R-2.0): as published (R-08), else that of the ten known types, else the last."""
    numbers = {known.value: known.number for known in RelationshipType}
    published = select(relationship_type.c.type, relationship_type.c.number).where(
        holds_at(relationship_type.c.valid_from, relationship_type.c.valid_to, build.end)
    )
    numbers |= {line.type: line.number for line in connection.execute(published)}
    return case(numbers, value=code, else_=max(numbers.values()) + 1)


def _stage_results(connection: Connection) -> None:
    """Add the lines up per type, client office and staff member."""
    held = holding.c
    # staff member and office as one number sort faster than apart
    desk = held.staff_id * _PAIR + held.office_id
    by_desk = select(
        held.type, desk.label("desk"),
        total(held.is_first).label("client_count"),
        total(held.share_bp * held.is_active).label("weighted_bp"),
        *(total(held[name]).label(name) for name in _RESULTS),
        total(held.starts).label("started_count"), total(held.starts * held.share_bp).label("started_bp"),
    ).group_by("desk", held.type).subquery("by_desk").c  # fmt: skip
    connection.execute(staff_result.insert().from_select(
        list(staff_result.c),
        select(by_desk.type, divided(by_desk.desk, _PAIR), by_desk.desk % _PAIR, *(by_desk[name] for name in _SUMS)),
    ))  # fmt: skip


def _stage_any(connection: Connection) -> None:
    """Add the 'any' rows: the sums over all types, less the lines beaten by a larger share of the same person.

    ``started_*`` run over all relationships that began in the month, of whatever type.
    """
    typed, held = staff_result.c, holding.c
    beaten = select(
        held.staff_id, held.office_id, -held.is_first, -held.share_bp, *(-held[name] for name in _RESULTS),
        literal(0), literal(0),
    ).where(held.is_active == 1, held.is_largest == 0)  # fmt: skip
    all_types = select(typed.staff_id, typed.office_id, *(typed[name] for name in _SUMS))
    both = all_types.union_all(beaten).subquery("both").c
    connection.execute(staff_result.insert().from_select(
        list(staff_result.c),
        select(literal(ANY_TYPE), both.staff_id, both.office_id, *(total(both[name]) for name in _SUMS))
        .group_by(both.staff_id, both.office_id),
    ))  # fmt: skip


def _with_posts(build: MonthBuild) -> Select[Any]:
    """Select ``_COLUMNS``: the results, each person's post at the month's end and the branch of the clients' office."""
    line, post = staff_result.c, staff_version.c
    home, own = unit_place.alias("home"), unit_place.alias("own")
    unit = func.coalesce(post.unit_id, staff.c.unit_id)
    return (
        select(
            literal(build.build_id), literal(build.month), line.type, line.office_id, line.staff_id,
            home.c.client_branch_id, unit, own.c.office_id, own.c.branch_id,
            func.coalesce(post.category, staff.c.category), *(line[name] for name in _SUMS),
        ).select_from(
            staff_result.join(staff, staff.c.staff_id == line.staff_id)
            .join(home, home.c.unit_id == line.office_id)
            .outerjoin(staff_version, and_(post.staff_id == line.staff_id,
                                           holds_at(post.valid_from, post.valid_to, build.end)))
            .outerjoin(own, own.c.unit_id == unit))
    )  # fmt: skip
