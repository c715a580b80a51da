"""Room for the words at a chart's axes, said beforehand.

A browser that finds too little room at an axis draws the whole chart a second time. The room given here is at least
what the words take in the fonts of the look, so that one drawing does; where it falls short the browser still helps
itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import plotly.graph_objects as go

SIZE = 12
"""Pixels of the letters at an axis."""
LINE, MORE_LINES, TITLE = 19, 16, 14
"""Pixels that one line of labels takes across, each further line, and a title."""
WIDEST_PAD = 12
"""The browser keeps the smallest margin, at most this, between the words and the edge."""
_TAG = re.compile(r"<(?!br)[^>]*>")
_WIDE = 0x2E80
"""From here on letters are as wide as high: Chinese and its marks."""


def with_room(figure: Any) -> Any:
    """Return a figure with margins that hold the labels and titles of its axes; wider ones stay, as does HTML."""
    if not isinstance(figure, go.Figure):
        return figure
    layout = figure.layout
    margin = {side: layout.margin[side] for side in ("l", "r", "t", "b")}
    if None in margin.values():
        return figure
    pad = min(WIDEST_PAD, *margin.values())
    across, up = layout.yaxis, layout.xaxis
    words = _labels(across, _values(figure, "y"))
    left = max(map(_width, words), default=0) + _title(across)
    below = _height(_labels(up, _values(figure, "x"))) + _title(up)
    wanted = {"l": left, "t" if up.side == "top" else "b": below}
    layout.margin = {side: max(given, math.ceil(pad + wanted[side])) if wanted.get(side) else given
                     for side, given in margin.items()}  # fmt: skip
    return figure


def _values(figure: go.Figure, letter: str) -> list[Sequence[Any]]:
    return [
        trace[letter]
        for trace in figure.data
        if trace.type in {"bar", "scatter"} and trace[f"{letter}axis"] in {None, letter} and trace[letter] is not None
    ]


def _labels(axis: Any, lines: Sequence[Sequence[Any]]) -> list[str]:
    """Return the words at an axis, those of numbers guessed."""
    if axis.visible is False or axis.showticklabels is False or axis.automargin is not True:
        return []
    if axis.ticktext is not None:
        return [str(text) for text in axis.ticktext]
    texts = list(dict.fromkeys(value for line in lines for value in line if isinstance(value, str)))
    if texts:
        return texts
    if "%" in (axis.tickformat or ""):
        return ["100%"]
    numbers = [float(value) for line in lines for value in line if isinstance(value, int | float)]
    return _numbers(numbers, list(axis.range or ()), axis.nticks or 5) if numbers else []


def _numbers(values: Iterable[float], ends: Sequence[float], most: int) -> list[str]:
    known = [value for value in (*values, *ends, 0.0) if math.isfinite(value)]
    low, high = min(known), max(known)
    if low == high:
        return ["0.5"]
    rough = (high - low) / most
    step = 10.0 ** math.floor(math.log10(rough))
    steps = [step * times for times in (1, 2, 5, 10) if step * times >= rough * 0.99]
    return [_number(round(end / size) * size) for size in steps[:2] for end in (low, high)] + [_number(steps[0])]


def _number(value: float) -> str:
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= 10 * size or (abs(value) >= size > 1e3):
            return f"{value / size:g}{letter}"
    return f"{value:.6g}"


def _title(axis: Any) -> float:
    return TITLE if axis.visible is not False and axis.title.text else 0


def _height(labels: Sequence[str]) -> float:
    return LINE + MORE_LINES * max(label.count("<br>") for label in labels) if labels else 0


def _width(label: str) -> float:
    return SIZE * max(sum(map(_letter, line)) for line in _TAG.sub("", label).split("<br>")) + 4


def _letter(letter: str) -> float:
    if ord(letter) >= _WIDE:
        return 1.0
    if letter in "mwMW@%—…":
        return 0.9
    if letter in " .,:;!|'ijlI()[]-":
        return 0.3
    return 0.4 if letter in "tfr" else 0.68 if letter.isupper() else 0.58
