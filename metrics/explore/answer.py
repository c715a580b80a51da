"""The answer to a reader's own question: groups, top N with the rest, totals, comparison with another period.

Every line is asked of the database: the rest and the totals are groups of their own, never sums of what is shown, so
that ratios, distinct counts and shares of the most valuable clients are right on every line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Table, select

from data_access.reads.generation import Generation
from data_access.scope import Scope
from data_access.tables import org_unit, staff
from domain.months import month_add, month_text, parse_month
from metrics.catalogue import METRICS, Kind, Metric
from metrics.dimensions import DIMENSIONS
from metrics.explore.asked import Exploration, needs
from metrics.query import answer
from metrics.question import Question, ask
from metrics.sources.clients import denominator, numerator

MOST_ROWS = 50_000
"""Rows of one answer; beyond them the question is refused."""
DEADLINE_S = 10.0
"""Seconds after which a question is stopped."""
REST, ALL = "\0rest", "\0all"
"""Codes of the row of all others, and of a total: no code of a dimension begins with a zero character."""
_SHIFTS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "12m": 12}
Number = int | Decimal
Code = str | None
Codes = tuple[Code, ...]


@dataclass(frozen=True)
class Figure:
    """One number with its parts (ratios) and the same number of the period it is compared with."""

    value: Number | None
    above: Number | None = None
    below: Number | None = None
    before: Number | None = None

    @property
    def is_undefined(self) -> bool:
        """True for a ratio whose denominator is 0: not applicable, which is not the same as no data."""
        return self.value is None and self.below is not None and self.below == 0

    @property
    def difference(self) -> Number | None:
        """The value less the one before."""
        return None if self.value is None or self.before is None else self.value - self.before

    @property
    def change(self) -> Decimal | None:
        """The difference as a share of the size of the value before; None where that is 0."""
        difference = self.difference
        return None if difference is None or not self.before else Decimal(difference) / abs(Decimal(self.before))


NOTHING = Figure(None)


@dataclass(frozen=True)
class Answer:
    """Lines by their codes (rest and totals last) and columns by the codes across; ``('',)`` where none is across.

    ``cells`` holds the figures by line, column and measure. ``compared`` is the month compared with, None where it
    was not asked for or is not published; ``short`` names the months that the period before has less.
    """

    asked: Exploration
    month: int
    lines: tuple[Codes, ...]
    columns: tuple[Code, ...]
    cells: dict[tuple[Codes, Code, str], Figure]
    compared: int | None = None
    is_compared: bool = False
    short: int = 0
    others: tuple[Code, ...] = ()
    """Members that the row of all others stands for."""

    def figure(self, line: Codes, column: Code, key: str) -> Figure:
        """Return one figure, no data where the group is empty."""
        return self.cells.get((line, column, key), NOTHING)

    @property
    def groups(self) -> tuple[Codes, ...]:
        """The lines that are groups of the first dimensions: neither rest nor total."""
        return tuple(line for line in self.lines if REST not in line and ALL not in line)


def compared_month(month: int, period: str, compare: str) -> int | None:
    """Return the month at the same place of the period before, or of last year; None for no comparison."""
    shift = {"previous": _SHIFTS[period], "year": 12}.get(compare)
    return None if shift is None else month_add(month, -shift)


def explore(connection: Connection, asked: Exploration, *, month: int, scope: Scope,
            generation: Generation) -> Answer:  # fmt: skip
    """Answer a question for a reach at a month's end; raises ``QuestionError``, also beyond ``MOST_ROWS`` rows."""
    question = _asked(connection, asked, month, scope, generation)
    body = _read(connection, question, asked.dimensions)
    members = _members(connection, question, asked, body)
    shown, others = _split(asked, members)
    parts = _all_parts(connection, question, asked, body, others)
    before_month = compared_month(month, asked.period, asked.compare)
    before: dict[tuple[Codes, str], Figure] = {}
    short, compared = 0, None
    if before_month is not None and before_month in generation.builds:
        compared = before_month
        past = _asked(connection, asked, before_month, scope, generation)
        before = _all_parts(connection, past, asked, _read(connection, past, asked.dimensions), others)
        before = {(_later(asked, codes, month, before_month), key): figure for (codes, key), figure in before.items()}
        short = len(question.as_of.months) - len(past.as_of.months)
    width = len(asked.by)
    places = _places(asked, [codes for codes, _key in parts], shown)
    cells = {}
    for line in places[0]:
        for column in places[1]:
            codes = (*line, column) if asked.across else line
            for key in asked.measures:
                found, past_figure = parts.get((codes, key)), before.get((codes, key), NOTHING)
                if found is not None or past_figure.value is not None:
                    cells[line[:width], column, key] = replace(found or NOTHING, before=past_figure.value)
    return Answer(asked, month, places[0], places[1], cells, compared, before_month is not None, max(short, 0),
                  tuple(others))  # fmt: skip


