"""How long clients stay, as grouped counts: cohorts by the quarter of opening, lives by tier at one month's end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, String, cast, func, literal, literal_column, select

from data_access.listed import chunks
from data_access.reads.columns import CODES, Numbers, find_among, find_inside, find_places, read_columns
from data_access.reads.generation import Generation
from data_access.reads.losses import clients_by_tier
from data_access.scope import Scope, clients_in
from data_access.tables import client, client_status, cube_client
from domain.months import month_add, month_range

_COLUMNS = ("client_id", "office_id", "client_kind", "tier")


@dataclass(frozen=True)
class Lives:
    """Equal lives of one group: ``months`` after the start they were lost, or were last seen as clients."""

    group: str
    months: int
    lost: bool
    count: int


def read_lives(connection: Connection, generation: Generation, start: int, last: int, scope: Scope,
               kinds: Sequence[str] = (), tiers: Sequence[str] = ()) -> list[Lives]:  # fmt: skip
    """Return, for those who were clients at the end of month ``start``, when they were first lost, by tier then.

    The tier and the place are those of the start, so that nobody's group is the fruit of having stayed. Clients not
    lost by ``last`` are censored there. ``start`` and ``last`` are published months, YYYYMM, ``start`` the earlier.
    ``kinds``, ``tiers``: of the clients at the start (empty: all).
    """
    builds = {generation.builds[month]: month for month in month_range(month_add(start, 1), last)
              if month in generation.builds}  # fmt: skip
    moved = _moved(connection, builds, client_status.c.lost_count)
    ids, first = np.unique(moved.client_id, return_index=True)  # their months ascend
    month = read_columns(connection, generation.builds[start], _COLUMNS)
    kept = find_inside(connection, scope, month) & (month["tier"] >= 0)
    for name, codes in (("client_kind", kinds), ("tier", tiers)):
        if codes:
            kept &= find_among(month, name, codes)
    known, places = find_places(month["client_id"], ids)
    inside = kept[places]
    tiers_then, gone = month["tier"][places][inside].tolist(), moved.month[first][known][inside].tolist()
    lives = [Lives(CODES["tier"][tier], _months_between(start, month_gone), lost=True, count=count)
             for (tier, month_gone), count in Counter(zip(tiers_then, gone, strict=True)).items()]  # fmt: skip
    whole = clients_by_tier(connection, generation.builds[start], scope, kinds)
    for tier, clients in whole.items():
        if tiers and tier not in tiers:
            continue
        gone = sum(life.count for life in lives if life.group == tier)
        if clients > gone:
            lives.append(Lives(tier, _months_between(start, last), lost=False, count=clients - gone))
    return sorted(lives, key=lambda life: (life.group, life.months, not life.lost))


def _months_between(first: int, last: int) -> int:
    return (last // 100 - first // 100) * 12 + last % 100 - first % 100


@dataclass(frozen=True)
class CohortMonth:
    """What happened to the clients opened in one quarter (``YYYYMM`` of its last month) in one later month."""

    quarter: int
    month: int
    opened: int
    lost: int
    returned: int


def quarter_of(month: int) -> int:
    """Return the last month, YYYYMM, of a month's quarter."""
    return month - month % 100 + (month % 100 + 2) // 3 * 3


