"""Charts as plotly ``graph_objects`` on one look; every builder takes plain values and colours.

Values are in the unit they are drawn in (yuan, not fen; ratios 0-1). Axis titles name unit and period; labels stand
at the marks, outside them where they would not fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from typing import Any, Protocol
from urllib.parse import quote

import plotly.graph_objects as go

from metrics.language import translator
from metrics.units import Number, Unit, scale, write_value

SMALL_PART = 0.13
"""Parts of a stacked bar below this share are not named inside it."""


class Colours(Protocol):
    """The colours of one mode, as hex text."""

    canvas: str
    ink: str
    muted: str
    line: str
    accent: str
    tier_a: str
    tier_b: str
    tier_c: str
    attention: str
    up: str
    down: str
    neutral: str
    font: str


SPARK_WIDTH, SPARK_HEIGHT = 120, 44
"""Pixels of the small line in a headline card."""


def plain_values(values: Sequence[Number | None], divisor: Decimal) -> list[float | None]:
    """Return values as they are drawn: divided by that of the axis, None where not known."""
    return [None if value is None else float(Decimal(str(value)) / divisor) for value in values]


def base_figure(colours: Colours, *, height: int = 280) -> go.Figure:
    """Return an empty figure with the house look."""
    axis = {"showgrid": False, "zeroline": False, "linecolor": colours.line, "tickcolor": colours.line,
            "ticks": "", "tickangle": 0, "fixedrange": True, "automargin": True, "title_font_size": 12}  # fmt: skip
    # an empty template: every colour is said here. The revision tells the browser that values handed over twice are
    # the same ones, or it draws each chart twice; other values come as another chart.
    # Said all at once: to change a layout costs many times what it costs to make it.
    return go.Figure(layout={
        "template": go.layout.Template(), "datarevision": 1,
        "height": height, "margin": {"l": 8, "r": 8, "t": 8, "b": 8}, "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)", "font": {"family": colours.font, "size": 12, "color": colours.ink},
        "showlegend": False, "bargap": 0.32, "hoverlabel": {"bgcolor": colours.canvas, "font_color": colours.ink,
                                                            "bordercolor": colours.line},
        "xaxis": {**axis, "color": colours.muted}, "yaxis": {**axis, "color": colours.muted, "showgrid": True,
                                                             "gridcolor": colours.line, "gridwidth": 1},
        "dragmode": False, "uniformtext": {"minsize": 10, "mode": "show"},
    })  # fmt: skip


def axis_title(unit: Unit, word: str, language: str) -> str:
    """Return what an axis is marked with: the unit, for money with the word of its divisor."""
    translate = translator(language)
    if unit.name == "yuan":
        return f"{word}元" if language == "zh_CN" else f"{word} yuan".strip()
    name = translate(unit.axis)
    return f"{word} {name}".strip() if word else name


def trend_figure(colours: Colours, months: Sequence[str], series: Mapping[str, Sequence[Number | None]], unit: Unit, *,
                 language: str, height: int = 260) -> go.Figure:  # fmt: skip
    """Draw one line per series over months with its name at the end; unknown months leave a gap."""
    figure = base_figure(colours, height=height)
    values = [value for line in series.values() for value in line]
    divisor, word = scale(values, language) if unit.name == "yuan" else (Decimal(1), "")
    hues = [colours.accent, colours.attention, colours.neutral, colours.tier_b]
    for number, (name, line) in enumerate(series.items()):
        hue = hues[number % len(hues)]
        figure.add_scatter(x=list(months), y=plain_values(line, divisor), mode="lines", name=name, connectgaps=False,
                           line={"color": hue, "width": 2},
                           hovertemplate="%{x}<br>" + name + " %{y:,.2f}" + word + "<extra></extra>"
                           if unit.name == "yuan" else "%{x}<br>" + name + " %{y:,}<extra></extra>")  # fmt: skip
        known = [(month, value) for month, value in zip(months, line, strict=True) if value is not None]
        if known:
            figure.add_scatter(x=[known[-1][0]], y=plain_values([known[-1][1]], divisor), mode="markers+text",
                               text=[f"{name} {write_value(known[-1][1], unit, language)}"],
                               textposition="top left", marker={"color": hue, "size": 6}, hoverinfo="skip",
                               textfont={"color": hue, "size": 12}, cliponaxis=False)  # fmt: skip
    figure.update_yaxes(title_text=axis_title(unit, word, language), rangemode="tozero", nticks=5)
    figure.update_xaxes(type="category", nticks=5)
    return figure


def total_of(values: Iterable[Number | None]) -> Decimal:
    """Return the sum of the values that are known."""
    return sum((Decimal(str(value)) for value in values if value is not None), Decimal(0))


def is_dark(colours: Colours) -> bool:
    """Tell whether the reader's page is dark."""
    return int(colours.canvas[1:3], 16) < 128


