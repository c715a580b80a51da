"""Moves counted from the columns of two months: the same numbers as ``metrics.moves.select_moves``, for every reach."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from data_access.reads.columns import CODES, MonthColumns, Numbers, find_among, find_inside, find_places, read_columns
from data_access.reads.moves import DIMENSIONS, ELSEWHERE, LOST, NOT_YET
from metrics.question import Question

FILTERS = frozenset({"client_kind"})
"""What moves can be filtered by here."""
_AMOUNTS = {"assets": "end_assets_fen", "value": "value_fen"}
Pairs = dict[tuple[int, int], dict[str, int]]
"""Clients and amounts in fen by the pair of places among the groups."""


def count_moves(connection: Connection, dimension: str, groups: Sequence[str], builds: tuple[int, int],
                question: Question) -> Pairs:  # fmt: skip
    """Return the clients and amounts of every pair of ``groups`` that occurs, from the first build to the second.

    The question gives reach and filters, of which only ``FILTERS`` are known. A group without a code stands behind the
    last of ``groups``.
    """
    column = DIMENSIONS[dimension].__name__.lower()
    names = ("client_id", "office_id", column, *question.where, *_AMOUNTS.values())
    then, now = (read_columns(connection, build_id, names) for build_id in builds)
    here, there = (_find_kept(connection, question, month) for month in (now, then))
    was_there, places = find_places(then["client_id"], now["client_id"])
    outside = groups.index(ELSEWHERE)
    goal = np.where(here, _places(dimension, groups)[now[column]], outside)
    origin = np.full(len(goal), groups.index(NOT_YET), dtype=np.int64)
    origin[was_there] = np.where(there, _places(dimension, groups)[then[column]], outside)[places]
    kept = here.copy()
    kept[was_there] |= there[places]
    size = len(groups) + 1
    pair = origin * size + goal
    sums = {"clients": np.bincount(pair[kept], minlength=size * size)}
    for name, stored in _AMOUNTS.items():
        sums[f"{name}_before"] = _sums(pair[was_there], np.where(there, then[stored], 0)[places], size)
        sums[name] = _sums(pair, np.where(here, now[stored], 0), size)
    return {divmod(int(one), size): {name: int(values[one]) for name, values in sums.items()}
            for one in np.flatnonzero(sums["clients"])}  # fmt: skip


def _find_kept(connection: Connection, question: Question, month: MonthColumns) -> npt.NDArray[np.bool_]:
    """Return which clients are inside the reach and pass the filters."""
    kept = find_inside(connection, question.scope, month)
    for key, values in question.where.items():
        kept &= find_among(month, key, values)
    return kept


def _places(dimension: str, groups: Sequence[str]) -> Numbers:
    """Return the place among ``groups`` of every code of the dimension, and last of no code."""
    codes = [groups.index(code) for code in CODES[DIMENSIONS[dimension].__name__.lower()]]
    return np.array([*codes, groups.index(LOST) if dimension == "tier" else len(groups)], dtype=np.int64)


def _sums(pair: Numbers, amounts: Numbers, size: int) -> Numbers:
    """Return the sum of the amounts of every pair, to the fen: weights of a count would be floating."""
    sums = np.zeros(size * size, dtype=np.int64)
    np.add.at(sums, pair, amounts)
    return sums
