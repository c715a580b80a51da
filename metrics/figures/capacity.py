"""Chart of the Capacity page: who will be away, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from plotly import graph_objects as go

from metrics.figures.book import Colours, base_figure

MOST_PEOPLE = 40
"""People that the strip shows."""


@dataclass(frozen=True)
class AwayBar:
    """One absence of a person, both days included; ``words`` stand beside it."""

    name: str
    from_on: date
    to_on: date
    words: str


def away_figure(colours: Colours, bars: Sequence[AwayBar], first: date, last: date) -> go.Figure:
    """Draw one lying strip per person over the days from ``first`` to ``last``; a line marks the first day."""
    names = list(dict.fromkeys(bar.name for bar in bars))[:MOST_PEOPLE]
    shown = [bar for bar in bars if bar.name in names]
    figure = base_figure(colours, height=28 * max(len(names), 1) + 64)
    # a bar of dates is as long as its milliseconds, the last day included
    begins = [max(bar.from_on, first) for bar in shown]
    ends = [min(bar.to_on, last) + timedelta(days=1) for bar in shown]
    figure.add_bar(
        y=[bar.name for bar in shown], base=[day.isoformat() for day in begins], orientation="h", width=0.56,
        x=[(end - begin).days * 86_400_000 for begin, end in zip(begins, ends, strict=True)],
        marker_color=[colours.attention if bar.from_on <= first else colours.tier_b for bar in shown],
        customdata=[[bar.from_on.isoformat(), bar.to_on.isoformat(), bar.words] for bar in shown],
        hovertemplate="%{y}<br>%{customdata[0]} – %{customdata[1]}<br>%{customdata[2]}<extra></extra>",
    )  # fmt: skip
    figure.add_vline(x=first.isoformat(), line_color=colours.ink, line_width=1)
    figure.update_xaxes(type="date", range=[first.isoformat(), (last + timedelta(days=1)).isoformat()], side="top",
                        tickformat="%m-%d", dtick=7 * 86_400_000, tick0=first.isoformat(), showgrid=True,
                        gridcolor=colours.line, color=colours.muted)  # fmt: skip
    figure.update_yaxes(autorange="reversed", type="category", color=colours.ink)
    figure.update_layout(barmode="overlay")
    return figure