def curve_figure(colours: Colours, points: Sequence[tuple[float, float]], *, x_title: str, y_title: str,
                 marks: Sequence[tuple[float, str]] = ()) -> go.Figure:  # fmt: skip
    """Draw the Pareto curve with the line of equality; ``marks`` are income shares to label on the curve (R-54)."""
    figure = base_figure(colours, height=300)
    figure.layout.margin.r = 24  # half of the last label stands right of the axis
    xs, ys = [0.0, *(x for x, _ in points)], [0.0, *(y for _, y in points)]
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": colours.line, "width": 1, "dash": "dot"},
                       hoverinfo="skip")  # fmt: skip
    figure.add_scatter(x=xs, y=ys, mode="lines", line={"color": colours.accent, "width": 2.5}, fill="tozeroy",
                       fillcolor="rgba(91,163,230,0.12)",
                       hovertemplate="%{x:.0%} → %{y:.1%}<extra></extra>")  # fmt: skip
    for height, words in marks:
        figure.add_scatter(x=[_interpolated(ys, xs, height)], y=[height], mode="markers+text",
                           text=[f"{words} {height:.1%}"], textposition="bottom right",
                           marker={"color": colours.accent, "size": 8},
                           textfont={"color": colours.ink, "size": 12}, hoverinfo="skip")  # fmt: skip
    figure.update_xaxes(title_text=x_title, tickformat=".0%", range=[0, 1.02])
    figure.update_yaxes(title_text=y_title, tickformat=".0%", range=[0, 1.05], nticks=6)
    return figure


def _interpolated(xs: Sequence[float], ys: Sequence[float], at: float) -> float:
    for (left, low), (right, high) in zip(zip(xs, ys, strict=True), zip(xs[1:], ys[1:], strict=True), strict=False):
        if left <= at <= right:
            return low + (high - low) * ((at - left) / (right - left) if right > left else 0)
    return ys[-1]


def stacked_months_figure(colours: Colours, months: Sequence[str], parts: Mapping[str, Sequence[Number | None]],
                          hues: Mapping[str, str], unit: Unit, *, language: str) -> go.Figure:  # fmt: skip
    """Draw stacked monthly bars, one part per label, with a legend above."""
    figure = base_figure(colours, height=280)
    totals = [total_of(line[number] for line in parts.values()) for number in range(len(months))]
    divisor, word = scale(totals, language) if unit.name == "yuan" else (Decimal(1), "")
    for name, line in parts.items():
        figure.add_bar(x=list(months), y=plain_values(line, divisor), name=name, marker_color=hues[name],
                       hovertemplate="%{x} " + name + " %{y:,.2f}<extra></extra>" if word
                       else "%{x} " + name + " %{y:,}<extra></extra>")  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.18, showlegend=True, margin={"l": 8, "r": 8, "t": 30, "b": 8},
                         legend={"orientation": "h", "y": 1.14, "x": 0, "traceorder": "normal",
                                 "font": {"size": 12, "color": colours.muted}})  # fmt: skip
    figure.update_yaxes(title_text=axis_title(unit, word, language), nticks=5)
    figure.update_xaxes(type="category", nticks=5)
    return figure


