"""From a question to its statements: one per kind of fact and, for flows over several months, per month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Dialect, Select, String, case, cast, func, literal_column, select

from metrics.catalogue import METRICS, Kind, Metric, Source, Sum
from metrics.dimensions import GROUP_OF_AS_OF
from metrics.errors import QuestionError
from metrics.kept_rows import require_kept
from metrics.question import Question, Window, flows_over_months
from metrics.shapes import Kept, Shape, has_shape, keep, shape_of
from metrics.sources.clients import POPULATION, ROWS, denominator, numerator, select_clients
from metrics.sources.contacts import select_contact_work
from metrics.sources.facts import select_relationships, select_tasks
from metrics.sources.losses import select_losses, select_rates
from metrics.sources.reactivation import select_reactivation
from metrics.sources.shares import select_months_of_people, select_shares
from metrics.sources.staff import select_attributed, select_developed, select_staff, select_unattributed
from metrics.units import WEIGHTED

NET_INCOME = Sum("net_income_fen")

_BY_BUILDS: dict[Source, Callable[..., Select[Any]]] = {
    Source.CLIENT: select_clients,
    Source.RATE: select_rates,
    Source.LOSS: select_losses,
    Source.STAFF: select_staff,
    Source.DEVELOPED: select_developed,
    Source.ATTRIBUTED: select_attributed,
    Source.UNATTRIBUTED: select_unattributed,
}
_BY_WINDOWS: dict[Source, Callable[[Question, Sequence[Window]], Select[Any]]] = {
    Source.SHARE: select_shares,
    Source.DEVELOPED_DISTINCT: select_relationships,
    Source.CORE: select_relationships,
    Source.TASK: select_tasks,
    Source.HAND_OUT: select_reactivation,
    Source.RETURNED: select_reactivation,
    Source.COVERAGE: select_reactivation,
    Source.FOLLOW_UP: select_contact_work,
    Source.CONTACT: select_contact_work,
    Source.PROSPECT: select_contact_work,
}
_KEPT = frozenset({Source.STAFF, Source.DEVELOPED, Source.DEVELOPED_DISTINCT, Source.CORE})
"""Sources whose statements are kept by the shape of the question."""


@dataclass(frozen=True)
class Planned:
    """A statement in stored units (fen, basis points), the values it is run with by name, the metrics it answers."""

    metrics: tuple[Metric, ...]
    statement: Select[Any]
    values: Mapping[str, Any] = field(default_factory=dict)


def plan(question: Question) -> list[Planned]:
    """Return the statements whose rows together answer the question."""
    planned = []
    order = list(Source)
    together = _of_people_by_month(question)
    if together is not None:
        made = _months_of_people(shape_of(together))
        planned.append(Planned(together.metrics, made.statement, made.values(together)))
    ordered = sorted((metric for metric in question.metrics if together is None or metric not in together.metrics),
                     key=lambda metric: order.index(metric.source))  # fmt: skip
    for source, found in groupby(ordered, key=lambda metric: metric.source):
        part = question.about(*found)
        if source in _KEPT and has_shape(part):
            months = len(part.as_of.months) if "relationship_type" in {*part.by, *part.where} else 1
            made = _made(source, shape_of(part, months=months), several_months=flows_over_months(part))
            planned.append(Planned(part.metrics, made.statement, made.values(part)))
        elif source in _BY_WINDOWS:
            planned.append(Planned(part.metrics, _BY_WINDOWS[source](part, part.windows)))
        elif flows_over_months(part) and source is Source.CLIENT and {*part.by, *part.where} & GROUP_OF_AS_OF:
            planned += _plan_groups_of_as_of(part)
        elif flows_over_months(part):
            planned += [_by_builds(part, source, [window], several_months=True) for window in part.windows]
        else:
            planned.append(_by_builds(part, source, part.windows, several_months=False))
    return planned


def _by_builds(part: Question, source: Source, windows: Sequence[Window], *, several_months: bool) -> Planned:
    if source is not Source.CLIENT or part.warning_limits:
        return Planned(part.metrics, _BY_BUILDS[source](part, windows, several_months=several_months))
    as_states = any(metric != METRICS[metric.key] for metric in part.metrics)
    made = _clients(shape_of(part), as_states=as_states, several_months=several_months)
    return Planned(part.metrics, made.statement, made.values(replace(part, windows=tuple(windows))))


@lru_cache(maxsize=400)
def _clients(shape: Shape, *, as_states: bool, several_months: bool) -> Kept:
    """Make the statement of sums over clients; ``as_states``: trailing net income is the state that is at hand."""
    part = shape.question()
    if as_states:
        part = part.about(*map(_as_state, part.metrics))
    return keep(select_clients(part, part.windows, several_months=several_months))


def _of_people_by_month(question: Question) -> Question | None:
    """Return the question about those metrics that one reading of the clients' rows of persons answers by month."""
    if question.by != ("month",) or not question.scope.is_personal or question.node is not None:
        return None
    found = [metric for metric in question.metrics if metric.source in (Source.CLIENT, Source.SHARE)]
    part = question.about(*found)
    both = len({metric.source for metric in found}) > 1
    return part if both and not part.warning_limits and not flows_over_months(part) else None


