"""Units: one object formats a card, a table column, a chart axis and an Excel cell.

Values are what ``query`` returns: yuan (not fen), plain counts, ratios 0-1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from metrics.language import CHINESE

Number = int | float | Decimal
NO_DATA = "–"
CENT = Decimal("0.01")
MILLIONTH = Decimal("0.000001")
_SCALES_ZH = ((Decimal(10**8), "亿"), (Decimal(10**4), "万"))
_SCALES_EN = ((Decimal(10**9), "B"), (Decimal(10**6), "M"), (Decimal(10**3), "K"))


@dataclass(frozen=True)
class Unit:
    """How values of one kind are written.

    ``places`` are the decimals of an exact value, ``excel`` and ``column`` the formats of a cell and of a
    table column (printf style), ``axis`` the English words for an axis title.
    """

    name: str
    places: int
    excel: str
    column: str
    axis: str
    symbol: str = ""

    def exact(self, value: Number) -> Decimal:
        """Return the value with this unit's decimals, half even."""
        return Decimal(value).quantize(Decimal(1).scaleb(-self.places), rounding=ROUND_HALF_EVEN)


YUAN = Unit("yuan", 2, "#,##0.00", "localized", "yuan", "¥")
COUNT = Unit("count", 0, "#,##0", "localized", "count")
WEIGHTED = Unit("weighted", 4, "#,##0.0000", "localized", "weighted count")
RATIO = Unit("ratio", 6, "0.00%", "percent", "percent")


def write_value(value: Number | None, unit: Unit, language: str) -> str:
    """Write a value for a card: 1.23亿 or 123.4M yuan, 12,345 clients, 12.3 %; a dash for no data."""
    if value is None or value != value:  # noqa: PLR0124 -- NaN of a frame
        return NO_DATA
    number = Decimal(str(value))
    if unit is RATIO:
        return f"{number * 100:,.1f}%"
    sign = "-" if number < 0 else ""
    if unit is COUNT and abs(number) < 100_000:
        return f"{number:,.0f}"
    return f"{sign}{unit.symbol}{_scaled(abs(number), unit, language)}"


def write_exact(value: Number | None, unit: Unit) -> str:
    """Write a value in full, with thousands separators; a dash for no data."""
    if value is None or value != value:  # noqa: PLR0124 -- NaN of a frame
        return NO_DATA
    if unit is RATIO:
        return f"{Decimal(str(value)) * 100:,.2f}%"
    return f"{Decimal(str(value)):,.{unit.places}f}"


def write_change(value: Number, before: Number, unit: Unit, language: str) -> str:
    """Write a change without its sign's meaning: percentage points for ratios, else percent of the past.

    Where the past is 0 the difference itself is written.
    """
    difference = Decimal(str(value)) - Decimal(str(before))
    sign = "+" if difference > 0 else ""
    if unit is RATIO:
        points = "个百分点" if language == CHINESE else " pp"
        return f"{sign}{difference * 100:,.1f}{points}"
    if not before:
        return f"{sign}{write_value(difference, unit, language)}"
    return f"{sign}{difference / abs(Decimal(str(before))) * 100:,.1f}%"


def scale(values: Sequence[Number | None], language: str) -> tuple[Decimal, str]:
    """Return the divisor and its word (万, 亿, K, M) that fit the largest of the values on an axis."""
    largest = max((abs(Decimal(str(value))) for value in values if value is not None), default=Decimal(0))
    for divisor, word in _SCALES_ZH if language == CHINESE else _SCALES_EN:
        if largest >= divisor:
            return divisor, word
    return Decimal(1), ""


def _scaled(number: Decimal, unit: Unit, language: str) -> str:
    divisor, word = scale([number], language)
    if not word:
        return f"{number:,.{min(unit.places, 2)}f}"
    short = number / divisor
    places = 2 if short < 100 else 1
    return f"{short:,.{places}f}{word}"
