"""Sums over the trailing months of a client: rolled on from the month before, or added up anew."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Integer, Join, and_, cast, extract, func, select

from data_access.refresh.month import MonthBuild, total
from data_access.tables import client, client_month
from domain.months import month_add, month_range


def rolled(
    build: MonthBuild, source: Join, measure: str, *, before: ColumnElement[int], now: ColumnElement[int], window: int,
    same_window: bool, leaving: ColumnElement[int] | None = None,
) -> tuple[ColumnElement[int], Join]:  # fmt: skip
    """Return the sum of a measure of ``client_month`` over ``window`` months and the joins it needs.

    ``before`` is the month before's sum, ``now`` this month's number. Months before the client's opening do not count.
    ``same_window`` False: the window's length has changed since the month before, so the months are added up anew.
    ``leaving``: the number that leaves the window, where the source has it at hand.
    """
    if not same_window:
        return summed(build.month, measure, window), source
    kept = func.coalesce(before, 0) + func.coalesce(now, 0)
    if leaving is not None:
        return kept - func.coalesce(leaving, 0), source
    leaving_month = month_add(build.month, -window)
    if leaving_month < build.first_month:
        return kept, source
    row = client_month.alias(f"leaving_{measure}")
    joined = source.outerjoin(row, and_(
        row.c.month == leaving_month, row.c.client_id == client.c.client_id,
        client.c.opened_on <= build.end_before(window)))  # fmt: skip
    return kept - func.coalesce(row.c[measure], 0), joined


def summed(month: int, measure: str, window: int) -> ColumnElement[int]:
    """Return the sum of a measure over the ``window`` months up to ``month``, since the client's opening."""
    each = client_month.alias("each")
    months = month_range(month_add(month, 1 - window), month)
    opened = cast(extract("year", client.c.opened_on), Integer) * 100 + cast(
        extract("month", client.c.opened_on), Integer)  # fmt: skip
    return (
        select(total(each.c[measure]))
        .where(each.c.month.in_(months), each.c.client_id == client.c.client_id, each.c.month >= opened)
        .correlate(client).scalar_subquery()
    )  # fmt: skip
