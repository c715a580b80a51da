"""Lists by value found in columns kept ready: the conditions of ``client_lists``, where columns hold what they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Select, select

from data_access.reads.client_beside import task_is_open
from data_access.reads.client_filter import ClientFilter, has_moved
from data_access.reads.columns import MonthColumns, find_among, find_at_offices, find_inside, find_places, read_stored
from data_access.reads.generation import Generation
from data_access.reads.moves import DIMENSIONS, ELSEWHERE, LOST, NOT_YET, Move
from data_access.reads.segments import find_segments
from data_access.scope import Scope
from data_access.tables import client_status, org_unit, reactivation_task

Kept = npt.NDArray[np.bool_]
_CODED = {"statuses": "status", "tiers": "tier", "tiers_before": "tier_before", "kinds": "client_kind"}
_QUIET = ("quiet_from", "quiet_to", "newly")


def find_listed(connection: Connection, generation: Generation, month: int, scope: Scope,
                kept: ClientFilter) -> MonthColumns | None:  # fmt: skip
    """Return ``client_id`` and ``value_fen`` of the clients of a list, in the order of their ids.

    None where the statement is to be asked: for filters that no column holds, for a reach of persons, and where no
    columns are ready.
    """
    ends = _read_ends(connection, generation, month, scope, [kept], {"client_id", "value_fen"})
    if ends is None:
        return None
    now = ends[month]
    listed = _find_kept(connection, generation, scope, ends, month, kept, find_inside(connection, scope, now))
    return {name: now[name][listed] for name in ("client_id", "value_fen")}


def count_listed(connection: Connection, generation: Generation, month: int, scope: Scope,
                 lists: Sequence[ClientFilter]) -> dict[ClientFilter, int]:  # fmt: skip
    """Return how many clients each list has, from columns that are read once; without those left to the statement."""
    told = [kept for kept in lists if _is_decided(generation, month, kept)]
    # which column tells how many clients there are does not matter
    ends = _read_ends(connection, generation, month, scope, told, {"status"}) if told else None
    if ends is None:
        return {}
    inside = find_inside(connection, scope, ends[month])
    return {
        kept: int(np.count_nonzero(_find_kept(connection, generation, scope, ends, month, kept, inside)))
        for kept in told
    }


def first_by_value(listed: MonthColumns, after: tuple[Any, int] | None, limit: int) -> list[int]:
    """Return the ids of a page of the list, the most valuable first, equal ones by id."""
    ids, values = listed["client_id"], listed["value_fen"].astype(np.int64, copy=False)
    if after is not None:
        further = (values < after[0]) | ((values == after[0]) & (ids > after[1]))
        ids, values = ids[further], values[further]
    if len(values) > limit:
        high = values >= np.partition(values, len(values) - limit)[len(values) - limit]
        ids, values = ids[high], values[high]
    found: list[int] = ids[np.argsort(-values, kind="stable")[:limit]].tolist()
    return found


def _read_ends(connection: Connection, generation: Generation, month: int, scope: Scope, lists: Sequence[ClientFilter],
               names: set[str]) -> dict[int, MonthColumns] | None:  # fmt: skip
    """Return the columns that lists need, of their month and of the months where moves end or begin."""
    if scope.staff_ids or not all(_is_decided(generation, month, kept) for kept in lists):
        return None
    wanted = {month: names | (set() if scope.everything else {"office_id"})}
    for kept in lists:
        wanted[month] |= _needed(kept)
        if kept.move:
            other = {"client_id", _column(kept.move), *(["client_kind"] if kept.kinds else [])}
            wanted.setdefault(kept.move.month, set()).update(other if scope.everything else other | {"office_id"})
    ends: dict[int, MonthColumns] = {
        one: read_stored(connection, generation.builds[one], sorted(needed), narrow=True)
        for one, needed in wanted.items()
    }
    return None if any(len(ends[one]) < len(needed) for one, needed in wanted.items()) else ends


def _is_decided(generation: Generation, month: int, kept: ClientFilter) -> bool:
    if kept.move and (kept.move.month == month or kept.move.month not in generation.builds):
        return False
    told = replace(kept, statuses=(), tiers=(), tiers_before=(), kinds=(), office_codes=(), quiet_from=None,
                   quiet_to=None, newly=None, moved="", has_task=None, move=None, segment="", active="")  # fmt: skip
    return kept.active in ("", "quarter") and told == ClientFilter()


def _needed(kept: ClientFilter) -> set[str]:
    """Return the columns of the list's month that its filters name."""
    names = {name for part, name in _CODED.items() if getattr(kept, part)}
    conditions = {"months_quiet": any(getattr(kept, part) is not None for part in _QUIET),
                  "office_id": bool(kept.office_codes), "is_active": bool(kept.active)}  # fmt: skip
    names |= {name for name, is_named in conditions.items() if is_named}
    names |= {"status", "tier", "tier_before"} if kept.segment else set()
    names |= {"client_id"} if kept.moved or kept.has_task is not None else set()
    return names | ({"client_id", _column(kept.move)} if kept.move else set())


