"""Charts of a campaign's results: a difference with its interval, and the way of the tasks as bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from metrics.figures.book import Colours, base_figure

ROOM = 1.5
"""Length of the axis over that of the longest bar: numbers stand right of the bars."""


def interval_figure(colours: Colours, value: float, low: float | None, high: float | None, *, zero: str, title: str,
                    text: str, line: float | None = None, line_text: str = "",
                    ratio: bool = False) -> go.Figure:  # fmt: skip
    """Draw a difference as a point on its interval against 0 and, dotted, the line worth reaching.

    ``text`` stands at the point; ``zero`` and ``line_text`` name the lines, in rows of their own so that they never
    meet. Without ends only the point is drawn.
    """
    figure = base_figure(colours, height=140 if line is None else 156)
    hue = colours.accent
    marks = [one for one in (0.0, value, low, high, line) if one is not None]
    first, last = min(marks), max(marks)
    room = (last - first or 1.0) * 0.14
    shapes: list[dict[str, Any]] = []
    if low is not None and high is not None:
        figure.add_scatter(x=[low, high], y=[0, 0], mode="lines", hoverinfo="skip",
                           line={"color": hue, "width": 6})  # fmt: skip
        shapes += [{"type": "line", "x0": end, "x1": end, "y0": -0.16, "y1": 0.16, "line": {"color": hue, "width": 2}}
                   for end in (low, high)]  # fmt: skip
    figure.add_scatter(x=[value], y=[0], mode="markers", hovertext=[text], hoverinfo="text",
                       marker={"color": hue, "size": 15, "line": {"color": colours.canvas, "width": 2}})  # fmt: skip
    notes = [{"x": value, "y": 0.28, "text": f"<b>{text}</b>", "showarrow": False, "yanchor": "bottom",
              "xanchor": _anchor(value, first, last), "font": {"size": 13, "color": colours.ink}}]  # fmt: skip
    lines = [(0.0, zero, "solid", -0.4), *([(line, line_text, "dot", -0.85)] if line is not None else [])]
    for place, name, dash, low_end in lines:
        shapes.append({"type": "line", "x0": place, "x1": place, "y0": low_end, "y1": 0.6, "layer": "below",
                       "line": {"color": colours.muted, "width": 1, "dash": dash}})  # fmt: skip
        notes.append({"x": place, "y": low_end, "text": name, "showarrow": False, "yanchor": "top",
                      "xanchor": _anchor(place, first, last),
                      "font": {"size": 12, "color": colours.muted}})  # fmt: skip
    # set all at once: each one added to a figure is checked together with all before it
    figure.layout.shapes, figure.layout.annotations = shapes, notes
    figure.update_xaxes(range=[first - room, last + room], title_text=title, nticks=7,
                        tickformat=".0%" if ratio else ",.0f")  # fmt: skip
    figure.update_yaxes(visible=False, range=[-1.35 if line is not None else -0.9, 1])
    return figure


def _anchor(place: float, first: float, last: float) -> str:
    share = (place - first) / (last - first) if last > first else 0.5
    return "left" if share < 0.2 else "right" if share > 0.8 else "center"


def funnel_figure(colours: Colours, steps: Sequence[tuple[str, int, int]], *, none: str) -> go.Figure:
    """Draw the steps from the top down as bars of their share; count and share stand right of them.

    ``steps``: (name, count, of whom); ``none`` stands where nobody could reach a step.
    """
    figure = base_figure(colours, height=34 * len(steps) + 16)
    names = [name for name, _, _ in steps]
    shares = [count / of if of else 0.0 for _, count, of in steps]
    texts = [f"{count:,} / {of:,} · {count / of:.1%}" if of else none for _, count, of in steps]
    hues = [colours.accent if place < 5 else colours.tier_b for place in range(len(steps))]
    figure.add_bar(y=names, x=shares, orientation="h", width=0.62, marker_color=hues, text=texts,
                   textposition="outside", cliponaxis=False, hoverinfo="skip",
                   textfont={"size": 12, "color": colours.ink})  # fmt: skip
    figure.update_xaxes(range=[0, max([*shares, 0.01]) * ROOM], showticklabels=False, showline=False)
    figure.update_yaxes(autorange="reversed", showgrid=False, color=colours.ink, type="category")
    return figure