def _asked(connection: Connection, asked: Exploration, month: int, scope: Scope,
           generation: Generation) -> Question:  # fmt: skip
    return ask(connection, asked.measures, by=asked.dimensions, as_of=month, period=asked.period,
               where={key: list(values) for key, values in asked.where}, scope=scope,
               generation=generation)  # fmt: skip


def _read(connection: Connection, question: Question, by: Sequence[str]) -> dict[tuple[Codes, str], Figure]:
    """Read figures by their codes and measure."""
    frame = answer(connection, replace(question, by=tuple(by)), MOST_ROWS)
    codes = list(zip(*(_plain(frame[key]) for key in by), strict=True)) if by else [()] * len(frame)
    found: dict[tuple[Codes, str], Figure] = {}
    for metric in question.metrics:
        parts = [_plain(frame[metric.key])]
        if metric.kind is Kind.RATIO:
            parts += [_plain(frame[numerator(metric)]), _plain(frame[denominator(metric.key)])]
        for group, values in zip(codes, zip(*parts, strict=True), strict=True):
            found[group, metric.key] = Figure(*values)
    return found


def _plain(column: pd.Series) -> list[Any]:
    return [None if value is None or value != value else value for value in column.tolist()]  # noqa: PLR0124 -- NaN


def _all_parts(connection: Connection, question: Question, asked: Exploration, body: dict[tuple[Codes, str], Figure],
               others: Sequence[Code]) -> dict[tuple[Codes, str], Figure]:  # fmt: skip
    """Return the groups with the row of all others, the totals per column, per line and of everything."""
    found = dict(body)
    ranked = ranked_dimension(asked)
    if others and ranked:
        rest = replace(question, where={**question.where, ranked: _ids(connection, ranked, others)})
        found |= _collapsed(connection, rest, asked, {ranked: REST})
        if asked.across and asked.across != "month":
            found |= _collapsed(connection, rest, asked, {ranked: REST, asked.across: ALL})
    if asked.by and "month" not in asked.by:
        found |= _collapsed(connection, question, asked, dict.fromkeys(asked.by, ALL))
    if asked.across and asked.across != "month":
        found |= _collapsed(connection, question, asked, {asked.across: ALL})
        if asked.by and "month" not in asked.by:
            found |= _collapsed(connection, question, asked, dict.fromkeys(asked.dimensions, ALL))
    return found


def _collapsed(connection: Connection, question: Question, asked: Exploration,
               words: dict[str, str]) -> dict[tuple[Codes, str], Figure]:  # fmt: skip
    """Read the figures without some dimensions, whose places in the codes take a word (rest, all)."""
    kept = [key for key in asked.dimensions if key not in words]
    metrics = tuple(metric for metric in question.metrics if _has_total(metric, kept, question))
    if not metrics:
        return {}
    found = _read(connection, question.about(*metrics), kept)
    result = {}
    for (codes, key), figure in found.items():
        known = dict(zip(kept, codes, strict=True))
        result[tuple(words.get(name, known.get(name)) for name in asked.dimensions), key] = figure
    return result


def _has_total(metric: Metric, kept: Sequence[str], question: Question) -> bool:
    """Tell whether a figure can be asked without the dimensions that are left out."""
    needed = needs(metric)
    return not needed or needed in kept or len(question.where.get(needed, ())) == 1


def ranked_dimension(asked: Exploration) -> str:
    """Return the dimension whose members are ordered and cut: the first one that is not the month."""
    return next((key for key in asked.by if key != "month"), "")