def _find_kept(connection: Connection, generation: Generation, scope: Scope, ends: dict[int, MonthColumns], month: int,
               kept: ClientFilter, inside: Kept) -> Kept:  # fmt: skip
    """Return which clients of the month the list keeps of those inside the reach."""
    now, found = ends[month], inside.copy()
    for part, name in _CODED.items():
        if codes := getattr(kept, part):
            found &= find_among(now, name, codes)
    if kept.office_codes:
        offices = connection.execute(select(org_unit.c.unit_id).where(org_unit.c.unit_code.in_(kept.office_codes)))
        found &= find_at_offices(now, offices.scalars().all())
    _keep_quiet(found, now, kept)
    if kept.active:
        found &= now["is_active"] > 0
    if kept.segment:
        nobody = np.zeros(len(found), dtype=np.bool_)
        found &= {segment.value: ones for segment, ones in find_segments(now).items()}.get(kept.segment, nobody)
    if kept.move:
        other = ends[kept.move.month]
        there = find_inside(connection, scope, other)
        there = there & find_among(other, "client_kind", kept.kinds) if kept.kinds else there
        found &= _made_move(now, other, there, kept.move, month)
    if kept.moved:
        found &= _find_moved(connection, generation.builds[month], now, kept.moved)
    if kept.has_task is not None:
        held = _find_with_task(connection, now)
        found &= held if kept.has_task else ~held
    return found


def _keep_quiet(found: Kept, now: MonthColumns, kept: ClientFilter) -> None:
    """Keep of those found who were quiet for as many months as the list says."""
    if kept.quiet_from is not None:
        found &= now["months_quiet"] >= kept.quiet_from
    if kept.quiet_to is not None:
        found &= now["months_quiet"] <= kept.quiet_to
    if kept.newly is not None:
        found &= now["months_quiet"] == kept.newly


def _find_moved(connection: Connection, build_id: int, now: MonthColumns, moved: str) -> Kept:
    """Return which clients came, left or returned in the month: the few whom a partial index holds."""
    row = client_status.c
    return _find_clients(connection, now, select(row.client_id).where(row.build_id == build_id, has_moved(moved)))


def _find_with_task(connection: Connection, now: MonthColumns) -> Kept:
    """Return which clients have an open task."""
    return _find_clients(connection, now, select(reactivation_task.c.client_id).where(task_is_open()))


def _find_clients(connection: Connection, now: MonthColumns, wanted: Select[Any]) -> Kept:
    ids = np.sort(np.fromiter(connection.execute(wanted).scalars(), dtype=np.int64))
    found = np.zeros(len(now["client_id"]), dtype=np.bool_)
    found[find_places(now["client_id"], ids)[1]] = True
    return found


def _made_move(now: MonthColumns, other: MonthColumns, inside: npt.NDArray[np.bool_], move: Move,
               month: int) -> npt.NDArray[np.bool_]:  # fmt: skip
    """Return who of ``now`` made the move, as ``made_move`` decides; ``inside``: of the other end's clients."""
    own, far = (move.goal, move.origin) if move.month < month else (move.origin, move.goal)
    made = _is_in(now, move, own) if own else np.ones(len(now["client_id"]), dtype=np.bool_)
    was_there, places = find_places(other["client_id"], now["client_id"])
    if far == NOT_YET:
        return made & ~was_there
    if far:
        fits = ~inside if far == ELSEWHERE else inside & _is_in(other, move, far)
        came = np.zeros(len(made), dtype=np.bool_)
        came[was_there] = fits[places]
        made &= came
    return made


def _is_in(month: MonthColumns, move: Move, code: str) -> npt.NDArray[np.bool_]:
    return find_among(month, _column(move), (None,) if move.dimension == "tier" and code == LOST else (code,))


def _column(move: Move) -> str:
    return DIMENSIONS[move.dimension].__name__.lower()