def read_cohort_months(connection: Connection, generation: Generation, last: int, scope: Scope,
                       kinds: Sequence[str] = ()) -> list[CohortMonth]:  # fmt: skip
    """Return per quarter of opening and month who was opened, lost and returned, up to month ``last``.

    A cohort are the clients opened in the reach; it keeps them when they move to another place. Only quarters whose
    three months are published are cohorts. ``kinds``: of the clients when they opened, and of those lost or back as
    they stand now (empty: all).
    """
    months = sorted(month for month in generation.builds if month <= last)
    cohorts = _whole_quarters(months)
    if not cohorts:
        return []
    first = month_add(min(cohorts), -2)
    builds = {generation.builds[month]: month for month in months if month >= first}
    row = client_status.c
    opened = _moved(connection, builds, row.new_count, clients_in(scope, row.client_id, row.office_id))
    order = np.argsort(opened.client_id, kind="stable")
    ids, opened_month = opened.client_id[order], opened.month[order]
    found: dict[tuple[int, int], list[int]] = {}
    counts = _opened_by_month(connection, builds, scope, kinds) if kinds else _count_months(opened.month)
    for month, count in counts.items():
        found.setdefault((quarter_of(month), month), [0, 0, 0])[0] += count
    for place, column in ((1, row.lost_count), (2, row.returned_count)):
        moved = _moved(connection, builds, column)
        where = np.minimum(np.searchsorted(ids, moved.client_id), max(len(ids) - 1, 0))
        kept = ids[where] == moved.client_id if len(ids) else np.zeros(len(moved.client_id), dtype=np.bool_)
        if kinds:
            kept &= np.isin(moved.client_id, _of_kinds(connection, moved.client_id[kept], kinds))
        for opening, month, count in zip(opened_month[where[kept]].tolist(), moved.month[kept].tolist(),
                                         moved.count[kept].tolist(), strict=True):  # fmt: skip
            found.setdefault((quarter_of(opening), month), [0, 0, 0])[place] += count
    return [CohortMonth(quarter, month, *counted) for (quarter, month), counted in sorted(found.items())
            if quarter in cohorts]  # fmt: skip


def _whole_quarters(months: Sequence[int]) -> set[int]:
    known = set(months)
    return {month for month in months if month % 100 % 3 == 0
            and {month, month_add(month, -1), month_add(month, -2)} <= known}  # fmt: skip


def _opened_by_month(connection: Connection, builds: Mapping[int, int], scope: Scope,
                     kinds: Sequence[str]) -> dict[int, int]:  # fmt: skip
    """Return how many clients of some kinds were opened in each month."""
    # the cube knows kinds, the index of moved clients does not; a personal reach has few clients and no cube
    table: Any = client_status if scope.staff_ids else cube_client
    row = table.c
    number = literal(0) if table is cube_client else row.client_id
    lines = connection.execute(
        select(row.build_id, func.sum(row.new_count))
        .where(row.build_id.in_(list(builds)), row.new_count > literal_column("0"),
               clients_in(scope, number, row.office_id), row.client_kind.in_(kinds))
        .group_by(row.build_id)
    )  # fmt: skip
    return {builds[build_id]: int(count) for build_id, count in lines}


def _count_months(months: Numbers) -> dict[int, int]:
    found, counts = np.unique(months, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _of_kinds(connection: Connection, ids: Numbers, kinds: Sequence[str]) -> list[int]:
    """Return which clients are of some kinds now."""
    return [key for some in chunks(ids.tolist()) for key in connection.execute(
        select(client.c.client_id).where(client.c.client_id.in_(some), client.c.kind.in_(kinds))
    ).scalars().all()]  # fmt: skip


@dataclass(frozen=True)
class _Moved:
    """Clients that moved, one place for each month of theirs, and how often they did in it."""

    client_id: Numbers
    month: Numbers
    count: Numbers


_OFTEN = 100
"""More than a client moves one way within a month: it takes a day each time."""


def _moved(connection: Connection, builds: Mapping[int, int], column: ColumnElement[int],
           *kept: ColumnElement[bool]) -> _Moved:  # fmt: skip
    """Return the clients opened, lost or returned in some builds, by ``column``, with the month of each, ascending.

    They come as one text a build: a row for each of them takes longer than all else.
    """
    row = client_status.c
    texts = connection.execute(
        select(row.build_id, func.aggregate_strings(cast(row.client_id * _OFTEN + column, String), ","))
        # written out, not bound: only then does SQLite see that the index of moved clients holds these rows
        .where(row.build_id.in_(list(builds)), column > literal_column("0"), *kept).group_by(row.build_id)
    ).all()  # fmt: skip
    found = [(builds[build_id], np.fromstring(text, dtype=np.int64, sep=",")) for build_id, text in texts]
    found.sort(key=itemgetter(0))
    moved = np.concatenate([np.zeros(0, dtype=np.int64), *(some for _, some in found)])
    months = np.repeat(np.array([month for month, _ in found], dtype=np.int64), [len(some) for _, some in found])
    return _Moved(moved // _OFTEN, months, moved % _OFTEN)
