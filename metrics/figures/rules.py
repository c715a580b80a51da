"""Charts of the Rules page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from metrics.figures.book import Colours, base_figure

_ROW = 26
"""Pixels of one office."""


def moves_figure(colours: Colours, offices: Sequence[str], worse: Mapping[str, Sequence[int]],
                 better: Mapping[str, Sequence[int]], *, axis: str) -> go.Figure:  # fmt: skip
    """Draw clients per office: changes for the worse to the left, for the better to the right, the first office on top.

    ``worse`` and ``better`` map a kind of change to its clients per office, in the order of the offices.
    """
    figure = base_figure(colours, height=96 + _ROW * len(offices))
    hues = [colours.tier_a, colours.tier_b, colours.tier_c]
    losses = [colours.attention, colours.neutral, colours.down]
    for sign, side, palette in ((-1, worse, losses), (1, better, hues)):
        for number, (name, counts) in enumerate(side.items()):
            if not any(counts):
                continue
            figure.add_bar(
                y=list(offices), x=[sign * count for count in counts], name=name, orientation="h",
                marker_color=palette[number % len(palette)], customdata=[f"{count:,}" for count in counts],
                hovertemplate="%{y}<br>%{fullData.name}: %{customdata}<extra></extra>")  # fmt: skip
    largest = max((sum(column) for side in (worse, better) for column in zip(*side.values(), strict=True)), default=1)
    largest = max(largest, 1)
    legend = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "title_text": ""}
    figure.update_layout(barmode="relative", showlegend=True, bargap=0.28, legend=legend)
    step = _step(largest)
    ticks = [place * step for place in range(-(largest // step), largest // step + 1)]
    figure.update_xaxes(title_text=axis, range=[-1.08 * largest, 1.08 * largest], tickvals=ticks, zeroline=True,
                        ticktext=[f"{abs(tick):,}" for tick in ticks], zerolinecolor=colours.muted)  # fmt: skip
    figure.update_yaxes(autorange="reversed", showgrid=False, color=colours.ink)
    return figure


def _step(largest: int) -> int:
    """Return a round distance of ticks: three at most on either side."""
    power: int = 10 ** (len(str(largest)) - 1)
    return next(step for step in (power, 2 * power, 5 * power) if largest // step <= 3 or step == 5 * power)
