"""Value segments and the table of contributing clients (K-35, K-36): counts and shares per class, together 100 %."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection

from data_access.clock import business_date
from data_access.reads.generation import Generation
from data_access.reads.prospects import count_prospects
from data_access.reads.segments import SegmentSums, read_segments
from data_access.scope import Scope
from domain.months import month_add, month_start
from domain.segments import ValueSegment

WINDOW_MONTHS = 12
"""Months over which newly lost clients of a segment are counted."""
PLACES = Decimal("0.1")
HUNDRED = 1_000
"""100 % in steps of ``PLACES``."""


@dataclass(frozen=True)
class SegmentLine:
    """One class of the table; shares are percents with one decimal and add up to 100.0, None where the total is 0."""

    segment: ValueSegment
    sums: SegmentSums
    clients_share: Decimal | None
    value_share: Decimal | None
    assets_share: Decimal | None


@dataclass(frozen=True)
class SegmentTable:
    """The three classes of people with an account, their totals, and the prospects of today beside them."""

    lines: list[SegmentLine]
    total: SegmentSums
    prospects: int


def segment_table(connection: Connection, generation: Generation, month: int, scope: Scope,
                  kinds: Sequence[str] = ()) -> SegmentTable:  # fmt: skip
    """Return the classes at a month's end; lost clients of the last twelve months are counted apart.

    Trailing net income is the tier value of the month; that of clients lost since still counts. Prospects are those
    open today. ``kinds``: of the clients and prospects (empty: all). Raises ``KeyError`` for an unpublished month.
    """
    since = month_start(month_add(month, 1 - WINDOW_MONTHS))
    found = read_segments(connection, generation.builds[month], scope, since, kinds)
    sums = list(found.values())
    shares = [whole_shares([getattr(one, name) for one in sums]) for name in ("clients", "value_fen", "assets_fen")]
    lines = [SegmentLine(segment, one, *(column[place] for column in shares))
             for place, (segment, one) in enumerate(found.items())]  # fmt: skip
    total = SegmentSums(*(sum(getattr(one, name) for one in sums) for name in SegmentSums.__dataclass_fields__))
    return SegmentTable(lines, total, count_prospects(connection, scope, business_date(), kinds).parts["open"])


def whole_shares(values: Sequence[int]) -> list[Decimal | None]:
    """Return each value's share of their sum in percent, rounded so that the shares add up to 100.0 exactly.

    What rounding down leaves goes to the largest remainders, the first of equals. None without a total above 0.
    """
    total = sum(values)
    if total <= 0:
        return [None] * len(values)
    parts = [divmod(value * HUNDRED, total) for value in values]
    left = HUNDRED - sum(whole for whole, _rest in parts)
    ranked = sorted(range(len(values)), key=lambda place: -parts[place][1])
    return [(whole + (place in ranked[:left])) * PLACES for place, (whole, _rest) in enumerate(parts)]
