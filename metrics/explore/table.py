"""An answer as the table that the page shows and the export writes: the same columns, the same rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from metrics.catalogue import Kind, Metric, Source
from metrics.dimensions import DIMENSIONS
from metrics.explore.answer import ALL, REST, Answer, Code, Codes, Figure
from metrics.explore.spread import SPREAD_OF, Range
from metrics.export.files import Column
from metrics.units import COUNT, RATIO, YUAN, write_value

UNDEFINED = "n/a"
_NO_CENTS = re.compile(r"\.0+(?!\d)")
Translate = Callable[[str], str]
Names = Mapping[tuple[str, str], str]
"""(dimension, code) to the name a reader knows: places and persons."""


@dataclass(frozen=True)
class Table:
    """Columns, plain rows, and per column what it shows: column code across, measure and which part."""

    columns: tuple[Column, ...]
    rows: tuple[dict[str, Any], ...]
    cells: dict[str, tuple[Code, str]]


def answer_table(answer: Answer, translate: Translate, names: Names) -> Table:
    """Return an answer as a table: a column per dimension, then per measure its value, parts and comparison.

    A ratio whose denominator is 0 reads ``n/a``; so does a change against 0. No data is None.
    """
    asked = answer.asked
    columns = [Column(f"by_{place}", translate(DIMENSIONS[key].label)) for place, key in enumerate(asked.by)]
    parts: list[tuple[str, Code, str, Callable[[Figure], Any]]] = []
    cells: dict[str, tuple[Code, str]] = {}
    for number, code in enumerate(answer.columns):
        above = name_of(asked.across, code, translate, names) if asked.across else ""
        for metric in asked.metrics:
            alone = bool(asked.across) and len(asked.metrics) == 1
            label = above if alone else " · ".join(text for text in (above, translate(metric.label)) if text)
            for name, words, unit, read in _parts(metric, answer, translate):
                key = f"{metric.key}_{number}_{name}"
                columns.append(Column(key, f"{label} · {words}" if words else label, unit))
                parts.append((key, code, metric.key, read))
                cells[key] = (code, metric.key)
    rows = [
        {f"by_{place}": name_of(asked.by[place], code, translate, names, others=len(answer.others))
         for place, code in enumerate(line)}
        | {key: read(answer.figure(line, code, measure)) for key, code, measure, read in parts}
        for line in answer.lines
    ]  # fmt: skip
    return Table(tuple(columns), tuple(rows), cells)


def _parts(metric: Metric, answer: Answer, translate: Translate) -> list[tuple[str, str, Any, Callable[[Figure], Any]]]:
    found: list[tuple[str, str, Any, Callable[[Figure], Any]]] = [("value", "", metric.unit, _value)]
    if metric.kind is Kind.RATIO:
        unit = YUAN if metric.source is Source.SHARE else COUNT
        found += [("above", translate("numerator"), unit, lambda figure: figure.above),
                  ("below", translate("denominator"), unit, lambda figure: figure.below)]  # fmt: skip
    if answer.compared is not None:
        found += [("before", translate("before"), metric.unit, lambda figure: figure.before),
                  ("difference", translate("difference"), metric.unit, lambda figure: figure.difference),
                  ("change", translate("change"), RATIO, _change)]  # fmt: skip
    return found


def _value(figure: Figure) -> Any:
    return UNDEFINED if figure.is_undefined else figure.value


def _change(figure: Figure) -> Any:
    if figure.difference is None:
        return None
    return UNDEFINED if figure.change is None else figure.change


def name_of(key: str, code: Code, translate: Translate, names: Names, others: int = 0) -> str:
    """Return the words of a code of a dimension, as plain text."""
    if code == ALL:
        return translate("Total")
    if code == REST:
        return translate("All others ({count})").format(count=f"{others:,}") if others else translate("All others")
    if code is None:
        return translate("no value")
    words = DIMENSIONS[key].words
    if words is not None:
        return translate(words(code).label) if code in {word.value for word in words} else code
    return names.get((key, code), code)


def line_name(answer: Answer, line: Codes, translate: Translate, names: Names) -> str:
    """Return the words of a line."""
    named = [name_of(key, code, translate, names) for key, code in zip(answer.asked.by, line, strict=True)]
    return " · ".join(dict.fromkeys(named)) or translate("Total")


def range_name(code: str, one: Range, translate: Translate, language: str) -> str:
    """Return the words of a range of a spread."""
    spread = SPREAD_OF[code]
    if one.number is None:
        return translate("no data")

    def write(stored: int) -> str:
        if spread.unit is RATIO:
            return f"{stored}%"
        text = write_value(stored // spread.divisor, spread.unit, language)
        return _NO_CENTS.sub("", text).replace(spread.unit.symbol, "") if spread.unit is YUAN else text

    if one.low is None:
        return translate("under {end}").format(end=write(one.high or 0))
    if one.high is None:
        return translate("{end} and more").format(end=write(one.low))
    if one.high - one.low == spread.divisor and spread.unit is not RATIO:
        return write(one.low)
    last = one.high - spread.divisor if spread.unit is COUNT else one.high
    return f"{write(one.low)}–{write(last)}"