def history_figure(colours: Colours, months: Sequence[str], assets: Sequence[Number | None],
                   bands: Sequence[tuple[str, str, str]], *, language: str, unit: Unit) -> go.Figure:  # fmt: skip
    """Draw one client's month-end assets with the status of each month as a band below.

    ``bands`` are (month, label, colour), one per month.
    """
    figure = base_figure(colours, height=340)
    divisor, word = scale(assets, language)
    plain = plain_values(assets, divisor)
    figure.add_scatter(x=list(months), y=plain, mode="lines+markers", connectgaps=False, marker={"size": 4},
                       line={"color": colours.accent, "width": 2}, hovertemplate="%{x} %{y:,.2f}" + word
                       + "<extra></extra>")  # fmt: skip
    figure.add_bar(x=[month for month, _, _ in bands], y=[1] * len(bands), marker_color=[hue for _, _, hue in bands],
                   yaxis="y2", customdata=[label for _, label, _ in bands], width=1,
                   hovertemplate="%{x} %{customdata}<extra></extra>")  # fmt: skip
    figure.update_layout(
        yaxis={"domain": [0.16, 1], "title_text": axis_title(unit, word, language), "nticks": 5,
               "rangemode": "tozero"},
        yaxis2={"domain": [0, 0.08], "visible": False, "fixedrange": True, "range": [0, 1]}, bargap=0,
    )  # fmt: skip
    figure.update_xaxes(type="category", nticks=5)
    return figure


def sparkline(colours: Colours, months: Sequence[str], values: Sequence[Number | None], unit: Unit, *, language: str,
              alt: str) -> str:  # fmt: skip
    """Return a small line over months as HTML around an SVG picture; unknown months are left out.

    A month's value shows under the pointer, the alternative text names the first and the last. Empty where fewer than
    two months are known. A chart for each headline would cost a reader's browser more than the page's charts together.
    """
    known = [(month, value) for month, value in zip(months, values, strict=True) if is_known(value)]
    if len(known) < 2:
        return ""
    words = [f"{month} {write_value(value, unit, language)}" for month, value in known]
    first, last = words[0], words[-1]
    zones = "".join(f'<i title="{escape(text)}" style="flex:1"></i>' for text in words)
    size = f"width:100%;height:{SPARK_HEIGHT}px"
    return (
        f'<div style="position:relative;{size};margin-bottom:4px">'
        f"{_line_image([float(value or 0) for _month, value in known], colours, f'{alt}: {first} – {last}', size)}"
        f'<div aria-hidden="true" style="position:absolute;inset:0;display:flex">{zones}</div></div>'
    )


def small_line(colours: Colours, values: Sequence[float], *, alt: str) -> str:
    """Return a small line for a cell of a table as an HTML picture; empty where fewer than two values are known."""
    return "" if len(values) < 2 else _line_image(values, colours, alt, "width:72px;height:20px")


def _line_image(values: Sequence[float], colours: Colours, alt: str, size: str) -> str:
    picture = quote(_line_picture(values, colours.accent), safe=" =:/'")
    return f'<img alt="{escape(alt)}" src="data:image/svg+xml,{picture}" style="display:block;{size}">'


def _line_picture(values: Sequence[float], hue: str) -> str:
    low, span = min(values), max(values) - min(values)
    step = SPARK_WIDTH / (len(values) - 1)
    room = SPARK_HEIGHT - 6
    points = " ".join(f"{number * step:.1f},{3 + (room * (1 - (value - low) / span) if span else room / 2):.1f}"
                      for number, value in enumerate(values))  # fmt: skip
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='-1 0 {SPARK_WIDTH + 2} {SPARK_HEIGHT}'"
        f" preserveAspectRatio='none'><polyline points='{points}' fill='none' stroke='{hue}' stroke-width='2'"
        f" stroke-linecap='round' stroke-linejoin='round' vector-effect='non-scaling-stroke'/></svg>"
    )


def is_known(value: Any) -> bool:
    """Tell whether a figure of a frame is there: neither None nor NaN."""
    return value is not None and value == value  # noqa: PLR0124 -- NaN
