"""Placing one part of a list: households first, then the hardest to place, then exchanges until nothing improves.

The aim is the weighted sum over people of the squared departure of effort and of value from an even share, plus
``CONTINUITY`` for the share of clients who leave the person they had. Everything is counted, nothing timed, so equal
input gives equal output.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Masks = npt.NDArray[np.bool_]

CONTINUITY = 0.05
"""What it costs that every client leaves the person he had, in units of the squared departure."""
ROUNDS = 8
PARTNERS = 6
"""People with whom one person's clients are exchanged in a round."""
SAMPLE = 120
"""Clients of one person looked at in an exchange."""
SMALLEST_GAIN = 1e-9
EVEN_ENOUGH = 4e-6
"""Unevenness above the bound that is left as it is: a fifth of one per cent of an even load."""
LEAST_GAIN = 0.02
"""Part of the aim that a round has to gain for another one to follow."""


@dataclass
class Part:
    """One part: blocks (rows of ``effort``, ``value``, ``size``, ``kinds``) and people (the other arrays).

    ``masks[kinds[i]]``: people allowed for block i. ``previous``: person who served it, or -1; ``pinned``: it goes to
    that person if there is room. ``effort0``, ``value0``: loads before. ``holder``: the answer, -1 for nobody.
    """

    effort: Floats
    value: Floats
    size: Ints
    kinds: Ints
    masks: Masks
    previous: Ints
    previous_count: Ints
    pinned: Masks
    effort0: Floats
    value0: Floats
    room: Ints
    capacity: Floats
    holder: Ints = field(init=False)
    fixed: Masks = field(init=False)
    even_effort: Floats = field(init=False)
    even_value: Floats = field(init=False)
    effort_off: Floats = field(init=False)
    value_off: Floats = field(init=False)
    effort_weight: Floats = field(init=False)
    value_weight: Floats = field(init=False)
    left: Ints = field(init=False)
    stay_worth: float = field(init=False)

    def __post_init__(self) -> None:
        self.holder = np.full(len(self.size), -1, dtype=np.int64)
        self.fixed = np.zeros(len(self.size), dtype=bool)
        self.left = self.room.copy()
        self.aim_at(np.ones(len(self.size), dtype=bool))

    def aim_at(self, taken: Masks) -> None:
        """Set the even shares for the blocks that are handed out, and each person's departure from them so far."""
        share = self.capacity / self.capacity.sum()
        self.even_effort = share * (self.effort0.sum() + self.effort[taken].sum())
        self.even_value = share * (self.value0.sum() + self.value[taken].sum())
        placed = self.holder >= 0
        people = len(self.room)
        load = np.bincount(self.holder[placed], weights=self.effort[placed], minlength=people)
        worth = np.bincount(self.holder[placed], weights=self.value[placed], minlength=people)
        self.effort_off = self.effort0 + load - self.even_effort
        self.value_off = self.value0 + worth - self.even_value
        self.stay_worth = CONTINUITY / max(int(self.size[taken].sum()), 1)
        self.effort_weight = _weights(self.even_effort, share)
        self.value_weight = _weights(self.even_value, share)

    def departures(self) -> Floats:
        """Return every person's weighted squared departure from the even shares."""
        return np.asarray(self.effort_weight * self.effort_off**2 + self.value_weight * self.value_off**2)

    def unevenness(self) -> float:
        """Return the mean squared departure over people, effort and value added."""
        return float(self.departures().sum())

    def left_behind(self) -> int:
        """Return how many placed clients could have stayed with the person they had and go to another."""
        placed = self.holder >= 0
        return int(self.previous_count[placed & (self.previous >= 0) & (self.holder != self.previous)].sum())

    def aim(self) -> float:
        """Return what is made small: unevenness and continuity's term."""
        return self.unevenness() + self.stay_worth * self.left_behind()

    def put(self, block: int, person: int) -> None:
        """Give a block to a person, taking it from who has it."""
        before = self.holder[block]
        if before >= 0:
            self.effort_off[before] -= self.effort[block]
            self.value_off[before] -= self.value[block]
            self.left[before] += self.size[block]
        self.holder[block] = person
        self.effort_off[person] += self.effort[block]
        self.value_off[person] += self.value[block]
        self.left[person] -= self.size[block]


def _weights(even: Floats, share: Floats) -> Floats:
    """Weigh squared departures so that the sum is the mean squared ratio; 0 where there is nothing to share."""
    total = even.sum()
    if total <= 0:
        return np.zeros_like(even)
    return np.asarray(1.0 / (share * total**2))


def place(part: Part) -> None:
    """Place every block that can be: those who go to the previous holder, then households, then everyone else.

    Where there is more than room, the most valuable come first, and a block finds its place even if others have to
    move for it; so no larger number of single clients could be handed out beside the households placed.
    """
    tight = int(part.size.sum()) > int(part.room.sum())
    effort = part.effort / max(part.effort.sum(), 1.0)
    value = part.value / max(part.value.sum(), 1.0)
    hard = np.where(part.pinned | tight, value, np.maximum(effort, value))
    alternatives = part.masks.sum(axis=1)[part.kinds]
    firsts = np.lexsort((alternatives, -hard, -part.size, ~part.pinned))
    stuck: set[int] = set()
    for block in firsts.tolist():
        if part.pinned[block] and part.left[part.previous[block]] >= part.size[block]:
            part.put(block, int(part.previous[block]))
            part.fixed[block] = True
            continue
        kind = int(part.kinds[block])
        open_ = part.masks[kind] & (part.left >= part.size[block])
        if not open_.any():
            if part.size[block] > 1 or kind in stuck:
                continue
            if not _make_room(part, kind):
                stuck.add(kind)
                continue
            open_ = part.masks[kind] & (part.left >= 1)
        part.put(block, _cheapest(part, block, open_))
    part.aim_at(part.holder >= 0)


