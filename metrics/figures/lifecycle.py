"""Charts of the Lifecycle page: stages, shares of a table as colours, curves of staying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from metrics.figures.book import Colours, base_figure, is_dark, stacked_months_figure
from metrics.survival import SurvivalCurve
from metrics.units import Unit

DASHES = ("solid", "dash", "dot")


def stage_figure(colours: Colours, rows: Sequence[tuple[str, int, str]], hues: Mapping[str, str]) -> go.Figure:
    """Draw one bar per stage; ``rows`` are (label, clients, text at the bar), ``hues`` by label."""
    figure = base_figure(colours, height=36 * max(len(rows), 1) + 24)
    counts = [count for _name, count, _text in rows]
    figure.add_bar(y=[name for name, _count, _text in rows], x=counts, orientation="h",
                   marker_color=[hues[name] for name, _count, _text in rows],
                   text=[text for _name, _count, text in rows], textposition="outside", cliponaxis=False,
                   textfont={"color": colours.ink, "size": 12}, hoverinfo="skip")  # fmt: skip
    figure.update_xaxes(visible=False, range=[0, (max(counts, default=0) or 1) * 1.45])
    figure.update_yaxes(showgrid=False, autorange="reversed", color=colours.ink)
    return figure


def reason_figure(colours: Colours, months: Sequence[str], parts: Mapping[str, Sequence[int]],
                  hues: Mapping[str, str], unit: Unit, *, language: str) -> go.Figure:  # fmt: skip
    """Draw stacked monthly bars of many parts: higher, with room for a legend of several lines."""
    figure = stacked_months_figure(colours, months, parts, hues, unit, language=language)
    figure.update_layout(height=400, margin={"l": 8, "r": 8, "t": 96, "b": 8},
                         legend={"y": 1.02, "yanchor": "bottom", "entrywidth": 132})  # fmt: skip
    return figure


def heat_figure(colours: Colours, rows: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[float | None]],
                texts: Sequence[Sequence[str]], *, x_title: str, y_title: str, low: float, high: float,
                hover: Sequence[Sequence[str]] | None = None) -> go.Figure:  # fmt: skip
    """Draw a table whose cells are coloured by value between ``low`` and ``high``; None leaves a cell empty.

    ``texts`` stand in the cells; the first row is on top.
    """
    figure = base_figure(colours, height=30 * max(len(rows), 1) + 86)
    span = (high - low) or 1
    figure.add_heatmap(
        z=[list(line) for line in values], x=list(columns), y=list(rows), zmin=low, zmax=high, xgap=2, ygap=2,
        colorscale=[[0, colours.line], [1, colours.accent]],
        showscale=False, hoverongaps=False, customdata=[list(line) for line in hover or texts],
        hovertemplate="%{y} · %{x}<br>%{customdata}<extra></extra>")  # fmt: skip
    # all at once: each one added to a figure is checked together with all before it
    figure.layout.annotations = [
        {"x": column, "y": name, "text": text, "showarrow": False,
         "font": {"size": 10, "color": colours.canvas if (value - low) / span > 0.55 else colours.ink}}
        for name, line, words in zip(rows, values, texts, strict=True)
        for column, value, text in zip(columns, line, words, strict=True) if value is not None and text
    ]  # fmt: skip
    figure.update_xaxes(type="category", side="top", title_text=x_title, showgrid=False, linecolor="rgba(0,0,0,0)")
    figure.update_yaxes(type="category", autorange="reversed", title_text=y_title, showgrid=False,
                        linecolor="rgba(0,0,0,0)")  # fmt: skip
    return figure


def survival_figure(colours: Colours, curves: Mapping[str, SurvivalCurve], names: Mapping[str, str], *, x_title: str,
                    y_title: str) -> go.Figure:  # fmt: skip
    """Draw one step curve per group with its 95 % band; its name and last share stand above. The axis is cut."""
    figure = base_figure(colours, height=340)
    hues = [colours.tier_a, colours.attention, colours.neutral] if not is_dark(colours) else [
        colours.accent, colours.attention, colours.neutral]  # fmt: skip
    lowest = min((value for curve in curves.values() for value in curve.lower), default=0.0)
    for number, (group, curve) in enumerate(curves.items()):
        hue = hues[number % len(hues)]
        months, steps = list(curve.months), {"shape": "hv"}
        figure.add_scatter(x=months, y=list(curve.upper), mode="lines", line={**steps, "width": 0}, hoverinfo="skip",
                           showlegend=False)  # fmt: skip
        figure.add_scatter(x=months, y=list(curve.lower), mode="lines", line={**steps, "width": 0}, fill="tonexty",
                           fillcolor=_faint(hue), hoverinfo="skip", showlegend=False)  # fmt: skip
        figure.add_scatter(x=months, y=list(curve.share), mode="lines", name=f"{names[group]} {curve.share[-1]:.1%}",
                           line={**steps, "width": 2, "color": hue, "dash": DASHES[number % len(DASHES)]},
                           customdata=[[low, high, risk] for low, high, risk in
                                       zip(curve.lower, curve.upper, curve.at_risk, strict=True)],
                           hovertemplate="%{x} · " + names[group] + " %{y:.1%}<br>%{customdata[0]:.1%} – "
                           "%{customdata[1]:.1%} · n = %{customdata[2]:,}<extra></extra>")  # fmt: skip
    longest = max((curve.months[-1] for curve in curves.values()), default=1)
    figure.update_xaxes(title_text=x_title, range=[0, longest], dtick=6 if longest > 12 else 3)
    figure.update_layout(showlegend=True, margin={"l": 8, "r": 8, "t": 40, "b": 8},
                         legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal",
                                 "font": {"size": 12, "color": colours.ink}})  # fmt: skip
    figure.update_yaxes(title_text=y_title, tickformat=".0%", range=[max(0.0, lowest - 0.04), 1.01], nticks=6)
    return figure


def _faint(hue: str) -> str:
    red, green, blue = (int(hue[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.14)"
