"""Bars as plain HTML, of places, people and tiers: names, lengths and numbers that need no chart library to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape

from metrics.figures.book import SMALL_PART, Colours, axis_title, is_dark, plain_values, total_of
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


def tier_mix(colours: Colours, rows: Mapping[str, Mapping[str, Number | None]], *, alt: str) -> str:
    """Return shares of A, B and C as one stacked bar per row label; parts too small to label are named above the bar.

    ``rows`` maps a label (clients, income, assets) to tier code and value; rows without data or total are left out. A
    part's exact share shows under the pointer.
    """
    shares = {name: _shares(parts) for name, parts in rows.items() if total_of(parts.values()) > 0}
    lines = []
    for place, (name, parts) in enumerate(shares.items()):
        small = " · ".join(_percent(tier, share) for tier, share in parts.items() if share < SMALL_PART)
        lines.append(
            f'<div style="grid-area:{2 * place + 2}/1;text-align:right">{escape(name)}</div>'
            f'<div style="grid-area:{2 * place + 1}/2;color:{colours.muted};font-size:11px;line-height:20px;'
            f'min-height:20px">{small}</div><div style="grid-area:{2 * place + 2}/2;display:flex">'
            f"{''.join(_part(colours, name, tier, share) for tier, share in parts.items() if share > 0)}</div>"
        )
    return (
        f'<div role="figure" aria-label="{escape(alt)}" style="display:grid;grid-template-columns:max-content 1fr;'
        f'column-gap:8px;row-gap:2px;color:{colours.ink};font-size:12px;line-height:34px;padding:4px 0 12px">'
        f"{''.join(lines)}</div>"
    )


def _part(colours: Colours, name: str, tier: str, share: float) -> str:
    hue = {"A": colours.tier_a, "B": colours.tier_b, "C": colours.tier_c}[tier]
    ink = "#FFFFFF" if tier != "C" or is_dark(colours) else colours.ink
    return (
        f'<div title="{escape(name)} {_percent(tier, share)}" style="width:{share:.3%};background:{hue};color:{ink};'
        f'text-align:center;white-space:nowrap;overflow:hidden">{f"{tier} {share:.0%}" * (share >= SMALL_PART)}</div>'
    )


def _percent(tier: str, share: float) -> str:
    return f"{tier} {share:.1%}".replace("-", "−")


def _shares(parts: Mapping[str, Number | None]) -> dict[str, float]:
    total = total_of(parts.values())
    return {tier: float(total_of([parts.get(tier)]) / total) for tier in ("A", "B", "C")}


def change_on_year(value: Number | None, before: Number | None) -> str:
    """Write a change on the year before; nothing where one of both is not known or the year before was 0."""
    if value is None or not before:
        return ""
    share = (Decimal(str(value)) - Decimal(str(before))) / abs(Decimal(str(before)))
    return f"\u2002{share:+.1%}".replace("-", "−")
