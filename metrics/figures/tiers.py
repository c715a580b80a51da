"""Charts of the Tiers page: the shares of the value segments."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from metrics.figures.book import SMALL_PART, Colours, base_figure


def segment_figure(colours: Colours, rows: Mapping[str, Mapping[str, float]]) -> go.Figure:
    """Draw one stacked bar per row label; parts are shares 0-1 by name, in order; the legend stands below."""
    figure = base_figure(colours, height=56 * max(len(rows), 1) + 76)
    hues = [colours.tier_a, colours.tier_c, colours.attention]
    names = list(next(iter(rows.values()), {}))
    for name, hue in zip(names, hues, strict=False):
        line = [parts[name] for parts in rows.values()]
        figure.add_bar(
            y=list(rows), x=line, name=name, orientation="h", marker_color=hue, textposition="inside", textangle=0,
            text=[f"{share:.1%}" if share >= SMALL_PART else "" for share in line], insidetextanchor="middle",
            textfont={"size": 12, "color": colours.ink if hue == colours.tier_c else "#FFFFFF"},
            hovertemplate="%{y} · " + name + " %{x:.1%}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.5, showlegend=True, margin={"l": 8, "r": 8, "t": 8, "b": 64},
                         legend={"orientation": "h", "y": 0, "yanchor": "top", "x": 0, "traceorder": "normal",
                                 "font": {"size": 12, "color": colours.muted}})  # fmt: skip
    figure.update_xaxes(visible=False, range=[0, 1])
    figure.update_yaxes(showgrid=False, autorange="reversed")
    return figure
