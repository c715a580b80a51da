"""Bars of places or people as plain HTML: names, lengths and numbers that need no chart library to be read."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from metrics.figures.book import Colours, axis_title, plain_values
from metrics.units import Number, Unit, scale, write_value

ROW = 26
"""Pixels from one bar to the next."""
NUMBERS = "10rem"
"""Room right of the longest bar for its number and change."""


def places_bars(colours: Colours, rows: Sequence[tuple[str, Number | None, Number | None]], unit: Unit, *,
                language: str, alt: str, mean: bool = True) -> str:  # fmt: skip
    """Return one bar per place or person with its value and change on the year; a dotted line at the mean.

    ``rows`` are (name, value, value a year before), drawn in their order; a bar to the left is below 0.
    """
    values = [value for _, value, _ in rows]
    divisor, word = scale(values, language) if unit.name == "yuan" else (Decimal(1), "")
    known = [value or 0.0 for value in plain_values(values, divisor)]
    low, high = min([*known, 0.0]), max([*known, 0.0])
    span = (high - low) or 1.0
    lines = []
    if mean and len(known) > 1:
        lines.append(
            f'<div style="grid-area:1/2/{len(rows) + 1}/3;position:relative;margin-right:{NUMBERS}">'
            f'<i style="position:absolute;top:0;bottom:0;left:{100 * (sum(known) / len(known) - low) / span:.2f}%;'
            f'border-left:1px dotted {colours.muted}"></i></div>'
        )
    for place, ((name, value, before), length) in enumerate(zip(rows, known, strict=True), start=1):
        begin, end = (100 * (edge - low) / span for edge in (min(length, 0.0), max(length, 0.0)))
        # the number stands on the page's own colour, so that the line at the mean never crosses it
        lines.append(
            f'<div style="grid-area:{place}/1">{escape(name)}</div>'
            f'<div style="grid-area:{place}/2;position:relative;height:{ROW}px;margin-right:{NUMBERS}">'
            f'<i style="position:absolute;top:4px;bottom:4px;left:{begin:.2f}%;width:{end - begin:.2f}%;'
            f'background:{colours.tier_b}"></i>'
            f'<span style="position:absolute;left:calc({end:.2f}% + 4px);padding:0 2px;background:{colours.canvas}">'
            f"{escape(write_value(value, unit, language) + change_on_year(value, before))}</span></div>"
        )
    title = axis_title(unit, word, language)
    return (
        f'<div role="figure" aria-label="{escape(alt)}" style="color:{colours.ink};font-size:12px;'
        f'line-height:{ROW}px;white-space:nowrap;overflow:hidden"><div style="display:grid;'
        f'grid-template-columns:minmax(0,max-content) 1fr;column-gap:6px;text-align:right">{"".join(lines)}</div>'
        f'<div style="color:{colours.muted};text-align:center">{escape(title)}</div></div>'
    )


def change_on_year(value: Number | None, before: Number | None) -> str:
    """Write a change on the year before; nothing where one of both is not known or the year before was 0."""
    if value is None or not before:
        return ""
    share = (Decimal(str(value)) - Decimal(str(before))) / abs(Decimal(str(before)))
    return f"\u2002{share:+.1%}".replace("-", "−")
