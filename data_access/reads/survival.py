"""How long clients stay, as grouped counts: cohorts by the quarter of opening, lives by tier at one month's end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, String, and_, case, cast, func, literal, literal_column, select

from data_access.reads.columns import CODES, Numbers, find_among, find_inside, find_places, read_columns
from data_access.reads.generation import Generation
from data_access.reads.losses import WAS_LOST, clients_by_tier, month_of_day
from data_access.scope import Scope, clients_in
from data_access.tables import client, client_status, cube_client
from domain.months import month_add, month_range, month_start

_NO_BUILD = -1
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
    builds = {generation.builds[month]: _months_between(start, month)
              for month in month_range(month_add(start, 1), last) if month in generation.builds}  # fmt: skip
    lost = _first_losses(connection, builds)
    month = read_columns(connection, generation.builds[start], _COLUMNS)
    kept = find_inside(connection, scope, month) & (month["tier"] >= 0)
    for name, codes in (("client_kind", kinds), ("tier", tiers)):
        if codes:
            kept &= find_among(month, name, codes)
    known, places = find_places(month["client_id"], lost[0])
    inside = kept[places]
    lives = [Lives(CODES["tier"][tier], months, lost=True, count=count) for (tier, months), count in Counter(zip(
        month["tier"][places][inside].tolist(), lost[1][known][inside].tolist(), strict=True)).items()]  # fmt: skip
    whole = clients_by_tier(connection, generation.builds[start], scope, kinds)
    for tier, clients in whole.items():
        if tiers and tier not in tiers:
            continue
        gone = sum(life.count for life in lives if life.group == tier)
        if clients > gone:
            lives.append(Lives(tier, _months_between(start, last), lost=False, count=clients - gone))
    return sorted(lives, key=lambda life: (life.group, life.months, not life.lost))


def _first_losses(connection: Connection, builds: Mapping[int, int]) -> tuple[Numbers, Numbers]:
    """Return the clients lost in some builds, ascending, and the number that stands for the first such build of each.

    The ids come as one text a build: a row for each of them takes longer than all else.
    """
    row = client_status.c
    texts = connection.execute(
        select(row.build_id, func.aggregate_strings(cast(row.client_id, String), ","))
        .where(row.build_id.in_(list(builds)), WAS_LOST).group_by(row.build_id)
    ).all()  # fmt: skip
    found = [(builds[build_id], np.fromstring(text, dtype=np.int64, sep=",")) for build_id, text in texts]
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    found.sort(key=lambda one: one[0])
    ids, first = np.unique(np.concatenate([some for _, some in found]), return_index=True)
    return ids, np.repeat([number for number, _ in found], [len(some) for _, some in found])[first]


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
    three months are published are cohorts. ``kinds``: of the clients when they
    opened, and of those lost or back as they stand now (empty: all).
    """
    months = sorted(month for month in generation.builds if month <= last)
    cohorts = _whole_quarters(months)
    if not cohorts:
        return []
    first = month_add(min(cohorts), -2)
    builds = {month: generation.builds[month] for month in months if month >= first}
    found: dict[tuple[int, int], list[int]] = {}
    month_of_build = {build_id: month for month, build_id in builds.items()}
    for line in connection.execute(_opened(builds, scope, kinds)):
        month = month_of_build[line.build_id]
        found.setdefault((quarter_of(month), month), [0, 0, 0])[0] += int(line.clients)
    for place, column in ((1, client_status.c.lost_count), (2, client_status.c.returned_count)):
        for line in connection.execute(_changes(column, builds, first, scope, kinds)):
            entry = found.setdefault((quarter_of(line.opened_month), line.month), [0, 0, 0])
            entry[place] += int(line.clients)
    return [CohortMonth(quarter, month, *counts) for (quarter, month), counts in sorted(found.items())
            if quarter in cohorts]  # fmt: skip


def _whole_quarters(months: Sequence[int]) -> set[int]:
    known = set(months)
    return {month for month in months if month % 100 % 3 == 0
            and {month, month_add(month, -1), month_add(month, -2)} <= known}  # fmt: skip


def _opened(builds: dict[int, int], scope: Scope, kinds: Sequence[str]) -> Any:
    # the cube knows kinds, the index of moved clients does not; a personal reach has few clients and no cube
    table: Any = cube_client if kinds and not scope.staff_ids else client_status
    row = table.c
    number = literal(0) if table is cube_client else row.client_id
    return (
        select(row.build_id, func.sum(row.new_count).label("clients"))
        .where(row.build_id.in_(list(builds.values())), row.new_count > literal_column("0"),
               clients_in(scope, number, row.office_id), *([row.client_kind.in_(kinds)] if kinds else ()))
        .group_by(row.build_id)
    )  # fmt: skip


def _changes(column: ColumnElement[int], builds: dict[int, int], first: int, scope: Scope,
             kinds: Sequence[str]) -> Any:  # fmt: skip
    """Return losses or returns by the month of opening and their own month."""
    row, opened = client_status.c, client_status.alias("opened")
    opened_month = month_of_day(client.c.opened_on)
    source = client_status.join(client, client.c.client_id == row.client_id)
    conditions: list[ColumnElement[bool]] = [
        row.build_id.in_(list(builds.values())), column > literal_column("0"), client.c.opened_on >= month_start(first),
    ]  # fmt: skip
    if kinds:
        conditions.append(client.c.kind.in_(kinds))
    if not scope.everything:  # the place of the opening decides, not that of the change
        build = case(builds, value=opened_month, else_=_NO_BUILD)
        source = source.join(opened, and_(opened.c.build_id == build, opened.c.client_id == row.client_id))
        conditions.append(clients_in(scope, opened.c.client_id, opened.c.office_id))
    return (
        select(opened_month.label("opened_month"), row.month, func.sum(column).label("clients"))
        .select_from(source).where(*conditions).group_by(opened_month, row.month)
    )  # fmt: skip
