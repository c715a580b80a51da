"""Charts of a reader's own question: bars, lines, a heat map, a scatter of two measures, a distribution."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import plotly.graph_objects as go

from metrics.figures.book import Colours, axis_title, base_figure, is_dark, plain_values
from metrics.units import RATIO, YUAN, Number, Unit, scale, write_value

Series = Sequence[tuple[str, Sequence[Number | None]]]
MOST_BARS = 40


def _hues(colours: Colours) -> list[str]:
    return [colours.accent, colours.attention, colours.tier_b, colours.neutral, colours.tier_a, colours.up,
            colours.down, colours.muted]  # fmt: skip


def _scaled(values: Sequence[Number | None], unit: Unit, language: str) -> tuple[Decimal, str]:
    if unit is RATIO:
        return Decimal("0.01"), ""
    return scale(values, language) if unit is YUAN else (Decimal(1), "")


def _legend(colours: Colours) -> dict[str, object]:
    return {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal",
            "font": {"size": 12, "color": colours.muted}}  # fmt: skip


def bars_figure(colours: Colours, names: Sequence[str], series: Series, unit: Unit, *, language: str,
                rest: int = -1) -> go.Figure:  # fmt: skip
    """Draw one bar per group, lying down; several series stand beside each other, ``rest`` is drawn in grey."""
    several = len(series) > 1
    height = (12 + 15 * len(series) if several else 26) * max(len(names), 1) + 56 + 26 * several
    figure = base_figure(colours, height=height)
    divisor, word = _scaled([value for _, values in series for value in values], unit, language)
    hues = _hues(colours)
    low = high = 0.0
    for number, (name, values) in enumerate(series):
        plain = [value or 0.0 for value in plain_values(values, divisor)]
        low, high = min(low, *plain, 0.0), max(high, *plain, 0.0)
        figure.add_bar(
            y=[_place(place, label) for place, label in enumerate(names)], x=plain, name=name, orientation="h",
            marker_color=hues[number % len(hues)] if several else
            [colours.neutral if place == rest else colours.tier_b for place in range(len(names))],
            hoverinfo="skip", textangle=0,
            text=[write_value(value, unit, language) for value in values], textposition="outside", cliponaxis=False,
            textfont={"size": 11 if several else 12, "color": colours.ink},
        )  # fmt: skip
    figure.update_xaxes(range=[low * 1.25, high * 1.25 or 1], showticklabels=False,
                        title_text=axis_title(unit, word, language))  # fmt: skip
    figure.update_yaxes(showgrid=False, autorange="reversed", color=colours.ink, tickmode="array",
                        tickvals=[_place(place, label) for place, label in enumerate(names)],
                        ticktext=[_short(label) for label in names])  # fmt: skip
    if several:
        figure.update_layout(barmode="group", showlegend=True, legend=_legend(colours), bargap=0.25, bargroupgap=0.05,
                             margin={"l": 8, "r": 8, "t": 34, "b": 8})  # fmt: skip
    return figure


def lines_figure(colours: Colours, months: Sequence[str], series: Series, unit: Unit, *, language: str) -> go.Figure:
    """Draw one line per series over months; unknown months leave a gap."""
    figure = base_figure(colours, height=320 + 18 * (len(series) > 4))
    divisor, word = _scaled([value for _, values in series for value in values], unit, language)
    hues = _hues(colours)
    for number, (name, values) in enumerate(series):
        figure.add_scatter(
            x=list(months), y=plain_values(values, divisor), name=name,
            mode="lines+markers" if len(months) < 13 else "lines",
            connectgaps=False, line={"color": hues[number % len(hues)], "width": 2}, marker={"size": 5},
            text=[write_value(value, unit, language) for value in values],
            hovertemplate="%{x} " + _plain_text(name) + " %{text}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(type="category", nticks=5)
    figure.update_yaxes(title_text=axis_title(unit, word, language), nticks=6, rangemode="tozero")
    if len(series) > 1:
        figure.update_layout(showlegend=True, legend=_legend(colours), margin={"l": 8, "r": 8, "t": 34, "b": 8})
    return figure


def heat_figure(colours: Colours, names: Sequence[str], columns: Sequence[str],
                values: Sequence[Sequence[Number | None]], unit: Unit, *, language: str) -> go.Figure:  # fmt: skip
    """Draw a table of colours, one line per name; the number stands in the cell where there is room."""
    figure = base_figure(colours, height=28 * max(len(names), 1) + 70)
    rows = [plain_values(line, Decimal(1)) for line in values]
    texts = [[write_value(value, unit, language) for value in line] for line in values]
    figure.add_heatmap(
        x=[_place(place, label) for place, label in enumerate(columns)],
        y=[_place(place, label) for place, label in enumerate(names)], z=rows, text=texts,
        texttemplate="%{text}" if len(columns) <= 12 else "", textfont={"size": 11}, hoverongaps=False, xgap=2, ygap=2,
        colorscale=[[0, colours.tier_c if not is_dark(colours) else "#1E2B38"], [1, colours.accent]],
        colorbar={"thickness": 10, "outlinewidth": 0, "tickfont": {"color": colours.muted, "size": 11},
                  "tickformat": ".0%" if unit is RATIO else "~s"},
        customdata=[[f"{_plain_text(name)} · {_plain_text(column)}" for column in columns] for name in names],
        hovertemplate="%{customdata}<br>%{text}<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(side="top", tickmode="array",
                        tickvals=[_place(place, one) for place, one in enumerate(columns)],
                        ticktext=[_short(label, 10) for label in columns], color=colours.ink,
                        tickangle=0 if len(columns) <= 12 else -60)  # fmt: skip
    figure.update_yaxes(showgrid=False, autorange="reversed", color=colours.ink, tickmode="array",
                        tickvals=[_place(place, one) for place, one in enumerate(names)],
                        ticktext=[_short(label) for label in names])  # fmt: skip
    return figure


def scatter_figure(colours: Colours, points: Sequence[tuple[str, Number | None, Number | None]], x_unit: Unit,
                   y_unit: Unit, *, x_title: str, y_title: str, language: str) -> go.Figure:  # fmt: skip
    """Draw one point per group by two measures; the largest ones carry their names."""
    figure = base_figure(colours, height=380)
    known = [(name, x, y) for name, x, y in points if x is not None and y is not None]
    x_divisor, x_word = _scaled([x for _, x, _ in known], x_unit, language)
    y_divisor, y_word = _scaled([y for _, _, y in known], y_unit, language)
    largest = [sorted(known, key=lambda point: -abs(Decimal(str(point[axis]))))[:3] for axis in (1, 2)]
    named = {name for points_of in largest for name, *_ in points_of}
    figure.add_scatter(
        x=plain_values([x for _, x, _ in known], x_divisor), y=plain_values([y for _, _, y in known], y_divisor),
        mode="markers+text", text=[_short(name, 12) if name in named else "" for name, *_ in known],
        textposition="top center", textfont={"size": 11, "color": colours.ink}, cliponaxis=False,
        marker={"color": colours.accent, "size": 9, "opacity": 0.75},
        customdata=[f"{_plain_text(name)}<br>{write_value(x, x_unit, language)} · {write_value(y, y_unit, language)}"
                    for name, x, y in known],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(title_text=f"{x_title} · {axis_title(x_unit, x_word, language)}", nticks=7)
    figure.update_yaxes(title_text=f"{y_title} · {axis_title(y_unit, y_word, language)}", nticks=6)
    figure.update_layout(margin={"l": 8, "r": 16, "t": 20, "b": 8})
    return figure


def spread_figure(colours: Colours, ranges: Sequence[tuple[str, int]], *, y_title: str, language: str) -> go.Figure:
    """Draw clients per range, side by side."""
    figure = base_figure(colours, height=300)
    figure.add_bar(x=[name for name, _ in ranges], y=[count for _, count in ranges], marker_color=colours.tier_b,
                   text=[f"{count:,}" for _, count in ranges], textposition="outside", cliponaxis=False,
                   textfont={"size": 12, "color": colours.ink}, hoverinfo="skip")  # fmt: skip
    del language
    figure.update_xaxes(type="category", color=colours.ink, tickangle=-35 if len(ranges) > 7 else 0)
    figure.update_yaxes(title_text=y_title, nticks=5)
    figure.update_layout(bargap=0.12, margin={"l": 8, "r": 8, "t": 24, "b": 8})
    return figure


def _place(number: int, label: str) -> str:
    """Return a place on an axis that is unlike every other, for groups that share a name."""
    return f"{number}·{label}"


def _short(label: str, most: int = 22) -> str:
    return _plain_text(label if len(label) <= most else label[: most - 1] + "…")


def _plain_text(label: str) -> str:
    """Return a label as text: the charts' small markup would read its signs."""
    return label.replace("&", "&amp;").replace("<", "&lt;").replace("%{", "% {")
