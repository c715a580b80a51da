"""Charts of the Tiers page: two ways to put clients in tiers against each other, shares of the value segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from metrics.figures import SMALL_PART, Colours, base_figure


def crossed_figure(colours: Colours, rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]], *,
                   row_title: str, column_title: str) -> go.Figure:  # fmt: skip
    """Draw a table of counts as a heat map: from the group of the row to the group of the column.

    The hue is the share of the row; every cell says its count and that share, empty cells nothing.
    """
    figure = base_figure(colours, height=52 * len(rows) + 84)
    shares = [[count / sum(row) if sum(row) else 0.0 for count in row] for row in counts]
    figure.add_heatmap(
        z=shares, x=list(columns), y=list(rows), zmin=0, zmax=1, showscale=False, xgap=3, ygap=3,
        colorscale=[[0, colours.canvas], [0.0001, colours.line], [1, colours.accent]], customdata=counts,
        hovertemplate="%{y} → %{x}<br>%{customdata:,} · %{z:.1%}<extra></extra>",
    )  # fmt: skip
    for name, row, line in zip(rows, counts, shares, strict=True):
        for other, count, share in zip(columns, row, line, strict=True):
            if count:
                ink = "#FFFFFF" if share > 0.55 else colours.ink
                figure.add_annotation(x=other, y=name, text=f"{count:,}<br>{share:.1%}", showarrow=False,
                                      font={"size": 12, "color": ink})  # fmt: skip
    figure.update_xaxes(title_text=column_title, side="top", type="category", color=colours.ink)
    figure.update_yaxes(title_text=row_title, autorange="reversed", showgrid=False, type="category",
                        color=colours.ink)  # fmt: skip
    return figure


def moves_figure(colours: Colours, origins: Sequence[str], goals: Sequence[str], flows: Sequence[tuple[int, int, int]],
                 hues: Sequence[str], *, goal_hues: Sequence[str]) -> go.Figure:  # fmt: skip
    """Draw moves as bands from the groups on the left to those on the right, in their order from the top.

    ``flows`` are (place in ``origins``, place in ``goals``, clients); a band has the hue of where it comes from.
    """
    figure = base_figure(colours, height=340)
    left = [sum(count for origin, _goal, count in flows if origin == place) for place in range(len(origins))]
    right = [sum(count for _origin, goal, count in flows if goal == place) for place in range(len(goals))]
    names = [f"{name} {count:,}" for name, count in zip([*origins, *goals], [*left, *right], strict=True)]
    figure.add_sankey(
        arrangement="snap", textfont={"size": 12, "color": colours.ink, "shadow": "none"},
        node={"label": names, "color": [*hues, *goal_hues], "pad": 14, "thickness": 12, "line": {"width": 0},
              "hovertemplate": "%{label}<extra></extra>"},
        link={"source": [origin for origin, _goal, _count in flows],
              "target": [len(origins) + goal for _origin, goal, _count in flows],
              "value": [count for _origin, _goal, count in flows],
              "color": [_thin(hues[origin]) for origin, _goal, _count in flows],
              "hovertemplate": "%{source.label} → %{target.label}<br>%{value:,}<extra></extra>"},
    )  # fmt: skip
    return figure


def _thin(hue: str) -> str:
    red, green, blue = (int(hue[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.35)"


def segment_figure(colours: Colours, rows: Mapping[str, Mapping[str, float]]) -> go.Figure:
    """Draw one stacked bar per row label; parts are shares 0-1 by name, in order, named below where they fit.

    Parts too small to label are written above their bar.
    """
    figure = base_figure(colours, height=74 * max(len(rows), 1) + 40)
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
    for label, parts in rows.items():
        small = " · ".join(f"{name} {share:.1%}" for name, share in parts.items() if 0 < share < SMALL_PART)
        if small:
            figure.add_annotation(x=0, y=label, yshift=26, xanchor="left", showarrow=False, text=small,
                                  font={"size": 11, "color": colours.muted})  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.5, showlegend=True, margin={"l": 8, "r": 8, "t": 30, "b": 8},
                         legend={"orientation": "h", "y": 1.12, "x": 0, "traceorder": "normal",
                                 "font": {"size": 12, "color": colours.muted}})  # fmt: skip
    figure.update_xaxes(visible=False, range=[0, 1])
    figure.update_yaxes(showgrid=False, autorange="reversed")
    return figure
