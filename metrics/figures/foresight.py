"""Charts of the churn model's back-test: lift by tenth of the clients, predicted against observed rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from metrics.figures.book import Colours, base_figure

Points = Sequence[float | None]


def lift_figure(colours: Colours, lines: Mapping[str, Points], *, x_title: str, y_title: str) -> go.Figure:
    """Draw the lift of each tenth of the clients, the highest scores first; the dotted line is the whole's rate.

    The first line is drawn as bars, the others as marks beside them, each with its name in the legend.
    """
    figure = base_figure(colours, height=300)
    hues = [colours.accent, colours.attention, colours.neutral]
    symbols = ["circle", "diamond", "square"]
    for number, (name, lifts) in enumerate(lines.items()):
        tenths = [str(place) for place in range(1, len(lifts) + 1)]
        hover = f"%{{x}} · {name} %{{y:.2f}}<extra></extra>"
        if number == 0:
            figure.add_bar(x=tenths, y=list(lifts), name=name, marker_color=hues[0], hovertemplate=hover)
        else:
            figure.add_scatter(x=tenths, y=list(lifts), name=name, mode="markers", hovertemplate=hover,
                               marker={"color": hues[number % 3], "size": 9, "symbol": symbols[number % 3],
                                       "line": {"color": colours.canvas, "width": 1}})  # fmt: skip
    figure.add_hline(y=1, line={"color": colours.muted, "width": 1, "dash": "dot"})
    figure.update_xaxes(title_text=x_title, type="category")
    figure.update_yaxes(title_text=y_title, rangemode="tozero", nticks=6)
    return _with_legend(figure, colours)


def calibration_figure(colours: Colours, predicted: Sequence[float], observed: Sequence[float], *, x_title: str,
                       y_title: str, names: tuple[str, str]) -> go.Figure:  # fmt: skip
    """Draw observed against predicted rates (0-1), one point per tenth; on the dotted line the two are equal.

    ``names`` are those of the points and of the line.
    """
    figure = base_figure(colours, height=300)
    top = 1.08 * max([*predicted, *observed, 0.001])
    figure.add_scatter(x=[0, top], y=[0, top], mode="lines", name=names[1], hoverinfo="skip",
                       line={"color": colours.muted, "width": 1, "dash": "dot"})  # fmt: skip
    figure.add_scatter(x=list(predicted), y=list(observed), mode="lines+markers", name=names[0],
                       line={"color": colours.accent, "width": 1.5}, marker={"color": colours.accent, "size": 8},
                       hovertemplate="%{x:.2%} → %{y:.2%}<extra></extra>")  # fmt: skip
    places = ".1%" if top < 0.1 else ".0%"
    figure.update_xaxes(title_text=x_title, tickformat=places, range=[0, top], nticks=6)
    figure.update_yaxes(title_text=y_title, tickformat=places, range=[0, top], nticks=6)
    return _with_legend(figure, colours)


def _with_legend(figure: go.Figure, colours: Colours) -> go.Figure:
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.03, "yanchor": "bottom", "x": 0,
                                                  "traceorder": "normal", "entrywidth": 0,
                                                  "font": {"size": 12, "color": colours.muted}})  # fmt: skip
    return figure
