"""Money and trades of clients by month, as arrays: one line a client, one column a month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, select

from data_access.reads.conduct import Ids
from data_access.reads.generation import Generation
from data_access.tables import client_status
from domain.months import month_end, month_start
from domain.outcomes import MonthConduct
from domain.status import Spell

UNKNOWN = -(2**62)
"""What stands for a number that is not known; no amount reaches it."""
Numbers = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Flows:
    """``inflow_fen``, ``outflow_fen`` and ``trades_count`` of clients in some months, ``UNKNOWN`` where not known.

    ``has_row``: the firm keeps a row of facts of the month.
    """

    months: tuple[int, ...]
    inflow_fen: Numbers
    outflow_fen: Numbers
    trades_count: Numbers
    has_row: Marks

    def between(self, first: int, last: int) -> Flows:
        """Return the columns from one place to another, the last one excluded."""
        kept = slice(first, last)
        return Flows(self.months[kept], self.inflow_fen[:, kept], self.outflow_fen[:, kept],
                     self.trades_count[:, kept], self.has_row[:, kept])  # fmt: skip

    @property
    def is_known(self) -> Marks:
        """By client: every number of every month is known."""
        cells = (self.inflow_fen != UNKNOWN) & (self.outflow_fen != UNKNOWN) & (self.trades_count != UNKNOWN)
        return np.asarray(cells.all(axis=1))

    @property
    def is_idle(self) -> Marks:
        """By client: no money came in and nothing was traded, as far as known of every month."""
        return np.asarray(((self.inflow_fen == 0) & (self.trades_count == 0)).all(axis=1))

    @property
    def net_inflow_fen(self) -> Numbers:
        """Money in less money out; no meaning where either is unknown."""
        return self.inflow_fen - self.outflow_fen

    def sums(self) -> list[int | None]:
        """Return by client the net inflow over the months, None where it is unknown of one."""
        known = ((self.inflow_fen != UNKNOWN) & (self.outflow_fen != UNKNOWN)).all(axis=1).tolist()
        sums = self.net_inflow_fen.sum(axis=1).tolist()
        return [one if is_known else None for one, is_known in zip(sums, known, strict=True)]

    def conduct(self, line: int) -> dict[int, MonthConduct]:
        """Return the months of one client."""
        lines = (kept[line].tolist() for kept in (self.inflow_fen, self.outflow_fen, self.trades_count))
        return {month: MonthConduct(*(None if one == UNKNOWN else one for one in numbers))
                for month, *numbers in zip(self.months, *lines, strict=True)}  # fmt: skip

    def with_away(self, lines: Mapping[int, int], *spells: Mapping[int, Sequence[Spell]]) -> Flows:
        """Return the flows with nil in months that a client spent away as a whole and the firm keeps no row of."""
        ends = [(month_start(month), month_end(month)) for month in self.months]
        if not ends:
            return self
        (first, _), (_, last) = ends[0], ends[-1]
        away = np.zeros_like(self.has_row)
        whole = []
        for key, spell in ((key, spell) for some in spells for key, several in some.items() for spell in several):
            if spell.covers(first) and spell.covers(last):
                whole.append(lines[key])
            elif spell.from_on <= last and (spell.to_on is None or spell.to_on > first):
                away[lines[key]] |= [spell.covers(begun) and spell.covers(end) for begun, end in ends]
        away[whole] = True
        away &= ~self.has_row
        nil = [np.where(away, 0, numbers) for numbers in (self.inflow_fen, self.outflow_fen, self.trades_count)]
        return replace(self, inflow_fen=nil[0], outflow_fen=nil[1], trades_count=nil[2])


def read_flows(connection: Connection, ids: Ids, generation: Generation, months: Iterable[int],
               lines: Mapping[int, int]) -> Flows:  # fmt: skip
    """Return money and trades of clients in some months; ``lines``: the line of each client that ``ids`` selects.

    Months stand in their order. A month that is not published is not known.
    """
    months = tuple(sorted(months))
    shape = len(lines), len(months)
    numbers = np.full((3, *shape), UNKNOWN, dtype=np.int64)
    has_row = np.zeros(shape, dtype=np.bool_)
    builds = [generation.builds[month] for month in months if month in generation.builds]
    if builds and lines:
        row = client_status.c
        result = connection.execute(
            select(row.client_id, row.month, *(func.coalesce(column, UNKNOWN) for column in (
                row.inflow_fen, row.outflow_fen, row.trades_count)))
            .where(row.build_id.in_(builds), row.client_id.in_(ids), row.has_row)
        ).all()  # fmt: skip
        found = np.fromiter(chain.from_iterable(result), dtype=np.int64).reshape(-1, 5)
        line = np.fromiter(map(lines.__getitem__, found[:, 0].tolist()), dtype=np.intp)
        column = np.searchsorted(months, found[:, 1])
        numbers[:, line, column] = found[:, 2:].T
        has_row[line, column] = True
    inflow, outflow, trades = numbers
    return Flows(months, inflow, outflow, trades, has_row)
