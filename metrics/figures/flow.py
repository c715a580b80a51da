"""Charts of flows, bridges and moves: a balance as a waterfall, moves as bands and as a matrix.

Values are in the unit they are drawn in. Bars and labels lie on their side, so that they can be read on a phone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from data_access.reads.moves import ELSEWHERE, LOST, NOT_YET
from metrics.figures.book import Colours, base_figure
from metrics.language import translator
from metrics.units import Number, Unit, write_value

ROOM = 1.55
"""Length of the axis over that of the longest bar: numbers stand right of the bars."""
CUT = "the axis is cut: it begins at {value}"
LINE = 9
"""Letters of a label before it is broken."""


def waterfall_figure(
    colours: Colours,
    steps: Sequence[tuple[str, Number]],
    opening: tuple[str, Number],
    closing: tuple[str, Number],
    *,
    unit: Unit,
    language: str,
    residual: str = "",
) -> go.Figure:
    """Draw opening + signed steps = closing from the top down; where the axis is cut it says so.

    ``residual`` is the label of the step that is left over rather than measured: it is hatched.
    """
    rows = [opening, *steps, closing]
    figure = base_figure(colours, height=34 * len(rows) + 40)
    begins, ends = _spans([float(value) for _, value in rows])
    floor, top = _floor(ends, [float(value) for _, value in steps]), max([*begins, *ends])
    hues = [colours.up if value > 0 else colours.down if value < 0 else colours.neutral for _, value in rows]
    hues[0] = hues[-1] = colours.neutral
    starts = [max(min(pair), floor) for pair in zip(begins, ends, strict=True)]
    texts = [_signed(value, unit, language) if 0 < place < len(rows) - 1 else write_value(value, unit, language)
             for place, (_, value) in enumerate(rows)]  # fmt: skip
    figure.add_bar(
        y=list(range(len(rows))), base=starts, orientation="h", width=0.62,
        x=[max(max(pair) - start, 0.0) for pair, start in zip(zip(begins, ends, strict=True), starts, strict=True)],
        marker={"color": hues, "pattern": {"shape": ["/" if residual and name == residual else "" for name, _ in rows],
                                           "fgcolor": colours.canvas, "size": 6, "solidity": 0.35}},
        hovertext=[f"{name} {text}" for (name, _), text in zip(rows, texts, strict=True)], hoverinfo="text",
    )  # fmt: skip
    # set all at once: each one added to a figure is checked together with all before it
    figure.layout.annotations = [
        {"x": max(begins[place], ends[place], floor), "y": place, "xanchor": "left", "xshift": 4, "text": text,
         "showarrow": False, "font": {"size": 12, "color": colours.ink}} for place, text in enumerate(texts)
    ]  # fmt: skip
    figure.layout.shapes = [
        {"type": "line", "x0": reached, "x1": reached, "y0": place - 0.31, "y1": place + 1.31, "layer": "below",
         "line": {"color": colours.muted, "width": 1, "dash": "dot"}} for place, reached in enumerate(ends[:-1])
    ]  # fmt: skip
    figure.update_xaxes(range=[floor, floor + ((top - floor) or 1.0) * ROOM], showticklabels=False)
    figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=[name for name, _ in rows], showgrid=False,
                        range=[len(rows) - 0.4, -0.6], color=colours.ink)  # fmt: skip
    if floor > 0:
        figure.add_annotation(
            x=0, y=0, xref="paper", yref="paper", xanchor="left", yanchor="top", yshift=-4, showarrow=False,
            text=translator(language)(CUT).format(value=write_value(floor, unit, language)),
            font={"size": 11, "color": colours.canvas}, bgcolor=colours.muted, borderpad=2)  # fmt: skip
        figure.update_layout(margin={"l": 8, "r": 8, "t": 8, "b": 30})
    return figure


def _spans(values: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return where each bar of a balance begins and ends."""
    begins, ends, running = [0.0], [values[0]], values[0]
    for change in values[1:-1]:
        begins.append(running)
        running += change
        ends.append(running)
    return [*begins, 0.0], [*ends, values[-1]]


def _floor(reached: Sequence[float], steps: Sequence[float]) -> float:
    """Return where the axis begins: at 0 or the deepest debt, or higher where changes would be too short to see."""
    low = min(reached)
    cut = low - 0.8 * sum(abs(change) for change in steps)
    return min(low, 0.0) if cut < 0.3 * low or not any(steps) else cut


def _signed(value: Number, unit: Unit, language: str) -> str:
    text = write_value(value, unit, language).replace("-", "−")
    return f"+{text}" if value > 0 else text