def _members(connection: Connection, question: Question, asked: Exploration,
             body: dict[tuple[Codes, str], Figure]) -> list[Code]:  # fmt: skip
    """Return the members of the ranked dimension in the reader's order, at the newest month."""
    ranked = ranked_dimension(asked)
    if not ranked:
        return []
    place = asked.dimensions.index(ranked)
    natural = list(dict.fromkeys(codes[place] for codes, _key in body))
    if asked.sort == "code" or (not asked.sort and not asked.top and _is_closed(ranked)):
        return natural
    key = asked.sort or asked.measures[0]
    single: dict[tuple[Codes, str], Figure] = {}
    if len(asked.dimensions) > 1 and _has_total(METRICS[key], [ranked], question):
        newest = replace(question.about(METRICS[key]), windows=question.windows[-1:])
        single = _read(connection, newest, [ranked])
    sizes: dict[Code, Any] = {}
    for member in natural:
        one = single.get(((member,), key))
        values = [one.value] if one else [figure.value for (codes, name), figure in body.items()
                                          if name == key and codes[place] == member]  # fmt: skip
        sizes[member] = max((value for value in values if value is not None), default=None)
    return sorted(natural, key=lambda member: (sizes[member] is None, -(sizes[member] or 0), natural.index(member)))


def _is_closed(key: str) -> bool:
    return DIMENSIONS[key].words is not None


def _split(asked: Exploration, members: Sequence[Code]) -> tuple[list[Code], list[Code]]:
    """Return the members that are shown and those of the row of all others; a single other one is shown itself."""
    if not asked.top or len(members) <= asked.top + 1:
        return list(members), []
    return list(members[: asked.top]), list(members[asked.top :])


def _ids(connection: Connection, key: str, codes: Iterable[Code]) -> tuple[int | str | None, ...]:
    """Return what a filter on these codes holds: ids for places and persons, else the codes."""
    tables: dict[str, tuple[Table, str, str]] = {
        "branch": (org_unit, "unit_code", "unit_id"), "office": (org_unit, "unit_code", "unit_id"),
        "staff": (staff, "staff_no", "staff_id")}  # fmt: skip
    if key not in tables:
        return tuple(codes)
    table, code, number = tables[key]
    known = {row[0]: row[1] for row in connection.execute(select(table.c[code], table.c[number]))}
    return tuple(None if one is None else known[one] for one in codes)


def _places(asked: Exploration, found: Iterable[Codes], shown: Sequence[Code]) -> tuple[tuple[Codes, ...],
                                                                                       tuple[Code, ...]]:  # fmt: skip
    """Return the lines in the reader's order and the columns, rest and totals last."""
    codes = list(dict.fromkeys(found))
    width = len(asked.by)
    columns = list(dict.fromkeys(entry[width] for entry in codes)) if asked.across else [""]
    columns = sorted(columns, key=lambda code: (code == ALL,))
    ranked = ranked_dimension(asked)
    place = asked.by.index(ranked) if ranked in asked.by else -1
    order = {member: number for number, member in enumerate(shown)}
    lines = [line for line in dict.fromkeys(entry[:width] for entry in codes)
             if place < 0 or line[place] in order or line[place] in (REST, ALL)]  # fmt: skip
    natural = {line: number for number, line in enumerate(lines)}
    months = place > 0  # a month before the ranked dimension keeps its order

    def position(line: Codes) -> tuple[Any, ...]:
        if place < 0:
            return (ALL in line, natural[line])
        size = order.get(line[place], len(order))
        first = line[:place] if months else ()
        return (ALL in line, first, REST in line, size, natural[line])

    return tuple(sorted(lines, key=position)), tuple(columns)


def _later(asked: Exploration, codes: Codes, month: int, before: int) -> Codes:
    """Return the codes of a group in the month that it is compared with."""
    if "month" not in asked.dimensions:
        return codes
    shift = (month // 100 - before // 100) * 12 + month % 100 - before % 100
    place = asked.dimensions.index("month")
    later = month_text(month_add(parse_month(str(codes[place])), shift))
    return (*codes[:place], later, *codes[place + 1 :])
