"""Charts of a hand-out: what people hold before and after, beside an even share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plotly import graph_objects as go

from metrics.figures.book import Colours, base_figure
from metrics.figures.explore import _plain_text, _short

MOST_PEOPLE = 24
"""People that the chart shows."""


@dataclass(frozen=True)
class LoadBar:
    """One person: minutes of open tasks, minutes given, and minutes of an even share (None: has none)."""

    name: str
    before: float
    given: float
    even: float | None


@dataclass(frozen=True)
class LoadWords:
    """The words of the chart in the reader's language."""

    before: str
    given: str
    even: str
    axis: str


def loads_figure(colours: Colours, people: Sequence[LoadBar], words: LoadWords) -> go.Figure:
    """Draw one lying bar per person: what is held, what comes on top, and a mark where an even share ends."""
    shown = list(people)[:MOST_PEOPLE]
    figure = base_figure(colours, height=26 * max(len(shown), 1) + 86)
    rows = [f"{place}" for place in range(len(shown))]
    parts = ((words.before, [one.before for one in shown], colours.neutral),
             (words.given, [one.given for one in shown], colours.tier_b))  # fmt: skip
    for name, values, hue in parts:
        figure.add_bar(y=rows, x=values, name=name, orientation="h", marker_color=hue, width=0.62,
                       customdata=[_plain_text(one.name) for one in shown],
                       hovertemplate="%{customdata}<br>" + name + " %{x:,.0f}<extra></extra>")  # fmt: skip
    marked = [(row, one) for row, one in zip(rows, shown, strict=True) if one.even is not None]
    figure.add_scatter(y=[row for row, _ in marked], x=[one.even for _, one in marked], mode="markers",
                       name=words.even, cliponaxis=False,
                       marker={"symbol": "line-ns-open", "size": 17, "color": colours.ink, "line": {"width": 2}},
                       customdata=[_plain_text(one.name) for _, one in marked],
                       hovertemplate="%{customdata}<br>" + words.even + " %{x:,.0f}<extra></extra>")  # fmt: skip
    figure.update_xaxes(title_text=words.axis, rangemode="tozero", nticks=6, tickformat=",d", showgrid=True,
                        gridcolor=colours.line)  # fmt: skip
    figure.update_yaxes(showgrid=False, range=[len(shown) - 0.4, -0.6], color=colours.ink, tickmode="array",
                        tickvals=rows, type="category", ticktext=[_short(one.name) for one in shown])  # fmt: skip
    figure.update_layout(barmode="stack", showlegend=True, margin={"l": 8, "r": 16, "t": 34, "b": 8},
                         legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal",
                                 "font": {"size": 12, "color": colours.muted}})  # fmt: skip
    return figure