def sankey_figure(colours: Colours, links: Sequence[tuple[str, str, int]], labels: Mapping[str, str], *, before: str,
                  after: str) -> go.Figure:  # fmt: skip
    """Draw moves as bands from the groups of one month (left, ``before``) to those of another (right, ``after``).

    ``links`` are (origin, goal, clients) by code, ``labels`` the words of every code in the order from top to bottom.
    Bands have the colour of where they begin; who stays is drawn palest.
    """
    shown = [(origin, goal, count) for origin, goal, count in links if count]
    left = [code for code in labels if any(code == origin for origin, _, _ in shown)]
    right = [code for code in labels if any(code == goal for _, goal, _ in shown)]
    hues = _hues(colours, list(labels))
    figure = base_figure(colours, height=max(300, 44 * max(len(left), len(right), 1) + 60))
    begun = [sum(count for origin, _, count in shown if origin == code) for code in left]
    ended = [sum(count for _, goal, count in shown if goal == code) for code in right]
    nodes = [*left, *right]
    figure.add_sankey(
        arrangement="fixed", domain={"y": [0.0, 0.9]},
        node={"label": [f"{labels[code]} {total:,}" for code, total in zip(nodes, [*begun, *ended], strict=True)],
              "color": [hues[code] for code in nodes], "pad": 8, "thickness": 12,
              "x": [0.001] * len(left) + [0.999] * len(right), "y": [*_heights(begun), *_heights(ended)],
              "line": {"width": 0}, "hovertemplate": "%{label}<extra></extra>"},
        link={"source": [left.index(origin) for origin, _, _ in shown],
              "target": [len(left) + right.index(goal) for _, goal, _ in shown],
              "value": [count for _, _, count in shown],
              "color": [_faded(hues[origin], 0.18 if origin == goal else 0.45) for origin, goal, _ in shown],
              "customdata": [f"{labels[origin]} → {labels[goal]} {count:,}" for origin, goal, count in shown],
              "hovertemplate": "%{customdata}<extra></extra>"},
        textfont={"size": 12, "color": colours.ink, "family": colours.font, "shadow": "none"},
    )  # fmt: skip
    for place, words in ((0, before), (1, after)):
        figure.add_annotation(
            x=place, y=1, xref="paper", yref="paper", yanchor="top", showarrow=False, text=words,
            xanchor="right" if place else "left", font={"size": 12, "color": colours.muted})  # fmt: skip
    return figure


def matrix_figure(colours: Colours, cells: Mapping[tuple[str, str], int], labels: Mapping[str, str], *, before: str,
                  after: str) -> go.Figure:  # fmt: skip
    """Draw moves as a matrix: rows where clients stood (``before``), columns where they stand (``after``).

    The stronger a cell's colour, the larger its part of the row. ``labels`` gives the words of every code in order;
    rows and columns without clients are left out.
    """
    rows = [code for code in labels if any(cells.get((code, other)) for other in labels)]
    columns = [code for code in labels if any(cells.get((other, code)) for other in labels)]
    totals = {row: sum(cells.get((row, column), 0) for column in columns) for row in rows}
    parts = [[cells.get((row, column), 0) / totals[row] for column in columns] for row in rows]
    words = [
        [f"{labels[row]} → {labels[column]} {cells.get((row, column), 0):,} ({part:.1%})"
         for column, part in zip(columns, line, strict=True)]
        for row, line in zip(rows, parts, strict=True)
    ]  # fmt: skip
    figure = base_figure(colours, height=42 * max(len(rows), 1) + 92)
    figure.add_heatmap(z=parts, zmin=0, zmax=1, colorscale=[[0, colours.canvas], [1, colours.accent]], xgap=2, ygap=2,
                       showscale=False, text=words, hovertemplate="%{text}<extra></extra>")  # fmt: skip
    notes = []
    for y, (row, line) in enumerate(zip(rows, parts, strict=True)):
        for x, (column, part) in enumerate(zip(columns, line, strict=True)):
            count = cells.get((row, column), 0)
            ink = _ink_on(colours, part) if count else colours.muted
            notes.append({"x": x, "y": y, "text": f"{count:,}" if count else "·", "showarrow": False,
                          "font": {"size": 12, "color": ink}})  # fmt: skip
    figure.layout.annotations = notes
    figure.update_xaxes(tickvals=list(range(len(columns))), ticktext=[_broken(labels[code]) for code in columns],
                        side="top", title_text=after, title_standoff=6, color=colours.ink)  # fmt: skip
    figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=[_broken(labels[code]) for code in rows],
                        title_text=before, title_standoff=6, autorange="reversed", showgrid=False,
                     color=colours.ink)  # fmt: skip
    return figure


def _hues(colours: Colours, codes: Sequence[str]) -> dict[str, str]:
    """Return a colour per code: ends keep theirs, groups run from the strongest to the palest."""
    ends = {NOT_YET: colours.accent, LOST: colours.down, ELSEWHERE: colours.neutral}
    groups = [code for code in codes if code not in ends]
    ramp = [colours.tier_a, colours.tier_b, colours.accent, colours.attention, colours.muted, colours.neutral]
    if len(groups) <= len("ABC"):
        ramp = [colours.tier_a, colours.tier_b, colours.tier_c]
    return {**{code: ramp[place % len(ramp)] for place, code in enumerate(groups)}, **ends}


def _faded(colour: str, strength: float) -> str:
    red, green, blue = _rgb(colour)
    return f"rgba({red},{green},{blue},{strength})"


def _ink_on(colours: Colours, part: float) -> str:
    """Return the colour of a number on a cell: of ink and page the one that stands out more."""
    cell = [page + (full - page) * part for page, full in zip(_rgb(colours.canvas), _rgb(colours.accent), strict=True)]
    return max((colours.ink, colours.canvas), key=lambda hue: _contrast(_rgb(hue), cell))


def _contrast(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Sequence[float]) -> float:
    parts = [value / 255 for value in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _heights(sums: Sequence[int]) -> list[float]:
    """Return the middle of each band of one side, from the top (0) to the bottom (1) with gaps between."""
    gap = 0.06
    room, top, middles = 1 - gap * (len(sums) - 1), 0.0, []
    for count in sums:
        height = room * count / max(sum(sums), 1)
        middles.append(min(max(top + height / 2, 0.001), 0.999))
        top += height + gap
    return middles


def _broken(label: str) -> str:
    """Break a long label into lines: at spaces, or after some letters where there are none."""
    if len(label) <= LINE:
        return label
    if " " in label:
        lines = [""]
        for word in label.split():
            if lines[-1] and len(lines[-1]) + len(word) >= LINE:
                lines.append("")
            lines[-1] = f"{lines[-1]} {word}".strip()
        return "<br>".join(lines)
    return "<br>".join(label[start : start + LINE - 4] for start in range(0, len(label), LINE - 4))