@lru_cache(maxsize=100)
def _months_of_people(shape: Shape) -> Kept:
    part = shape.question()
    return keep(select_months_of_people(part, part.windows))


@lru_cache(maxsize=400)
def _made(source: Source, shape: Shape, *, several_months: bool) -> Kept:
    part = shape.question()
    if source in _BY_WINDOWS:
        return keep(_BY_WINDOWS[source](part, part.windows))
    return keep(_BY_BUILDS[source](part, part.windows, several_months=several_months))


def _plan_groups_of_as_of(question: Question) -> list[Planned]:
    """Plan flows over months by groups of the as-of month: states, and trailing net income, need no other month."""
    metrics = [_as_state(metric) if question.has_trailing_value else metric for metric in question.metrics]
    states = question.about(*(metric for metric in metrics if metric.kind is not Kind.FLOW))
    flows = question.about(*(metric for metric in metrics if metric.kind is Kind.FLOW))
    planned = []
    if states.metrics:
        planned.append(_by_builds(states, Source.CLIENT, states.windows, several_months=False))
    if flows.metrics:
        planned += [_by_builds(flows, Source.CLIENT, [window], several_months=True) for window in flows.windows]
    return planned


def _as_state(metric: Metric) -> Metric:
    """Return net income over the trailing months as the state that clients' rows hold."""
    return replace(metric, kind=Kind.STOCK, numerator=Sum("value_fen")) if metric.numerator == NET_INCOME else metric


def read_answers(
    connection: Connection, question: Question, most: int | None = None
) -> dict[tuple[Any, ...], dict[str, int | None]]:
    """Run the statements; return per group the stored values of every column (None: no data).

    Raises ``QuestionError`` as soon as there are more than ``most`` groups.
    """
    answers: dict[tuple[Any, ...], dict[str, int | None]] = defaultdict(dict)
    for part in plan(question):
        require_kept(connection, question, part.statement)
        result = connection.execute(part.statement, part.values)
        columns = dict(zip(result.keys(), zip(*result.all(), strict=True), strict=False))
        if not columns:
            continue
        number = len(next(iter(columns.values())))
        groups = list(zip(*(columns[key] for key in question.by), strict=True)) if question.by else [()] * number
        unknown = None
        if POPULATION in columns and ROWS in columns:
            unknown = [count > 0 and rows == 0
                       for count, rows in zip(columns[POPULATION], columns[ROWS], strict=True)]  # fmt: skip
        for metric in part.metrics:
            for name, is_money in _parts(metric):
                values = _stored(columns[name], unknown if is_money else None)
                for group, value in zip(groups, values, strict=True):
                    answers[group][name] = value
        if most is not None and len(answers) > most:
            raise QuestionError(f"The answer has more than {most:,} rows; take fewer dimensions or more filters.")
    return answers


def _stored(column: Sequence[Any], unknown: Sequence[bool] | None) -> Sequence[int | None]:
    """Return a column's whole numbers; nothing adds up to None where what is added is unknown."""
    values = [value if value is None or type(value) is int else int(value) for value in column]
    if unknown is None:
        return values
    return [value if value or not is_unknown else None for value, is_unknown in zip(values, unknown, strict=True)]


def _parts(metric: Metric) -> list[tuple[str, bool]]:
    """Return the metric's columns, each with whether it is an amount that clients without a row leave unknown."""
    found = [(numerator(metric), metric.is_money)]
    return [*found, (denominator(metric.key), False)] if metric.kind is Kind.RATIO else found


def write_statements(question: Question, dialect: Dialect) -> str:
    """Return the SQL text, values written in, whose result is the answer in shown units (yuan, ratios)."""
    texts = [
        str(_shown(question, part).compile(dialect=dialect, compile_kwargs={"literal_binds": True})).replace("%%", "%")
        for part in plan(question)
    ]
    return ";\n\n".join(texts)


def _shown(question: Question, part: Planned) -> Select[Any]:
    inner = part.statement.params(part.values).subquery("answer")
    columns: list[Any] = [_month_text(inner.c[key]).label(key) if key == "month" else inner.c[key]
                          for key in question.by]  # fmt: skip
    for metric in part.metrics:
        value = inner.c[numerator(metric)]
        if metric.kind is Kind.RATIO:
            below = inner.c[denominator(metric.key)]
            columns.append(case((below != 0, (value * literal_column("1.0")).op("/")(below))).label(metric.key))
        elif metric.is_money:
            shown: Any = value.op("/")(literal_column("100.0"))
            if POPULATION in inner.c:
                unknown = (inner.c[POPULATION] > 0) & (inner.c[ROWS] == 0) & (value == 0)
                shown = case((~unknown, shown))
            columns.append(shown.label(metric.key))
        elif metric.unit is WEIGHTED:
            columns.append(value.op("/")(literal_column("10000.0")).label(metric.key))
        else:
            columns.append(value)
    return select(*columns).order_by(*(column for column in columns[: len(question.by)]))


def _month_text(month: Any) -> Any:
    text = cast(month, String)
    return func.substr(text, 1, 4) + "-" + func.substr(text, 5, 2)
