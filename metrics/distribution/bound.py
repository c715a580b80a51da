"""How even a part could be at best: a linear programme below the aim, solved by HiGHS.

Clients may be cut into pieces, effort and value shared out apart, and the squares are replaced by tangents, which lie
below them; so no distribution of the same clients is better than the answer. A second bound knows that a client worth
more than an even share cannot be cut; the larger of the two counts.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog  # type: ignore[import-untyped]
from scipy.sparse import coo_array, csr_array  # type: ignore[import-untyped]
from scipy.sparse.csgraph import maximum_flow  # type: ignore[import-untyped]

from metrics.distribution.placing import Floats, Ints, Masks, Part

TANGENTS = (0.0, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0, 1.01, 1.02, 1.05, 1.1, 1.2, 1.3, 1.5, 2.0, 3.0, 5.0)
"""Ratios to an even share at which the squared departure is replaced by its tangent."""
LARGEST = 4_000
"""Kinds of clients times people up to which kinds are told apart; beyond, everyone may go to anyone in the part."""


def evenness_bound(part: Part) -> float:
    """Return a number that the unevenness of no distribution of the placed clients of a part is below.

    Clients fixed at their previous holder stay there.
    """
    placed = part.holder >= 0
    if not placed.any():
        return part.unevenness()
    people, share = len(part.room), part.capacity / part.capacity.sum()
    kinds, masks = part.kinds, part.masks
    if len(masks) * people > LARGEST:
        kinds, masks = np.zeros_like(kinds), np.ones((1, people), dtype=bool)
    stay = placed & part.fixed
    free = placed & ~part.fixed
    count = np.bincount(part.holder[stay], weights=part.size[stay], minlength=people)
    room = part.room.astype(np.float64) - count
    total = 0.0
    for amount, before, even in ((part.effort, part.effort0, part.even_effort),
                                 (part.value, part.value0, part.even_value)):  # fmt: skip
        if even.sum() <= 0:
            continue
        unit = even.sum()
        start = (before + np.bincount(part.holder[stay], weights=amount[stay], minlength=people)) / unit
        smooth = _least_square(amount / unit, part.size, kinds, masks, free, start, room, share)
        total += max(smooth, _whole_clients(amount[placed] / unit, float(share.max())))
    return total


def _whole_clients(amount: Floats, largest_share: float) -> float:
    """Bound the same sum by the blocks larger than the largest even share ``s``.

    One block alone at a person costs (v - s)^2 / s or more, two together more than both apart, and what is beyond the
    shares is missing with the others, which costs its square at least.
    """
    beyond = amount[amount > largest_share] - largest_share
    return float((beyond**2).sum() / largest_share + beyond.sum() ** 2)


def _least_square(amount: Floats, size: Ints, kinds: Ints, masks: Masks, free: Masks, start: Floats, room: Floats,
                  share: Floats) -> float:  # fmt: skip
    """Bound the sum over people of share x (load / share - 1)^2, the loads adding up to ``start`` and the amounts."""
    people = len(share)
    present = np.unique(kinds[free]).tolist()
    pairs = [(kind, person) for kind in present for person in np.flatnonzero(masks[kind]).tolist()]
    size_of = np.bincount(kinds[free], weights=size[free], minlength=len(masks))
    amount_of = np.bincount(kinds[free], weights=amount[free], minlength=len(masks))
    each = amount / size
    most = np.zeros(len(masks))
    np.maximum.at(most, kinds[free], each[free])
    # columns: amount per pair, count per pair, square per person
    width = 2 * len(pairs) + people
    upper, limits = _Rows(width), []
    equal, sums = _Rows(width), []
    load: dict[int, list[int]] = {}
    for column, (_, person) in enumerate(pairs):
        load.setdefault(person, []).append(column)
    for person in range(people):
        columns = load.get(person, [])
        for ratio in TANGENTS:
            # share*((ratio-1)^2 + 2(ratio-1)(x/share - ratio)) <= square, x = start + columns
            slope = 2 * (ratio - 1)
            upper.add([(column, slope) for column in columns] + [(2 * len(pairs) + person, -1.0)])
            limits.append(-(share[person] * ((ratio - 1) ** 2 - slope * ratio) + slope * start[person]))
        upper.add([(len(pairs) + column, 1.0) for column in columns])
        limits.append(max(float(room[person]), 0.0))
    for column, (kind, _) in enumerate(pairs):
        upper.add([(column, 1.0), (len(pairs) + column, -float(most[kind]))])
        limits.append(0.0)
    for kind in present:
        columns = [column for column, pair in enumerate(pairs) if pair[0] == kind]
        equal.add([(column, 1.0) for column in columns])
        sums.append(float(amount_of[kind]))
        equal.add([(len(pairs) + column, 1.0) for column in columns])
        sums.append(float(size_of[kind]))
    goal = np.concatenate([np.zeros(2 * len(pairs)), np.ones(people)])
    answer = linprog(goal, A_ub=upper.matrix(), b_ub=np.array(limits), bounds=(0, None), method="highs",
                     **({"A_eq": equal.matrix(), "b_eq": np.array(sums)} if sums else {}))  # fmt: skip
    # without an answer the sum of squares still is not below zero
    return max(float(answer.fun), 0.0) if answer.status == 0 else 0.0


class _Rows:
    """Rows of a sparse matrix, one after the other."""

    def __init__(self, width: int) -> None:
        self._width, self._count = width, 0
        self._rows: list[int] = []
        self._columns: list[int] = []
        self._values: list[float] = []

    def add(self, cells: list[tuple[int, float]]) -> None:
        """Add a row of (column, value)."""
        for column, value in cells:
            self._rows.append(self._count)
            self._columns.append(column)
            self._values.append(value)
        self._count += 1

    def matrix(self) -> object:
        """Return the matrix."""
        return coo_array((self._values, (self._rows, self._columns)), shape=(self._count, self._width)).tocsr()


def most_placeable(part: Part) -> int:
    """Return how many clients of a part can be handed out at most, kin allowed to go apart: a maximum flow."""
    kinds, people = len(part.masks), len(part.room)
    supply = np.bincount(part.kinds, weights=part.size, minlength=kinds).astype(np.int32)
    source, sink = kinds + people, kinds + people + 1
    rows: list[int] = []
    columns: list[int] = []
    flows: list[int] = []
    for kind in range(kinds):
        rows.append(source)
        columns.append(kind)
        flows.append(int(supply[kind]))
        for person in np.flatnonzero(part.masks[kind]).tolist():
            rows.append(kind)
            columns.append(kinds + person)
            flows.append(int(supply[kind]))
    for person in range(people):
        rows.append(kinds + person)
        columns.append(sink)
        flows.append(int(part.room[person]))
    graph = csr_array((np.array(flows, dtype=np.int32), (rows, columns)), shape=(sink + 1, sink + 1))
    return int(maximum_flow(graph, source, sink).flow_value)