def _cheapest(part: Part, block: int, open_: Masks) -> int:
    effort, value = part.effort[block], part.value[block]
    cost = part.effort_weight * effort * (2 * part.effort_off + effort)
    cost = cost + part.value_weight * value * (2 * part.value_off + value)
    if part.previous[block] >= 0:
        cost[part.previous[block]] -= part.stay_worth * part.previous_count[block]
    # clients without effort and value weigh nothing and still are dealt out
    cost = cost + SMALLEST_GAIN * (part.room - part.left) / part.capacity
    cost = np.where(open_, cost, np.inf)
    return int(np.argmin(cost))


def _make_room(part: Part, kind: int) -> bool:
    """Move single clients along the shortest chain of people so that one allowed for ``kind`` gets room; say so."""
    came: dict[int, tuple[int, int]] = {}  # person: (block that would move there, person it would leave)
    queue = [int(person) for person in np.flatnonzero(part.masks[kind])]
    seen = set(queue)
    single = (part.size == 1) & ~part.fixed
    for person in queue:  # grows while it is read
        mine = np.flatnonzero(single & (part.holder == person))
        for other_kind in np.unique(part.kinds[mine]):
            block = int(mine[part.kinds[mine] == other_kind][0])
            for target in np.flatnonzero(part.masks[other_kind]):
                to = int(target)
                if to in seen:
                    continue
                seen.add(to)
                came[to] = (block, person)
                queue.append(to)
                if part.left[to] > 0:
                    while to in came:
                        moved, source = came[to]
                        part.put(moved, to)
                        to = source
                    return True
    return False


def improve(part: Part, enough: float = 0.0) -> None:
    """Exchange and move blocks between people until a round gains little or unevenness is at its bound ``enough``."""
    people = len(part.room)
    for _ in range(ROUNDS):
        before = part.aim()
        departures = part.departures()
        if people < 2 or departures.sum() <= enough + EVEN_ENOUGH:
            return
        for person in np.argsort(-departures, kind="stable"):
            if departures[person] * people > SMALLEST_GAIN:
                for other in _partners(part, int(person)):
                    _exchange(part, int(person), other)
        if before - part.aim() < max(SMALLEST_GAIN, before * LEAST_GAIN):
            return


def _partners(part: Part, person: int) -> Sequence[int]:
    """Return the people who lack what this one has too much of, or the reverse, the most fitting first."""
    pull = (part.effort_weight * part.effort_off * part.effort_off[person]
            + part.value_weight * part.value_off * part.value_off[person])  # fmt: skip
    return [int(other) for other in np.argsort(pull, kind="stable") if other != person][:PARTNERS]


def _exchange(part: Part, person: int, other: int) -> None:
    """Make the best exchange, or the best move to one side, between two people, as long as it gains."""
    ours, theirs = _movable(part, person, other), _movable(part, other, person)
    if not len(ours) and not len(theirs):
        return
    blank = np.array([-1], dtype=np.int64)
    rows, columns = np.concatenate([blank, ours]), np.concatenate([blank, theirs])
    effort = _of(part.effort, columns)[None, :] - _of(part.effort, rows)[:, None]
    value = _of(part.value, columns)[None, :] - _of(part.value, rows)[:, None]
    size = _of(part.size, columns)[None, :] - _of(part.size, rows)[:, None]
    weight_e = part.effort_weight[person] + part.effort_weight[other]
    weight_v = part.value_weight[person] + part.value_weight[other]
    pull_e = 2 * (
        part.effort_weight[person] * part.effort_off[person] - part.effort_weight[other] * part.effort_off[other]
    )
    pull_v = 2 * (part.value_weight[person] * part.value_off[person] - part.value_weight[other] * part.value_off[other])
    change = effort * (weight_e * effort + pull_e) + value * (weight_v * value + pull_v)
    change += _leaving(part, rows, person, other)[:, None] + _leaving(part, columns, other, person)[None, :]
    change = np.where((size <= part.left[person]) & (-size <= part.left[other]), change, np.inf)
    best = int(np.argmin(change))
    row, column = divmod(best, len(columns))
    if change[row, column] >= -SMALLEST_GAIN:
        return
    if row:
        part.put(int(rows[row]), other)
    if column:
        part.put(int(columns[column]), person)


def _movable(part: Part, holder: int, to: int) -> Ints:
    mine = np.flatnonzero((part.holder == holder) & ~part.fixed & part.masks[part.kinds, to])
    if len(mine) <= SAMPLE:
        return mine
    mine = mine[np.argsort(part.value[mine], kind="stable")]
    return np.asarray(mine[np.linspace(0, len(mine) - 1, SAMPLE).astype(np.int64)])


def _of(values: Floats | Ints, rows: Ints) -> Floats:
    """Return the values of some blocks, 0 for the place -1 that stands for none."""
    return np.where(rows >= 0, values[rows], 0).astype(np.float64)


def _leaving(part: Part, rows: Ints, holder: int, to: int) -> Floats:
    """Return what continuity pays or saves when blocks go from a person to another."""
    before = part.previous[rows]
    turn = np.where(before == holder, 1.0, 0.0) - np.where(before == to, 1.0, 0.0)
    return np.where(rows >= 0, turn * part.previous_count[rows] * part.stay_worth, 0.0)
