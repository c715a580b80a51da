"""Ask for figures: one row per group, the same for pages, notebooks, command line, reports and exports."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from data_access.database import Database, database
from data_access.reads.generation import Generation
from data_access.scope import FIRM, Scope
from domain.months import month_text
from metrics.catalogue import Kind, Metric, Source
from metrics.dimensions import DIMENSIONS
from metrics.question import Question, Where, ask
from metrics.sources.clients import denominator, numerator
from metrics.statements import read_answers, write_statements
from metrics.units import COUNT, MILLIONTH, RATIO, WEIGHTED, YUAN, Unit

_STEPS = {2: Decimal("0.01"), 4: Decimal("0.0001")}
"""What a stored one stands for, by decimals shown."""
# by their names they would be looked up among all kinds of columns for every one
_WHOLE, _ANY = np.dtype("int64"), np.dtype(object)
Group = tuple[Any, ...]
Values = dict[str, int | None]


def query(
    keys: str | Sequence[str],
    *,
    by: str | Sequence[str] = (),
    as_of: date | str | int | None = None,
    period: str = "month",
    where: Where | None = None,
    known_at: datetime | str | None = None,
    rules: int | None = None,
    months: Collection[int] | None = None,
    scope: Scope | None = None,
    db: Database | None = None,
    generation: Generation | int | None = None,
) -> pd.DataFrame:
    """Return the figures as a frame: the dimension codes, then one column per key.

    Amounts are exact ``Decimal`` yuan with two decimals, ratios have six (half even) beside
    ``KEY_numerator`` and ``KEY_denominator``, counts are integers, no data is None. Empty groups of a single
    closed list (tier, status, stage, relationship type) are included; stages that no client carries are no data.
    ``as_of`` is the last published month that
    ends on or before the date (default: the newest); flows run over ``period``. ``months`` (YYYYMM) keeps those of
    figures by month. ``scope`` None is the whole firm (the operator). Raises ``QuestionError`` with one sentence.
    """
    with (db or database()).reading() as connection:
        question = ask(connection, keys, by=by, as_of=as_of, period=period, where=where, known_at=known_at,
                       rules=rules, months=months, scope=scope or FIRM,
                       generation=generation)  # fmt: skip
        return answer(connection, question)


def answer(connection: Connection, question: Question, most: int | None = None) -> pd.DataFrame:
    """Answer a checked question on a connection; raises ``QuestionError`` beyond so many rows."""
    answers = read_answers(connection, question, most)
    groups = _groups(question, answers)
    known = _carries_codes(question, answers)
    columns: dict[str, Sequence[Any]] = {
        key: [_code(key, group[place]) for group in groups] for place, key in enumerate(question.by)
    }
    found = [answers.get(group, {} if known else None) for group in groups]
    for metric in question.metrics:
        name, empty = numerator(metric), _empty(metric)
        if metric.kind is not Kind.RATIO:
            parts = [None if value is None else value.get(name, 0) for value in found]
            columns[name] = _parts_shown(metric.unit, parts)
        else:
            values = [{} if value is None else value if name in value else {**value, **empty} for value in found]
            columns[metric.key] = [_ratio(metric, value) for value in values]
            unit = _part_unit(metric)
            for part in (name, denominator(metric.key)):
                columns[part] = _parts_shown(unit, [value.get(part) for value in values])
    # columns without rows of their own: those of a series are compared with one another first
    shown = {name: _column(values) for name, values in columns.items()}
    return pd.DataFrame(shown, index=pd.RangeIndex(len(groups)), copy=False)


def statement(
    keys: str | Sequence[str],
    *,
    by: str | Sequence[str] = (),
    as_of: date | str | int | None = None,
    period: str = "month",
    where: Where | None = None,
    known_at: datetime | str | None = None,
    rules: int | None = None,
    months: Collection[int] | None = None,
    scope: Scope | None = None,
    db: Database | None = None,
    generation: Generation | int | None = None,
) -> str:
    """Return the SQL text, values written in, that gives the same figures when it is run."""
    source = db or database()
    with source.reading() as connection:
        question = ask(connection, keys, by=by, as_of=as_of, period=period, where=where, known_at=known_at,
                       rules=rules, months=months, scope=scope or FIRM,
                       generation=generation)  # fmt: skip
        return write_statements(question, source.engine.dialect)


def _ratio(metric: Metric, values: Values) -> Decimal | None:
    above, below = values.get(numerator(metric)), values.get(denominator(metric.key))
    if above is None or not below:
        return None
    return (Decimal(above) / Decimal(below)).quantize(MILLIONTH, rounding=ROUND_HALF_EVEN)


def part_shown(unit: Unit, value: int | None) -> int | Decimal | None:
    """Return a stored integer in its unit: fen as yuan, basis points as a weighted count."""
    return _parts_shown(unit, [value])[0]


def _parts_shown(unit: Unit, values: list[int | None]) -> Sequence[int | Decimal | None]:
    step = _STEPS.get(4 if unit is WEIGHTED else unit.places)
    return values if step is None else [None if value is None else value * step for value in values]


def _part_unit(metric: Metric) -> Unit:
    return YUAN if metric.source is Source.SHARE else COUNT


def _empty(metric: Metric) -> Values:
    """Return the values of a group for which the statement found nothing to add up."""
    return {numerator(metric): 0, **({denominator(metric.key): 0} if metric.unit is RATIO else {})}


def _carries_codes(question: Question, answers: dict[Group, Values]) -> bool:
    """Tell whether empty groups are 0: not when there are rows but none of them has a lifecycle stage."""
    return question.by != ("stage",) or not answers or any(code is not None for (code,) in answers)


def _groups(question: Question, answers: dict[Group, Values]) -> list[Group]:
    if not question.by:
        return [()]
    groups = set(answers)
    if len(question.by) == 1:
        groups = {group for group in groups if group[0] is not None or _says_something(question, answers[group])}
        groups |= {(code,) for code in _closed(question, question.by[0])}
    orders = [_order(key) for key in question.by]
    if len(orders) == 1:
        return sorted(groups, key=lambda group: orders[0](group[0]))
    return sorted(groups, key=lambda group: [order(code) for order, code in zip(orders, group, strict=True)])


def _says_something(question: Question, values: Values) -> bool:
    return any(values.get(name) for metric in question.metrics
               for name in (numerator(metric), denominator(metric.key)))  # fmt: skip


def _closed(question: Question, key: str) -> Iterable[Any]:
    """Return the members of a closed list that the filters leave, and the months for the month."""
    if key == "month":
        return [window.month for window in question.windows]
    dimension = DIMENSIONS[key]
    if not dimension.fills or dimension.words is None:
        return []
    wanted = question.where.get(key)
    return [word.value for word in dimension.words if wanted is None or word.value in wanted]


def _order(key: str) -> Callable[[Any], tuple[int, int, str]]:
    """Return the place of a dimension's codes: closed lists in their own order, groups without a code last."""
    words = DIMENSIONS[key].words
    if words is None:
        return lambda code: (2, 0, "") if code is None else (0, 0, str(code))
    known = {word.value: place for place, word in enumerate(words)}
    return lambda code: ((2, 0, "") if code is None else (0, known[code], "") if code in known
                         else (1, 0, str(code)))  # fmt: skip


def _code(key: str, value: Any) -> Any:
    return month_text(value) if key == "month" else value


def _column(values: Sequence[Any]) -> np.ndarray[Any, Any] | pd.Index:
    kinds = set(map(type, values))
    if kinds == {int}:
        return np.fromiter(values, dtype=_WHOLE, count=len(values))
    # an array of words would become a column of another kind; an index of them, which takes longer, stays what it is
    return pd.Index(values, dtype=_ANY) if str in kinds else np.fromiter(values, dtype=_ANY, count=len(values))
