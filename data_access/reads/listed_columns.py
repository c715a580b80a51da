"""Lists by move or value segment, found in columns kept ready: the conditions of ``client_lists`` on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from data_access.reads.client_filter import ClientFilter
from data_access.reads.columns import MonthColumns, find_among, find_inside, find_places, read_stored
from data_access.reads.generation import Generation
from data_access.reads.moves import DIMENSIONS, ELSEWHERE, LOST, NOT_YET, Move
from data_access.reads.segments import find_segments
from data_access.scope import Scope


def find_listed(connection: Connection, generation: Generation, month: int, scope: Scope,
                kept: ClientFilter) -> MonthColumns | None:  # fmt: skip
    """Return ``client_id`` and ``value_fen`` of the clients of a list, in the order of their ids.

    None where the statement is to be asked: for other lists, for a reach of persons, and where no columns are ready.
    """
    told = replace(kept, statuses=(), tiers=(), tiers_before=(), kinds=(), move=None, segment="")
    move = kept.move
    if not (move or kept.segment) or scope.staff_ids or told != ClientFilter():
        return None
    if move and (move.month == month or move.month not in generation.builds):
        return None
    filters = {"status": kept.statuses, "tier": kept.tiers, "tier_before": kept.tiers_before, "client_kind": kept.kinds}
    narrowed = {name: codes for name, codes in filters.items() if codes}
    both = {"client_id", *([] if scope.everything else ["office_id"]), *([_column(move)] if move else [])}
    of_segment = {"status", "tier", "tier_before"} if kept.segment else set()
    wanted = {month: {"value_fen", *narrowed, *both, *of_segment}}
    if move:
        wanted[move.month] = both | (narrowed.keys() & {"client_kind"})
    ends = {one: read_stored(connection, generation.builds[one], list(names)) for one, names in wanted.items()}
    if any(len(ends[one]) < len(names) for one, names in wanted.items()):
        return None
    now, inside = ends[month], find_inside(connection, scope, ends[month])
    for name, codes in narrowed.items():
        inside &= find_among(now, name, codes)
    if kept.segment:
        nobody = np.zeros(len(inside), dtype=np.bool_)
        inside &= {segment.value: found for segment, found in find_segments(now).items()}.get(kept.segment, nobody)
    if move:
        other = ends[move.month]
        there = find_inside(connection, scope, other)
        there = there & find_among(other, "client_kind", kept.kinds) if kept.kinds else there
        inside &= _made_move(now, other, there, move, month)
    return {name: now[name][inside] for name in ("client_id", "value_fen")}


def first_by_value(listed: MonthColumns, after: tuple[Any, int] | None, limit: int) -> list[int]:
    """Return the ids of a page of the list, the most valuable first, equal ones by id."""
    ids, values = listed["client_id"], listed["value_fen"]
    if after is not None:
        further = (values < after[0]) | ((values == after[0]) & (ids > after[1]))
        ids, values = ids[further], values[further]
    if len(values) > limit:
        high = values >= np.partition(values, len(values) - limit)[len(values) - limit]
        ids, values = ids[high], values[high]
    found: list[int] = ids[np.argsort(-values, kind="stable")[:limit]].tolist()
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
